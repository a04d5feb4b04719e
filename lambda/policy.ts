import policy from "../authorizer.config.ts"
import { parseConfig } from "../core/index.ts"

/**
 * The policy that this checkout deploys, completed from the function's environment. `scripts/build-lambda.ts` checks it when it
 * bundles, and puts what `checkPolicy` made of it in the place of this module.
 */
export default parseConfig(policy, process.env)
