import { decodeToken, writePart } from "./decoded-token.ts"

/** Ways to break a token, by the name of the button. Each returns null where there is nothing of the kind to break. */
export const breakages: Readonly<Record<string, (token: string, scopes: readonly string[]) => string | null>> = {
  "Change the signature": (token) => {
    const [header, claims, signature] = token.split(".")
    if (!signature) return null
    // The first character: the last one may hold bits that nobody reads.
    const letters = "ABCDEFGH"
    const next = letters[(letters.indexOf(signature.charAt(0)) + 1) % letters.length]
    return `${header}.${claims}.${next}${signature.slice(1)}`
  },
  "Write a scope in": (token, scopes) => {
    const decoded = decodeToken(token)
    if (decoded.kind !== "jwt") return null
    const [header, , signature] = token.split(".")
    // Edited by hand, they can be anything.
    const { scope, permissions } = decoded.claims
    const granted = typeof scope === "string" ? scope.split(" ").filter(Boolean) : []
    const wanted = scopes.find((name) => name.includes(":") && !granted.includes(name)) ?? "everything"
    const claims = {
      ...decoded.claims,
      scope: [...granted, wanted].join(" "),
      permissions: [...new Set([...(Array.isArray(permissions) ? permissions : []), wanted])],
    }
    return `${header}.${writePart(claims)}.${signature}`
  },
  "Set alg to none": (token) => {
    const decoded = decodeToken(token)
    if (decoded.kind !== "jwt") return null
    const [, claims, signature] = token.split(".")
    return `${writePart({ ...decoded.header, alg: "none" })}.${claims}.${signature}`
  },
  "Cut it short": (token) => (token === "" ? null : token.slice(0, Math.floor(token.length / 2))),
}
