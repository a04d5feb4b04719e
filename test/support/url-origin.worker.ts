/** An origin beside the Worker that it is bound to: answers with what it was asked for, and on whose behalf. */
export default {
  fetch({ method, url, headers }: Request): Response {
    return Response.json({ method, url: url.slice(url.indexOf("/", "http://".length)), sub: headers.get("x-auth-sub") })
  },
}
