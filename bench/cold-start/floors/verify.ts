import { allow, bearerTokenIn, setting, type TokenEvent } from "../handlers/event.ts"
import { hasSignature } from "./signature.ts"

/** The least that has to be done where the key is at hand: one signature checked, no claim read, no rule found. */
export async function handler(event: TokenEvent) {
  if (!hasSignature(bearerTokenIn(event), JSON.parse(setting("KEY")))) throw new Error("Unauthorized")
  return allow("nobody", event, "")
}
