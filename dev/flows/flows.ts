import { authorizationCode } from "./authorization-code.ts"
import { clientCredentials } from "./client-credentials.ts"
import { device } from "./device.ts"
import { dpop } from "./dpop.ts"
import type { Flow } from "./flow.ts"
import { hybrid } from "./hybrid.ts"
import { implicitFormPost } from "./implicit-form-post.ts"
import { password } from "./password.ts"
import { pkce } from "./pkce.ts"
import { refresh } from "./refresh.ts"

/** Auth0's seven flows, and two things that come on top of them. */
export const flows: readonly Flow[] = [
  authorizationCode,
  pkce,
  implicitFormPost,
  hybrid,
  clientCredentials,
  device,
  password,
  refresh,
  dpop,
]
