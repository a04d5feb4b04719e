import { describe, expect, test } from "vitest"
import { outcomeOf } from "./asking.ts"

const gone = { azp: undefined, scope: undefined }
const client = "0oa1b2c3d4"
const objectId = "2f5c2c5e-0d6b-4a1d-9e1e-000000000001"

const machines: Readonly<Record<string, object>> = {
  "Auth0, client credentials": { ...gone, sub: `${client}@clients`, azp: client, gty: "client-credentials" },
  "Auth0, by its subject alone": { ...gone, sub: `${client}@clients`, azp: client },
  "Auth0, RFC 9068 profile": { ...gone, sub: `${client}@clients`, client_id: client, jti: "1" },
  "Auth0, by its grant among others": { sub: "x", gty: ["refresh_token", "client-credentials"] },
  "Auth0, an agent of which the API is told": { ...gone, sub: "agt_7", azp: client, sub_profile: "ai_agent" },
  "Auth0, a service of which the API is told": { ...gone, sub: "s", azp: client, sub_profile: "service" },
  "RFC 9068 §2.2": { ...gone, sub: client, client_id: client },
  Okta: { ...gone, sub: client, cid: client, scp: ["orders"] },
  Cognito: { ...gone, sub: client, client_id: client, token_use: "access", scope: "orders/read" },
  "Entra ID v2 with idtyp": {
    ...gone,
    sub: objectId,
    oid: objectId,
    azp: client,
    idtyp: "app",
    roles: ["Orders.Read"],
  },
  "Entra ID v1 with idtyp": { ...gone, sub: objectId, oid: objectId, appid: client, idtyp: "app" },
}

const users: Readonly<Record<string, object>> = {
  Auth0: { sub: "auth0|alice", azp: client, gty: "password" },
  "Auth0, whose API is told of profiles": { sub: "auth0|alice", sub_profile: "user" },
  "Auth0, behind an agent": {
    sub: "auth0|alice",
    act: { sub: "agt_7" },
    client_profile: "ai_agent",
    sub_profile: "user",
  },
  "RFC 9068": { ...gone, sub: "alice", client_id: client },
  Okta: { ...gone, sub: "alice@example.com", cid: client, uid: "00u1", scp: ["orders"] },
  "Entra ID": { ...gone, sub: "pairwise", oid: objectId, azp: client, scp: "orders", idtyp: "user" },
  "Azure AD B2C, whose subject is the object id": { ...gone, sub: objectId, oid: objectId, azp: client, scp: "orders" },
  Keycloak: { sub: "8a1c", azp: client, preferred_username: "alice" },
  "with a client whose name is part of theirs": { sub: "web|alice", azp: "web" },
  "with a client that is no text": { sub: "7", cid: 7 },
  "of a claim that only every object has": { sub: "Object", azp: client },
}

/** What a person could have chosen for a name, or what says too little. */
const unclear: Readonly<Record<string, object>> = {
  "Keycloak's name for a client's own account": {
    sub: "8a1c",
    azp: client,
    preferred_username: `service-account-${client}`,
  },
  "a subject like a client's, of another client": { sub: "other@clients", azp: client },
  "a user at a connection that takes any name": { sub: "samlp|corp|x@clients", azp: client },
  "a user whose name begins like an agent's": { sub: "agt_7", azp: client },
  "Entra ID without idtyp": { ...gone, sub: objectId, oid: objectId, azp: client, roles: ["Orders.Read"] },
  "a profile that is unknown": { sub: "x", sub_profile: "device" },
  "a profile in a list": { sub: "x", sub_profile: ["service"] },
  "a profile of null": { sub: "x", sub_profile: null },
}

const oidc = { profile: "oidc" } as const
const askFor = (claims: object) => ({
  user: outcomeOf({ principal: "user" }, { claims, issuer: oidc }),
  machine: outcomeOf({ principal: "machine" }, { claims, issuer: oidc }),
})

describe("a machine", () => {
  test.each(Object.entries(machines))("%s", (_name, claims) => {
    expect(askFor(claims)).toEqual({ user: "requirement_unmet", machine: "met" })
  })
})

describe("a user", () => {
  test.each(Object.entries(users))("%s", (_name, claims) => {
    expect(askFor(claims)).toEqual({ user: "met", machine: "requirement_unmet" })
  })
})

describe("neither for sure, so neither", () => {
  test.each(Object.entries(unclear))("%s", (_name, claims) => {
    expect(askFor(claims)).toEqual({ user: "requirement_unmet", machine: "requirement_unmet" })
  })
})
