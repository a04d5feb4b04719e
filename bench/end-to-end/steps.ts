import type { Table } from "../section.ts"
import { digits, quantile, ratioOf, spreadOf, spreadText } from "../statistics.ts"
import type { GuardKind } from "./guard-process.ts"
import { jose, ours, passThrough, stepKinds } from "./kinds.ts"
import { type Loads, loadGuards, processorOf, ratesOf, type Setting } from "./loads.ts"
import type { TrafficName } from "./traffic.ts"

const { asyncHandler, checkSignature, tellOrigin } = stepKinds

/** The share of the rounds that counts as quiet. */
const quietShare = 0.1

/** What a guard is made of, from the limit up to the whole. A repeated token's signature is remembered, so it has no step. */
const stepsOf: Readonly<Record<TrafficName, readonly GuardKind[]>> = {
  repeated: [passThrough, asyncHandler, tellOrigin, ours],
  distinct: [passThrough, asyncHandler, tellOrigin, checkSignature, ours],
}

/**
 * Where the time goes by subtraction: Workers that do more and more of what a guard does, under the same load, in turns, and in
 * processes of their own. `limits` are the targets of the requests per second ÷ pass-through.
 */
export async function stepTables(
  setting: Setting,
  names: readonly TrafficName[],
  limits: Readonly<Record<TrafficName, number>>,
): Promise<Table[]> {
  const loads = await loadGuards(setting, names, {
    repeated: [...stepsOf.repeated, jose],
    distinct: [...stepsOf.distinct, jose],
  })
  return names.map((name) => stepTable(name, loads[name], limits[name]))
}

function stepTable(name: TrafficName, loads: Loads, limit: number): Table {
  const steps = stepsOf[name]
  const isKnown = processorOf(loads, passThrough.name).length > 0
  const quiet = (guard: string) => quantile(processorOf(loads, guard), quietShare)
  const allowed = 1 / limit - 1
  const processorCells = (guard: string, before: string | undefined) => [
    spreadText(spreadOf(processorOf(loads, guard))),
    digits(quiet(guard)),
    before === undefined ? "" : digits(quiet(guard) - quiet(before)),
    guard === passThrough.name
      ? ""
      : `${(((quiet(guard) / quiet(passThrough.name) - 1) / allowed) * 100).toFixed(0)} %`,
  ]
  const row = (label: string, guard: string, before?: string) => [
    label,
    ...(isKnown ? processorCells(guard, before) : []),
    spreadText(ratioOf(ratesOf(loads, guard), ratesOf(loads, passThrough.name))),
    spreadText(ratioOf(ratesOf(loads, guard), ratesOf(loads, jose.name))),
  ]
  const reading = `What else the machine does can only add to a processor's time, so the steps are told apart by the tenth of the rounds that took least, the quiet ones. To reach ${limit} of the pass-through Worker's requests, a guard may take ${digits(allowed * 100)} % more time than it, ${digits(allowed * quiet(passThrough.name))} µs: the share of that which is spent is in a column of its own. What is spent above the whole guard is spent before anything is decided.`
  return {
    title: `End to end, ${name} tokens: what the steps to a whole guard cost`,
    note: `Each step is a Worker that does all that the steps above it do, under the same load and in turns.${isKnown ? ` ${reading}` : ""}`,
    columns: [
      "",
      ...(isKnown
        ? ["CPU µs per request", "in quiet rounds", "more than the step before", `of what ${limit} allows`]
        : []),
      "requests/s ÷ pass-through",
      "requests/s ÷ jose guard",
    ],
    rows: [
      ...steps.map((step, index) =>
        row(step === ours ? `the whole guard: ${ours.name}` : step.name, step.name, steps[index - 1]?.name),
      ),
      row("for comparison: jose guard", jose.name),
    ],
  }
}
