import { createRequire } from "node:module"
import { pathToFileURL } from "node:url"

// What Lambda's runtime does with a function, once: loads it, in the way its file name asks for, and hands it an event.
const bundle = process.argv[2] ?? ""
const loaded = bundle.endsWith(".cjs")
  ? createRequire(import.meta.url)(bundle)
  : await import(pathToFileURL(bundle).href)
console.log(JSON.stringify(await loaded.handler(JSON.parse(process.env.EVENT ?? "{}"))))
