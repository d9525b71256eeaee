import { debuglog } from 'node:util'

const PACKAGE = 'passport-client-certificate-auth'

type Trace = (message: string, ...values: (string | number)[]) => void

/**
 * Says, step by step, what was found in a request and why it was refused, on standard error and
 * only with `NODE_DEBUG=passport-client-certificate-auth`. Names headers, never what a header or a
 * certificate holds.
 */
export const trace: Trace = compileTrace(debuglog(PACKAGE), () => process.env['NODE_DEBUG'])

/**
 * Cloudflare's workerd says that every trace is wanted, so the variable is looked at as well. Deno asks
 * for permission to read it, so it isn't looked at where the runtime itself says no, and the runtime is
 * believed where it can't be read.
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

/** Node's rule: names between commas, without regard to case, in which `*` is anything. */
function isNamed(names: string): boolean {
  return names.split(',').some((name) => {
    const parts = name.split('*').map((part) => part.replace(/[^0-9A-Za-z]/g, '\\$&'))
    return new RegExp(`^${parts.join('.*')}$`, 'i').test(PACKAGE)
  })
}
