import { constants } from 'node:crypto'
import type { SecureContextOptions, TlsOptions } from 'node:tls'
import { assertBoolean, assertOneOf, assertText } from '../util/assert.js'
import { invalidValue, kindOf } from '../util/errors.js'
import { assertDirectTls } from '../util/runtime.js'
import { assertCertificates, digestTrust, splitRevocationLists } from './trust-digest.js'

/** Options of `tls.createServer()`, of which a server for client certificates needs at least: */
export interface MtlsServerOptions extends TlsOptions {
  /** The authorities whose clients are let in; PEM. Required: Node's default is the public ones. */
  ca: NonNullable<SecureContextOptions['ca']>
  /** Revocation lists of those authorities; PEM. With any, every authority needs one. */
  crl?: SecureContextOptions['crl']
  /**
   * Whether a client without an acceptable certificate is refused in the handshake. `false` lets it
   * connect, for the application to answer 401. Default: `true`.
   */
  rejectUnauthorized?: boolean | undefined
  /**
   * Whether all contexts of the server, by `addContext()` or `SNICallback`, have the same `ca` and
   * `crl` as these options. Say `false` where they don't: then there are no session tickets, and each
   * connection costs a full handshake, because several versions of Node resume a session of one
   * context in another. Default: `true`, but `false` with `SNICallback`.
   */
  contextsShareCa?: boolean | undefined
}

const MODERN_VERSIONS = ['TLSv1.2', 'TLSv1.3']

/**
 * Completes options for `https.createServer()`, `http2.createSecureServer()` or
 * `tls.createServer()` so that what the handshake says about the client can be relied on:
 *
 * - `requestCert: true`, and `rejectUnauthorized: true` unless it is given as `false`
 * - `SSL_OP_NO_RENEGOTIATION`: a client cannot change its certificate afterwards
 * - a `sessionIdContext` made of the authorities and revocation lists: a session ticket from a
 *   server, or a time, with others is worth nothing, though ticket keys be shared
 * - `minVersion: 'TLSv1.2'`
 * - `SSL_OP_NO_TICKET` with `SNICallback` or `contextsShareCa: false`: a session can't be resumed in a
 *   context with other authorities
 *
 * What is given wins, unless it contradicts one of these.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, and
 *   `ERR_UNSUPPORTED_RUNTIME` on Deno
 */
export function mtlsServerOptions<Options extends MtlsServerOptions>(
  options: Options,
): Omit<Options, 'crl' | 'contextsShareCa'> & CompletedOptions {
  assertDirectTls('mtlsServerOptions()')
  // What is checked is what is used: an option that is not an own one would not be copied below.
  const { contextsShareCa, crl: lists, ...own } = { ...options }
  assertServerOptions(own)
  const { SNICallback, secureOptions = 0, minVersion = 'TLSv1.2' } = own
  const hasTickets = contextsShareCa ?? !SNICallback
  assertBoolean('option "contextsShareCa"', hasTickets)
  const crl = splitRevocationLists(lists)
  const sessionIdContext = digestTrust(own.ca, crl)
  return {
    ...own,
    ...(crl && { crl }),
    requestCert: true,
    rejectUnauthorized: own.rejectUnauthorized ?? true,
    minVersion,
    secureOptions: addFlags(secureOptions, hasTickets),
    sessionIdContext: own.sessionIdContext ?? sessionIdContext,
  }
}

function addFlags(secureOptions: number, hasTickets: boolean): number {
  const { SSL_OP_NO_RENEGOTIATION, SSL_OP_NO_TICKET } = constants
  const flags = SSL_OP_NO_RENEGOTIATION | (hasTickets ? 0 : SSL_OP_NO_TICKET)
  // Without >>>, bit 31, which is in SSL_OP_ALL, would make the sum negative.
  return (secureOptions | flags) >>> 0
}

/** What {@link mtlsServerOptions} adds. */
export interface CompletedOptions {
  requestCert: true
  rejectUnauthorized: boolean
  minVersion: NonNullable<TlsOptions['minVersion']>
  secureOptions: number
  sessionIdContext: string
  /** One list each. */
  crl?: string[]
}

function assertServerOptions(options: TlsOptions): void {
  const { requestCert, rejectUnauthorized, minVersion, secureProtocol, sessionIdContext } = options
  if (requestCert !== undefined && !requestCert) {
    throw invalidValue('option "requestCert"', 'must not be false', requestCert)
  }
  if (rejectUnauthorized !== undefined) {
    assertBoolean('option "rejectUnauthorized"', rejectUnauthorized)
  }
  if (minVersion !== undefined) assertOneOf(MODERN_VERSIONS)('option "minVersion"', minVersion)
  if (secureProtocol !== undefined) {
    throw invalidValue('option "secureProtocol"', 'is replaced by "minVersion"', secureProtocol)
  }
  if (sessionIdContext !== undefined) assertText('option "sessionIdContext"', sessionIdContext)
  if (options.pfx !== undefined) {
    throw invalidValue(
      'option "pfx"',
      'must be given as "key" and "cert": Node lets clients of every authority in it in',
      kindOf(options.pfx),
    )
  }
  if (options.cert) assertCertificates(options.cert)
}
