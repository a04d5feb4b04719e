import type { GuardKind } from "./guard-process.ts"

/** The limit. */
export const passThrough: GuardKind = {
  name: "pass-through",
  file: "guards/pass-through.worker.ts",
  lets: "everybody",
  tellsCaller: false,
}
/** This project. */
export const ours: GuardKind = {
  name: "edge-authorizer",
  file: "guards/ours.worker.ts",
  lets: "valid tokens",
  tellsCaller: true,
}
/** What a careful team writes around jose. */
export const jose: GuardKind = {
  name: "jose guard",
  file: "guards/jose.worker.ts",
  lets: "valid tokens",
  tellsCaller: true,
}
/** hono's own middleware. */
export const honoJwk: GuardKind = {
  name: "hono jwk",
  file: "guards/hono-jwk.worker.ts",
  lets: "valid tokens",
  tellsCaller: false,
}

/** What is compared. */
export const guardKinds: readonly GuardKind[] = [passThrough, ours, jose, honoJwk]

/** What lies between the limit and a whole guard, each step with all before it. */
export const stepKinds = {
  asyncHandler: {
    name: "+ waits for the origin's answer",
    file: "steps/async-handler.worker.ts",
    lets: "everybody",
    tellsCaller: false,
  },
  tellOrigin: {
    name: "+ a new request: two headers set, Authorization deleted",
    file: "steps/tell-origin.worker.ts",
    lets: "everybody",
    tellsCaller: true,
  },
  checkSignature: {
    name: "+ one crypto.subtle.verify, nothing else checked",
    file: "steps/check-signature.worker.ts",
    lets: "valid signatures",
    tellsCaller: true,
  },
} as const satisfies Record<string, GuardKind>
