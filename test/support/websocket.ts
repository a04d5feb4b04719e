import { createHash, randomBytes } from "node:crypto"
import { type IncomingMessage, request } from "node:http"
import type { Duplex } from "node:stream"

/** A text message, or the code with which the other end closed; null for a connection that just ended. */
export type Received = string | { readonly closed: number } | null

/**
 * One end of a WebSocket (RFC 6455), as far as tests need it: text messages of less than 64 KiB, in one frame each, and Close.
 * Written out because Node's own client can't be told which Host to ask for, and Node has no server.
 */
export interface WebSocketEnd {
  /** The subprotocol that was agreed on. */
  readonly protocol: string | undefined
  send(text: string): void
  closeWith(code: number): void
  /** What came in next. */
  next(): Promise<Received>
}

const closeOpcode = 8

/** The server's part of the opening handshake (RFC 6455 §4.2.2). */
export function acceptWebSocket({ headers }: IncomingMessage, socket: Duplex, protocol?: string): WebSocketEnd {
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${acceptance(headers["sec-websocket-key"] ?? "")}`,
    ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
  ]
  socket.write(`${lines.join("\r\n")}\r\n\r\n`)
  return endOf(socket, protocol, false)
}

/** Opens a WebSocket with exactly these headers beside those of the handshake, or gives the status of the refusal. */
export function openWebSocket(
  host: string,
  target: string,
  headers: Readonly<Record<string, string>>,
): Promise<WebSocketEnd | { readonly status: number }> {
  const [hostname, port] = host.split(":")
  const key = randomBytes(16).toString("base64")
  const handshake = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": key,
  }
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path: target, headers: { ...handshake, ...headers }, agent: false })
    outgoing.on("error", reject)
    outgoing.on("response", (response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0 })
    })
    outgoing.on("upgrade", (response, socket, head) => {
      if (response.headers["sec-websocket-accept"] !== acceptance(key)) reject(new Error("not our handshake"))
      socket.unshift(head)
      resolve(endOf(socket, response.headers["sec-websocket-protocol"], true))
    })
    outgoing.end()
  })
}

function acceptance(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64")
}

function endOf(socket: Duplex, protocol: string | undefined, isClient: boolean): WebSocketEnd {
  const received = framesOf(socket)
  // A client that goes away at the end of a test is no failure.
  socket.on("error", () => {})
  return {
    protocol,
    send: (text) => void socket.write(frame(1, Buffer.from(text), isClient)),
    closeWith: (code) => void socket.write(frame(closeOpcode, Buffer.from([code >> 8, code & 255]), isClient)),
    async next() {
      const { value } = await received.next()
      return value ?? null
    },
  }
}

/** RFC 6455 §5.2. A client masks what it sends. */
function frame(opcode: number, payload: Buffer, masked: boolean): Buffer {
  const isLong = payload.length > 125
  const head = Buffer.alloc(isLong ? 4 : 2)
  head[0] = 0x80 | opcode
  head[1] = (masked ? 0x80 : 0) | (isLong ? 126 : payload.length)
  if (isLong) head.writeUInt16BE(payload.length, 2)
  if (!masked) return Buffer.concat([head, payload])
  const mask = randomBytes(4)
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))])
}

async function* framesOf(socket: Duplex): AsyncGenerator<Received> {
  let pending: Buffer = Buffer.alloc(0)
  for await (const chunk of socket) {
    pending = Buffer.concat([pending, chunk])
    for (let taken = takeFrame(pending); taken; taken = takeFrame(pending)) {
      pending = pending.subarray(taken.length)
      yield taken.opcode === closeOpcode ? { closed: taken.payload.readUInt16BE(0) } : String(taken.payload)
    }
  }
}

/** The frame at the beginning of some bytes, or null while it is not complete. */
function takeFrame(bytes: Buffer): { opcode: number; payload: Buffer; length: number } | null {
  if (bytes.length < 2) return null
  const opcode = bytes.readUInt8(0) & 15
  const short = bytes.readUInt8(1) & 127
  const isMasked = bytes.readUInt8(1) >= 128
  const maskAt = short === 126 ? 4 : 2
  const payloadAt = maskAt + (isMasked ? 4 : 0)
  if (bytes.length < payloadAt) return null
  const length = payloadAt + (short === 126 ? bytes.readUInt16BE(2) : short)
  if (bytes.length < length) return null
  const mask = bytes.subarray(maskAt, payloadAt)
  const payload = bytes.subarray(payloadAt, length).map((byte, index) => byte ^ (mask[index % 4] ?? 0))
  return { opcode, payload: Buffer.from(payload), length }
}
