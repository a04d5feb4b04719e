import { once } from "node:events"

/** A connection to an inspector (Chrome DevTools protocol). */
export interface Inspector {
  /** Resolves to the command's result; rejects if the inspector refuses it. */
  post(method: string, parameters?: object): Promise<unknown>
  close(): void
}

interface Answer {
  readonly id?: number
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** Connects to an inspector's WebSocket. */
export async function connectInspector(url: string): Promise<Inspector> {
  const socket = new WebSocket(url)
  await once(socket, "open")
  const waiting = new Map<number, (answer: Answer) => void>()
  socket.addEventListener("message", ({ data }) => {
    const answer: Answer = JSON.parse(String(data))
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer)
  })
  let lastId = 0
  return {
    async post(method, parameters = {}) {
      const id = ++lastId
      const answer = await new Promise<Answer>((resolve) => {
        waiting.set(id, resolve)
        socket.send(JSON.stringify({ id, method, params: parameters }))
      })
      waiting.delete(id)
      if (answer.error) throw new Error(`${method}: ${answer.error.message}`)
      return answer.result
    },
    close: () => socket.close(),
  }
}
