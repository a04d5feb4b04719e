import { Hono } from "hono"
import { HTTPException } from "hono/http-exception"
import { secureHeaders } from "hono/secure-headers"
import { stream, streamSSE } from "hono/streaming"
import { describeFailure } from "../flows/describe-failure.ts"
import { flows } from "../flows/flows.ts"
import type { LocalIssuer } from "../issuer/issuer.ts"
import type { FlowLine } from "./api.ts"
import { type Deciders, decide } from "./decide.ts"
import type { Feed } from "./feed.ts"
import { call, flowChoices, readBody } from "./input.ts"
import { changeIssuer, issuerChange, viewOfIssuer } from "./issuer-control.ts"
import { ownPageOnly } from "./own-page-only.ts"
import type { PageFile } from "./page-files.ts"
import { setupOf } from "./setup.ts"

export interface AppParts extends Deciders {
  /** Where the app itself is served. */
  readonly port: number
  readonly page: ReadonlyMap<string, PageFile>
  readonly issuer: LocalIssuer
  readonly feed: Feed
}

/** The page and what it asks for: the routes of api.ts. */
export function createApp({ port, page, issuer, feed, ...deciders }: AppParts): Hono {
  const app = new Hono()
  app.onError((error, c) => {
    if (error instanceof HTTPException) return c.json({ error: error.message }, error.status)
    console.error(error)
    return c.json({ error: "a bug in the playground: the terminal says more" }, 500)
  })
  app.notFound((c) => c.json({ error: `there is nothing at ${c.req.path}` }, 404))

  app.use(
    secureHeaders({
      // Nothing is loaded from elsewhere, and nothing runs or looks as a text in the page says.
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
      strictTransportSecurity: false,
    }),
  )
  app.use(async (c, next) => {
    await next()
    c.header("Cache-Control", "no-store")
  })
  app.use(ownPageOnly(port))

  for (const [path, { type, content }] of page) app.get(path, (c) => c.body(content, 200, { "Content-Type": type }))
  // Browsers ask for it unasked, and note a 404 as an error.
  app.get("/favicon.ico", (c) => c.body(null, 204))

  app.get("/api/setup", (c) => c.json(setupOf(issuer, deciders.worker)))

  app.get("/api/events", (c) =>
    streamSSE(c, async (events) => {
      const gone = new Promise<void>((resolve) => events.onAbort(resolve))
      const stop = feed.listen((event, view) => void events.writeSSE({ event, data: JSON.stringify(view) }))
      await gone
      stop()
    }),
  )

  app.post("/api/flows/:id", async (c) => {
    const flow = flows.find(({ id }) => id === c.req.param("id"))
    if (!flow)
      throw new HTTPException(404, { message: `no such flow; there are ${flows.map(({ id }) => id).join(", ")}` })
    const choices = await readBody(c, flowChoices)
    c.header("Content-Type", "application/x-ndjson")
    return stream(c, async (lines) => {
      const write = (line: FlowLine) => lines.writeln(JSON.stringify(line))
      const last: FlowLine = await flow
        .run(issuer, choices, (happening) => void write({ happening }))
        .then((tokens) => ({ tokens }))
        .catch((error: unknown) => ({ failure: describeFailure(error) }))
      await write(last)
    })
  })

  app.post("/api/decide", async (c) => {
    return c.json(await decide(await readBody(c, call), deciders))
  })

  app.post("/api/issuer", async (c) => {
    await changeIssuer(issuer, await readBody(c, issuerChange)).catch((error: Error) => {
      throw error instanceof HTTPException ? error : new HTTPException(400, { message: error.message })
    })
    return c.json(viewOfIssuer(issuer))
  })
  return app
}
