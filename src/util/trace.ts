import { debuglog } from 'node:util'
import { printable } from './printable.js'

const PACKAGE = 'passport-client-certificate-auth'

type Log = (message: string, ...values: (string | number)[]) => void

type Trace = Log & { readonly enabled: boolean }

const SILENT: Trace = Object.assign(() => undefined, { enabled: false })

/**
 * Writes one line to standard error for each decision, with its cause and what to do about it, if you set
 * `NODE_DEBUG=passport-client-certificate-auth`. It names headers, but never writes the value of a header,
 * or more of a certificate than its fingerprint and its serial number.
 */
export const trace: Trace = compileTrace(debuglog(PACKAGE), () => process.env['NODE_DEBUG'])

/**
 * Cloudflare's workerd enables every trace, so we check the variable as well. Deno asks for permission to
 * read the variable, so we don't read it if the runtime has disabled the trace, and we rely on the
 * runtime if we can't read it. Bun doesn't say whether it has enabled the trace.
 */
export function compileTrace(
  log: Log & { readonly enabled?: boolean },
  readNames: () => string | undefined,
): Trace {
  if (log.enabled === false) return log as Trace
  try {
    return isNamed(readNames() ?? '') ? inOneLine(log) : SILENT
  } catch {
    return inOneLine(log)
  }
}

/** Names that the application or its extractor chose may hold line breaks, and so forge further lines. */
function inOneLine(log: Log): Trace {
  const write = (message: string, ...values: (string | number)[]): void => {
    log(message, ...values.map((value) => printable(String(value))))
  }
  return Object.assign(write, { enabled: true })
}

/** Like Node: names are separated by commas, case is ignored, and `*` matches any characters. */
function isNamed(names: string): boolean {
  return names.split(',').some((name) => {
    const parts = name.split('*').map((part) => part.replace(/[^0-9A-Za-z]/g, '\\$&'))
    return new RegExp(`^${parts.join('.*')}$`, 'i').test(PACKAGE)
  })
}
