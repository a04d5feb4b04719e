/** The reason that a command did not come up, in words for whoever typed it. Shown without a stack. */
export class StartError extends Error {}

/** What a running command holds, and the signal that it is to stop. Whatever is deferred is undone in reverse order. */
export interface Running {
  readonly resources: AsyncDisposableStack
  readonly stopping: AbortSignal
}

/**
 * Runs a command until it fails or is told to stop: by Ctrl-C, SIGTERM, a closed terminal or pipe, or the end of the npm
 * that runs it. In each case, and also in the midst of starting, all that it deferred is undone before the process ends.
 * Being told to stop is no failure: the exit code is then 0, else 1.
 */
export async function runUntilStopped(start: (running: Running) => Promise<never>): Promise<never> {
  const controller = new AbortController()
  const told = new Promise<void>((resolve) => controller.signal.addEventListener("abort", () => resolve()))
  // Stays registered to the end, so that an impatient second Ctrl-C does not end the process before its children.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => controller.abort())
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => controller.abort())
  // npm, killed from outside, leaves what it runs behind; so does the shell between.
  const parent = process.ppid
  if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && controller.abort(), 250).unref()

  const resources = new AsyncDisposableStack()
  let exitCode = 0
  try {
    await Promise.race([told, start({ resources, stopping: controller.signal })])
  } catch (error) {
    exitCode = 1
    console.error(error instanceof StartError ? error.message : error)
  }
  controller.abort()
  await resources.disposeAsync()
  // Not left to come about: what was half started when the signal came may still listen.
  process.exit(exitCode)
}
