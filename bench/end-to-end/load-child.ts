import { connect, type Socket } from "node:net"

/** A load of GET requests: one for each token, over connections that are kept and carry one request at a time. */
export interface LoadRequest {
  readonly port: number
  readonly path: string
  readonly tokens: readonly string[]
  readonly connections: number
}

/** What came of it. Latencies are milliseconds from the writing of a request to the last byte of its answer. */
export interface LoadAnswer {
  readonly seconds: number
  readonly latencies: readonly number[]
  /** How many answers were not a 200. */
  readonly others: number
  /** The share of one core that this process took meanwhile. */
  readonly processorShare: number
}

/** Nothing here takes a tenth of that. */
const deadlineMilliseconds = 60_000

process.on("message", async (request: LoadRequest) => process.send?.(await load(request)))

async function load({ port, path, tokens, connections }: LoadRequest): Promise<LoadAnswer> {
  const requests = tokens.map((token) =>
    Buffer.from(`GET ${path} HTTP/1.1\r\nhost: api.example\r\nauthorization: Bearer ${token}\r\n\r\n`, "latin1"),
  )
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)))
  const latencies: number[] = []
  let [next, others] = [0, 0]
  const processorBefore = process.cpuUsage()
  const begun = performance.now()
  await Promise.all(
    sockets.map(async (socket) => {
      for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
        const sent = performance.now()
        if ((await exchange(socket, request)) !== "200") others++
        latencies.push(performance.now() - sent)
      }
    }),
  )
  const milliseconds = performance.now() - begun
  const { user, system } = process.cpuUsage(processorBefore)
  for (const socket of sockets) socket.destroy()
  return { seconds: milliseconds / 1000, latencies, others, processorShare: (user + system) / 1000 / milliseconds }
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve(socket))
    socket.once("error", reject)
    socket.setTimeout(deadlineMilliseconds, () => socket.destroy(new Error("no answer in time")))
  })
}

/** Sends one request and waits for the whole answer. Returns its status. */
function exchange(socket: Socket, request: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ""
    const take = (chunk: Buffer) => {
      answer += chunk.toString("latin1")
      if (!isWhole(answer)) return
      settle()
      resolve(answer.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length))
    }
    const lost = () => {
      settle()
      reject(new Error(`a connection was lost; so far: ${answer}`))
    }
    const settle = () => socket.off("data", take).off("close", lost)
    socket.on("data", take).on("close", lost)
    socket.write(request)
  })
}

/** Whether an answer has all its bytes, by its length or its last chunk (RFC 9112 §6.3, §7.1). */
function isWhole(answer: string): boolean {
  const end = answer.indexOf("\r\n\r\n")
  if (end === -1) return false
  const head = answer.slice(0, end)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) return answer.length >= end + 4 + Number(length)
  return /\r\ntransfer-encoding: *chunked/i.test(head) ? answer.endsWith("\r\n0\r\n\r\n") : true
}
