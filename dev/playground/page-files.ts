import { readFile } from "node:fs/promises"
import { build } from "esbuild"
import { root } from "../run-folder.ts"

export interface PageFile {
  readonly type: string
  readonly content: string
}

const folder = `${root}dev/playground/page/`

/** The page by the paths that it is served at, its script bundled. Rejects, after what is wrong has been printed, if that can't be. */
export async function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const [html, css, bundle] = await Promise.all([
    readFile(`${folder}index.html`, "utf8"),
    readFile(`${folder}page.css`, "utf8"),
    build({
      absWorkingDir: root,
      entryPoints: [`${folder}main.tsx`],
      bundle: true,
      format: "esm",
      target: "es2024",
      jsx: "automatic",
      jsxImportSource: "preact",
      minify: true,
      write: false,
      logLevel: "warning",
    }),
  ])
  const script = bundle.outputFiles[0]?.text ?? ""
  return new Map([
    ["/", { type: "text/html; charset=utf-8", content: html }],
    ["/page.css", { type: "text/css; charset=utf-8", content: css }],
    ["/page.js", { type: "text/javascript; charset=utf-8", content: script }],
  ])
}
