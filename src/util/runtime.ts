import process from 'node:process'
import { unsupportedRuntime } from './errors.js'

/** What differs between the JavaScript runtimes that this package runs in. */
export interface Runtime {
  /** Whether the certificate of a TLS connection can be used. */
  readonly hasDirectTls: boolean
  /** Whether a connection shows that it is a Unix-domain socket. */
  readonly hasUnixSockets: boolean
  /** Whether subject alternative names are shown in the form that Node documents. */
  readonly hasNodeNames: boolean
}

/**
 * Deno and Bun say that they are Node as well, so only an entry of their own tells them from it. The
 * globals `Deno` and `Bun` aren't looked at, because libraries define such globals in Node.
 *
 * @param versions - as `process.versions` has them
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

/** Read when the package is loaded, so that nothing can change it later. */
export const RUNTIME: Runtime = describeRuntime(process.versions)

/** For an operator who has chosen a server of `node:https` on Bun. */
export const HOW_TO_SHOW_CERTIFICATES: string =
  "the socket of this server doesn't show certificates; on Bun use http2.createSecureServer or " +
  "tls.createServer with emit('connection')"

/**
 * @param what - what needs the certificate of a TLS connection
 * @throws TypeError `ERR_UNSUPPORTED_RUNTIME` where that isn't supported
 */
export function assertDirectTls(what: string, { hasDirectTls }: Runtime = RUNTIME): void {
  if (hasDirectTls) return
  const problem =
    "direct TLS isn't supported on Deno; put a proxy in front and set certificateSource"
  throw unsupportedRuntime(what, problem)
}

/**
 * @param what - what needs to tell a Unix-domain socket
 * @throws TypeError `ERR_UNSUPPORTED_RUNTIME` where that can't be told
 */
export function assertUnixSockets(what: string, { hasUnixSockets }: Runtime = RUNTIME): void {
  if (hasUnixSockets) return
  const problem =
    "'unix' isn't supported on Bun, whose connections don't show what they are; name the proxy's address"
  throw unsupportedRuntime(what, problem)
}
