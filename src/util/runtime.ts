import process from 'node:process'
import { unsupportedRuntime } from './errors.js'

/** The differences between the JavaScript runtimes that this package supports. */
export interface Runtime {
  /** Whether an application can use the certificate of a TLS connection. */
  readonly hasDirectTls: boolean
  /** Whether Unix-domain sockets can be told from other connections. */
  readonly hasUnixSockets: boolean
  /** Whether the runtime writes subject alternative names in the form that Node documents. */
  readonly hasNodeNames: boolean
}

/**
 * Deno and Bun also report a version of Node, so we look for their own entries. We ignore the globals
 * `Deno` and `Bun`, because libraries define such globals in Node.
 *
 * @param versions - has the form of `process.versions`
 */
export function describeRuntime(versions: Readonly<Record<string, string | undefined>>): Runtime {
  const isDeno = typeof versions['deno'] === 'string'
  const isBun = typeof versions['bun'] === 'string'
  return Object.freeze({
    hasDirectTls: !isDeno,
    hasUnixSockets: !isBun,
    hasNodeNames: !isDeno && !isBun,
  })
}

/** Determined when the package is loaded, so that nothing can change it later. */
export const RUNTIME: Runtime = describeRuntime(process.versions)

/** Helps operators who have chosen a server of `node:https` on Bun. */
export const HOW_TO_SHOW_CERTIFICATES: string =
  "the socket of this server doesn't show certificates; on Bun use http2.createSecureServer or " +
  "tls.createServer with emit('connection')"

/**
 * @param name - the function or option that needs the certificate of a TLS connection
 * @throws TypeError with `code` `ERR_UNSUPPORTED_RUNTIME` if the runtime doesn't support that
 */
export function assertDirectTls(name: string, { hasDirectTls }: Runtime = RUNTIME): void {
  if (hasDirectTls) return
  const problem =
    "direct TLS isn't supported on Deno; put a proxy in front and set certificateSource"
  throw unsupportedRuntime(name, problem)
}

/**
 * @param name - the option that needs to recognize a Unix-domain socket
 * @throws TypeError with `code` `ERR_UNSUPPORTED_RUNTIME` if the runtime doesn't support that
 */
export function assertUnixSockets(name: string, { hasUnixSockets }: Runtime = RUNTIME): void {
  if (hasUnixSockets) return
  const problem =
    "'unix' isn't supported on Bun, whose connections don't show what they are; name the proxy's address"
  throw unsupportedRuntime(name, problem)
}
