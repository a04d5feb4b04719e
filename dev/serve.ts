import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"

/** A server that listens. */
export interface Served {
  readonly port: number
  /** Stops at once; requests under way are cut off. */
  close(): Promise<void>
}

/** Serves plain HTTP; port 0 takes any that is free. Rejects if it can't listen there. */
export async function serve(listener: RequestListener, port: number, host: string): Promise<Served> {
  const server = createServer(listener)
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
