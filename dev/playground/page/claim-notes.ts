/** What each header parameter says, by its name. */
export const headerNotes: Readonly<Record<string, string>> = {
  alg: "The algorithm of the signature. The API never takes the token's word for it: the policy says which ones an issuer may use.",
  kid: "Which of the issuer's published keys has signed it. An unknown one makes the API ask for the key set again, now and then.",
  typ: "What kind of token it is: at+jwt for an access token by RFC 9068, JWT for Auth0's own profile, which says nothing.",
}

/** What each claim says, by its name, and what an API makes of it. */
export const claimNotes: Readonly<Record<string, string>> = {
  iss: "Who issued it. It must be, character by character, an issuer of the policy, the slash at the end included.",
  sub: "Who it is about: a user, or <client>@clients for an application that acts for itself.",
  aud: "Whom it is for. The API must be among them; the address that ends in userinfo is the issuer's own.",
  azp: "The application that asked for it, in Auth0's own profile. RFC 9068 calls it client_id.",
  client_id: "The application that asked for it (RFC 9068). Auth0's own profile calls it azp.",
  gty: "How the application got it, in Auth0's own profile, and only for some flows. That it is absent proves nothing.",
  scope: "What the application was granted, with spaces between. A rule's scopes are looked for here.",
  permissions: "What the user may do whatever the application asked for, or what a machine was granted (Auth0).",
  org_id: "The organization that the user has logged in to. An API that serves several must look at it.",
  exp: "When it ends. The API refuses it from then on, but for the clock tolerance.",
  iat: "When it was issued. One from the future is refused: a clock is wrong.",
  nbf: "From when on it is good.",
  jti: "An id of this one token. It tells tokens apart; nothing here keeps a list of them.",
  cnf: "The key that it is bound to. Whoever sends it must prove to have that key; without the proof it is refused.",
  nonce: "Ties an ID token to the login that asked for it. Only ID tokens have it, so this is no token for an API.",
  at_hash: "Ties an ID token to the access token beside it. The application checks it, never an API.",
  c_hash: "Ties an ID token to the code beside it. The application checks it, never an API.",
  s_hash: "Ties an ID token to the state of the login. The application checks it, never an API.",
  sid: "The user's session at the issuer, by which an application can be told of a logout.",
  auth_time: "When the user last logged in. A rule with a maximum age looks at it.",
  acr: "How strong the login was, as a class. A rule can ask for one (step-up).",
  amr: "How the user logged in: pwd for a password, mfa for more than one way.",
  name: "The user's name, for the application to show.",
  nickname: "What the user likes to be called.",
  given_name: "The user's first name.",
  family_name: "The user's last name.",
  picture: "Where a picture of the user is.",
  email: "The user's address. It can change, and belong to somebody else later: sub is what identifies.",
  email_verified: "Whether the issuer knows that the address is the user's.",
  updated_at: "When the user's profile last changed.",
}

export const unknownNote = "A claim of the issuer's own. The API looks at it only where a rule asks for it."

/** Claims that hold a time in seconds. */
export const timeClaims: readonly string[] = ["exp", "iat", "nbf", "auth_time", "updated_at"]
