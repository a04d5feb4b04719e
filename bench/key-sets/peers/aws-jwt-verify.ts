import { JwtVerifier } from "aws-jwt-verify"
import { isKept, type KeySetPeer } from "../peer.ts"

export const awsJwtVerify: KeySetPeer = {
  name: "aws-jwt-verify",
  note: "`JwtVerifier.create` as it comes",
  start(settings) {
    const verifier = JwtVerifier.create({ ...settings })
    return (token) => isKept(verifier.verify(token))
  },
}
