import { debuglog } from 'node:util'

const PACKAGE = 'passport-client-certificate-auth'

type Trace = (message: string, ...values: (string | number)[]) => void

/**
 * Writes to standard error why a request was rejected, step by step, if you set
 * `NODE_DEBUG=passport-client-certificate-auth`. It names headers, but never writes the value of a header
 * or any part of a certificate.
 */
export const trace: Trace = compileTrace(debuglog(PACKAGE), () => process.env['NODE_DEBUG'])

/**
 * Cloudflare's workerd enables every trace, so we check the variable as well. Deno asks for permission to
 * read the variable, so we don't read it if the runtime has disabled the trace, and we rely on the
 * runtime if we can't read it.
 */
export function compileTrace(
  log: Trace & { readonly enabled: boolean },
  readNames: () => string | undefined,
): Trace {
  if (!log.enabled) return log
  try {
    return isNamed(readNames() ?? '') ? log : () => undefined
  } catch {
    return log
  }
}

/** Like Node: names are separated by commas, case is ignored, and `*` matches any characters. */
function isNamed(names: string): boolean {
  return names.split(',').some((name) => {
    const parts = name.split('*').map((part) => part.replace(/[^0-9A-Za-z]/g, '\\$&'))
    return new RegExp(`^${parts.join('.*')}$`, 'i').test(PACKAGE)
  })
}
