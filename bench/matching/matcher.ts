/** A rule for matching: a method and a path as this project writes it, with `:name` for one segment and a final `/**`. */
export interface RouteRule {
  readonly method: string
  readonly path: string
}

/** Rules, compiled. */
export interface RuleMatcher<Found = unknown> {
  /** What covers the request, in the form in which the router returns it; null or undefined for nothing. */
  match(method: string, path: string): Found
  /** Which of the rules that was, by its place; -1 for none. Not timed. */
  ruleOf(found: Found): number
}

/** One router, used as its own documentation shows it. */
export interface Router {
  readonly name: string
  /** The npm packages it consists of, to print their versions. */
  readonly packages: readonly string[]
  compile(rules: readonly RouteRule[]): RuleMatcher
}
