import { registerHooks } from "node:module"

// Puts rapid-client.ts in the place of the native module that the runtime interface client asks for.
registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier !== "./rapid-client.node") return nextResolve(specifier, context)
    return { url: new URL("rapid-client.ts", import.meta.url).href, shortCircuit: true }
  },
})
