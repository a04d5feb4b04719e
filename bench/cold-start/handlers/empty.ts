/** Decides nothing: what is left is the start of Node and of the runner. */
export async function handler() {
  return {}
}
