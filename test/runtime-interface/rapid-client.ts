/**
 * Posts results to the Runtime API, in place of the runtime interface client's `rapid-client.node`: that part is compiled
 * when it is installed, and does no more than this. Loading the handler, calling it, and putting its result and its errors
 * into words stays the client's own code.
 */

const invocations = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`

/** Reports what the handler returned. */
export function done(requestId: string, body: string): void {
  post(`${requestId}/response`, body)
}

/** Reports what the handler threw. The third argument, a trace for X-Ray, has no use here. */
export function error(requestId: string, body: string): void {
  post(`${requestId}/error`, body)
}

/** Not awaited, as the native functions aren't. A failure ends the process. */
function post(path: string, body: string): void {
  void fetch(`${invocations}/${path}`, { method: "POST", headers: { "content-type": "application/json" }, body })
}
