import { debuglog } from 'node:util'

/**
 * Says, step by step, what was found in a request and why it was refused, on standard error and
 * only with `NODE_DEBUG=passport-client-certificate-auth`. Names headers, never what a header or a
 * certificate holds.
 */
export const trace: (message: string, ...values: (string | number)[]) => void = debuglog(
  'passport-client-certificate-auth',
)
