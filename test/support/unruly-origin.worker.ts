/** An origin that breaks its side of the contract, each path in its own way. */
export default {
  async fetch(request: Request): Promise<unknown> {
    const [name] = new URL(request.url).pathname.split("/").slice(-1)
    if (name === "error") throw new Error("the origin's own secret")
    if (name === "string") throw "the origin's own secret"
    if (name === "undefined") throw undefined
    if (name === "nothing") return undefined
    if (name === "data") return { status: 200, ok: true }
    if (name === "never") return new Promise(() => {})
    const read = new Response("read already")
    await read.text()
    return read
  },
}
