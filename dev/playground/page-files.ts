import { readFile } from "node:fs/promises"
import { build } from "esbuild"
import { root } from "../run-folder.ts"

export interface PageFile {
  readonly type: string
  readonly content: string
}

const folder = `${root}dev/playground/page/`

/** The page by the paths that it is served at, script and style bundled. Rejects, after what is wrong has been printed, if that can't be. */
export async function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const [html, { outputFiles }] = await Promise.all([
    readFile(`${folder}index.html`, "utf8"),
    build({
      absWorkingDir: root,
      entryPoints: { page: `${folder}main.tsx`, style: `${folder}page.css` },
      outdir: "page",
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
  const textOf = (name: string) => outputFiles.find(({ path }) => path.endsWith(name))?.text ?? ""
  return new Map([
    ["/", { type: "text/html; charset=utf-8", content: html }],
    ["/page.css", { type: "text/css; charset=utf-8", content: textOf("style.css") }],
    ["/page.js", { type: "text/javascript; charset=utf-8", content: textOf("page.js") }],
  ])
}
