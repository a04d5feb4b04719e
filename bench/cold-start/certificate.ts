import { generateKeyPairSync, randomBytes, sign } from "node:crypto"

/** A certificate for localhost that vouches for itself, and its key, both as PEM. */
export interface Certificate {
  readonly certificate: string
  readonly privateKey: string
}

const hourMilliseconds = 3_600_000

// Object identifiers, encoded: ecdsa-with-SHA256, commonName, basicConstraints, subjectAltName.
const ecdsaWithSha256 = objectIdentifier("2a8648ce3d040302")
const commonName = objectIdentifier("550403")
const basicConstraints = objectIdentifier("551d13")
const subjectAltName = objectIdentifier("551d11")

/** Makes a certificate (RFC 5280 §4.1) that is good for a day. Node can read certificates but not write them, and openssl is not everywhere. */
export function makeCertificate(): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const now = Date.now()
  const name = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from("localhost")))))
  const names = sequence(der(0x82, Buffer.from("localhost")), der(0x87, Buffer.from([127, 0, 0, 1])))
  const extensions = sequence(
    sequence(basicConstraints, der(0x01, Buffer.from([0xff])), der(0x04, sequence(der(0x01, Buffer.from([0xff]))))),
    sequence(subjectAltName, der(0x04, names)),
  )
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    // A serial number is positive: its first bit is not set.
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    sequence(ecdsaWithSha256),
    name,
    sequence(utcTime(now - hourMilliseconds), utcTime(now + 24 * hourMilliseconds)),
    name,
    publicKey.export({ format: "der", type: "spki" }),
    der(0xa3, extensions),
  )
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", body, privateKey)]))
  const base64 =
    sequence(body, sequence(ecdsaWithSha256), signature)
      .toString("base64")
      .match(/.{1,64}/g) ?? []
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${base64.join("\n")}\n-----END CERTIFICATE-----\n`,
    privateKey: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
  }
}

/** A value with its tag and length (X.690 §8.1); none here reaches 64 KiB. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function objectIdentifier(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"))
}

function utcTime(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/\D/g, "").slice(2, 14)
  return der(0x17, Buffer.from(`${digits}Z`))
}
