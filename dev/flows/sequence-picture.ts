import { type Actor, actors, type Flow, type Step } from "./flow.ts"

const names: Readonly<Record<Actor, string>> = {
  browser: "Browser",
  client: "Application",
  issuer: "Issuer",
  api: "API",
}

/** In pixels. Lanes stand in from the sides, so that a label may reach beyond its arrow. */
const width = 640
const laneMargin = 70
const headHeight = 28
const top = 10
const stepHeight = 36

/** Colours, which follow the reader's scheme. The background is drawn: a page around it may be of the other one. */
const style = `
    .ground { fill: #ffffff; stroke: #d0d7de }
    .head { fill: #eef1f4; stroke: #d0d7de }
    .line { stroke: #c3cad1; stroke-dasharray: 2 4 }
    .arrow { stroke: #0b5cad; stroke-width: 1.5 }
    .answer { stroke-dasharray: 6 3 }
    .tip { fill: #0b5cad }
    text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; text-anchor: middle }
    .name { font-weight: 600 }
    .label { stroke: #ffffff; stroke-width: 4; stroke-linejoin: round; paint-order: stroke }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #0d1117; stroke: #3d444d }
      .head { fill: #1b222b; stroke: #3d444d }
      .line { stroke: #4b535d }
      .arrow { stroke: #6cb2ff }
      .tip { fill: #6cb2ff }
      text { fill: #e6edf3 }
      .label { stroke: #0d1117 }
    }
  `

/** The steps of a flow as an SVG: a lane for each actor that takes part, and an arrow for each message; an issuer's are dashed. */
export function sequencePicture({ title, steps }: Pick<Flow, "title" | "steps">): string {
  const lanes = actors.filter((actor) => steps.some(({ from, to }) => from === actor || to === actor))
  const xOf = (actor: Actor) =>
    Math.round(laneMargin + (lanes.indexOf(actor) * (width - 2 * laneMargin)) / (lanes.length - 1))
  const bottom = top + headHeight + (steps.length + 0.5) * stepHeight
  const height = bottom + top
  const inWords = steps.map(({ from, to, label }) => `${names[from]} to ${names[to]}: ${label}.`)

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
  <title>${escaped(title)}</title>
  <desc>${escaped(inWords.join(" "))}</desc>
  <style>${style}</style>
  <rect class="ground" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="6"/>
${lanes.map((actor) => lane(names[actor], xOf(actor), bottom)).join("\n")}
${steps.map((step, index) => arrow(step, xOf(step.from), xOf(step.to), top + headHeight + (index + 1) * stepHeight)).join("\n")}
</svg>
`
}

function lane(name: string, x: number, bottom: number): string {
  return `  <line class="line" x1="${x}" y1="${top + headHeight}" x2="${x}" y2="${bottom}"/>
  <rect class="head" x="${x - 45}" y="${top}" width="90" height="${headHeight}" rx="4"/>
  <text class="name" x="${x}" y="${top + 18}">${name}</text>`
}

function arrow({ from, label }: Step, start: number, end: number, y: number): string {
  const back = end > start ? -8 : 8
  return `  <line class="arrow${from === "issuer" ? " answer" : ""}" x1="${start}" y1="${y}" x2="${end + back}" y2="${y}"/>
  <path class="tip" d="M${end} ${y}l${back} -4v8z"/>
  <text class="label" x="${(start + end) / 2}" y="${y - 7}">${escaped(label)}</text>`
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
}
