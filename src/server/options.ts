import { constants } from 'node:crypto'
import type { SecureContextOptions, TlsOptions } from 'node:tls'
import { assertBoolean, assertOneOf, assertText } from '../util/assert.js'
import { invalidType, invalidValue, kindOf } from '../util/errors.js'
import { assertKeyContents } from '../util/pem-blocks.js'
import { suggestNear } from '../util/suggest.js'
import type { TrustStore } from '../path/trust-store.js'
import { serversOf, type StoreServers } from '../path/store-servers.js'
import { assertDirectTls } from '../util/runtime.js'
import { assertCas, assertCertificates, digestTrust, splitRevocationLists } from './trust-digest.js'

/** Options of `tls.createServer()` for a server that authenticates clients by certificate. */
export interface MtlsServerOptions extends TlsOptions {
  /** The CAs whose client certificates you accept, in PEM. Node's default is the public CAs. */
  ca: NonNullable<SecureContextOptions['ca']>
  /** Takes the place of `ca`: see {@link TrustServerOptions}. */
  trust?: undefined
  /** Revocation lists of these CAs, in PEM. If you pass any, every CA needs one. */
  crl?: SecureContextOptions['crl']
  /**
   * Whether the handshake rejects clients without a valid certificate. With `false` they can connect, and
   * your application has to answer 401. Default: `true`.
   */
  rejectUnauthorized?: boolean | undefined
  /**
   * Set this to `false` if contexts from `addContext()` or `SNICallback` have another `ca` or `crl` than
   * these options. Several versions of Node resume a session of one context in another, so the server
   * then issues no session tickets, and each connection costs a full handshake. Default: `true`, but
   * `false` with `SNICallback`.
   */
  contextsShareCa?: boolean | undefined
}

/** Node ignores options that it doesn't know, so a list with a misspelt name would revoke nothing. */
const CHECKED_NAMES = [
  ...['key', 'cert', 'crl', 'requestCert', 'rejectUnauthorized', 'SNICallback', 'contextsShareCa'],
  ...['sessionIdContext', 'allowPartialTrustChain', 'trust'],
]

/** The same options, but the CAs come from a trust store. */
export interface TrustServerOptions extends Omit<MtlsServerOptions, 'ca' | 'trust'> {
  /**
   * A trust store of `createTrustStore()`. The handshake uses its CAs and intermediates. Pass the store to
   * the strategy as `ca` too, because the handshake knows none of its other rules. `reloadable()` makes a
   * server follow its replacements. Each CA has to be self-signed, or its issuers have to be in the store,
   * because Node's servers accept no client otherwise.
   */
  trust: TrustStore
  ca?: undefined
  /** Can't be set, because it has to change with the store. */
  sessionIdContext?: undefined
}

const MODERN_VERSIONS = ['TLSv1.2', 'TLSv1.3']

/**
 * Completes options as below, with the CAs and intermediates of a trust store as `ca`. A server that
 * `reloadable()` connects to the store follows its replacements.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, or
 *   `ERR_UNSUPPORTED_RUNTIME` on Deno
 * @example
 * import https from 'node:https'
 * import { createTrustStore } from 'passport-client-certificate-auth/trust'
 * import { mtlsServerOptions, reloadable } from 'passport-client-certificate-auth/server'
 *
 * const trust = createTrustStore({ ca })
 * const options = { trust, key, cert }
 * const server = https.createServer(mtlsServerOptions(options), app).listen(8443)
 * reloadable(server, options)
 */
export function mtlsServerOptions<Options extends TrustServerOptions>(
  options: Options,
): Omit<Options, 'trust' | 'ca' | 'crl' | 'contextsShareCa' | 'sessionIdContext'> & {
  ca: string[]
} & CompletedOptions
/**
 * Completes options for `https.createServer()`, `http2.createSecureServer()` or `tls.createServer()`, so
 * that you can rely on the result of the handshake:
 *
 * - `requestCert: true`, and `rejectUnauthorized: true` unless you pass `false`.
 * - `SSL_OP_NO_RENEGOTIATION`, so that a client can't change its certificate later.
 * - A `sessionIdContext` made from the CAs and revocation lists. A session ticket from a server with other
 *   CAs or lists, or from the time before a reload, is rejected even if the servers share ticket keys.
 * - `minVersion: 'TLSv1.2'`.
 * - `SSL_OP_NO_TICKET` with `SNICallback` or `contextsShareCa: false`, so that a client can't resume a
 *   session in a context with other CAs.
 *
 * Your own values win, unless they contradict the list above. A misspelt name such as `crls`
 * throws, because Node would ignore it.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, or
 *   `ERR_UNSUPPORTED_RUNTIME` on Deno
 * @example
 * import { readFileSync } from 'node:fs'
 * import https from 'node:https'
 * import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
 *
 * const options = mtlsServerOptions({
 *   key: readFileSync('server-key.pem'),
 *   cert: readFileSync('server.pem'),
 *   ca: readFileSync('client-ca.pem'),
 * })
 * https.createServer(options, app).listen(8443)
 */
export function mtlsServerOptions<Options extends MtlsServerOptions>(
  options: Options,
): Omit<Options, 'crl' | 'contextsShareCa'> & CompletedOptions
export function mtlsServerOptions(options: MtlsServerOptions | TrustServerOptions): object {
  assertDirectTls('mtlsServerOptions()')
  // A copy first, because it contains own options only, and we must use the options that we check.
  const own = { ...options }
  assertSpelling(own)
  if (own.trust === undefined) return completeOptions(own)
  return completeOptions(withCas(own, assertTrust(own.trust).listCas()))
}

/**
 * Puts the CAs of a trust store in the place of the store.
 *
 * @param cas - in PEM
 * @throws TypeError with `code` `ERR_INVALID_ARG_VALUE`
 */
export function withCas(options: TrustServerOptions, cas: readonly string[]): MtlsServerOptions {
  const { trust: _, ca, sessionIdContext, ...others } = options as TlsOptions & { trust: unknown }
  if (ca !== undefined) {
    throw invalidValue('option "ca"', 'must not be given together with "trust"', kindOf(ca))
  }
  if (sessionIdContext !== undefined) {
    const problem = 'must not be given together with "trust", because it has to change with the CAs'
    throw invalidValue('option "sessionIdContext"', problem, sessionIdContext)
  }
  return { ...others, ca: [...cas] }
}

/** @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` for anything but a trust store */
export function assertTrust(trust: unknown): StoreServers {
  const servers = serversOf(trust)
  if (servers !== undefined) return servers
  throw invalidType('option "trust"', 'a trust store of createTrustStore()', kindOf(trust))
}

function completeOptions(options: MtlsServerOptions): CompletedOptions {
  const { contextsShareCa, crl: lists, ...own } = options
  assertServerOptions(own)
  const { SNICallback, secureOptions = 0, minVersion = 'TLSv1.2' } = own
  const hasTickets = contextsShareCa ?? !SNICallback
  assertBoolean('option "contextsShareCa"', hasTickets)
  const crl = splitRevocationLists(lists)
  const sessionIdContext = digestTrust(own.ca, crl)
  // Contexts of addContext() honour this option, and then accept what is below any certificate of the list.
  if (own.allowPartialTrustChain !== true) assertCas(own.ca)
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
  // Without >>>, bit 31 (part of SSL_OP_ALL) would make the result negative.
  return (secureOptions | flags) >>> 0
}

/** The options that {@link mtlsServerOptions} adds. */
export interface CompletedOptions {
  requestCert: true
  rejectUnauthorized: boolean
  minVersion: NonNullable<TlsOptions['minVersion']>
  secureOptions: number
  sessionIdContext: string
  /** One revocation list in each string. */
  crl?: string[]
}

function assertSpelling(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    const hint = suggestNear(name, CHECKED_NAMES)
    if (hint !== '') throw invalidValue(`option "${name}"`, `is unknown${hint}`, kindOf(value))
  }
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
      'is not supported: pass "key" and "cert" instead, because Node would accept clients of every CA in it',
      kindOf(options.pfx),
    )
  }
  assertKeyContents(options.key)
  if (options.cert) assertCertificates(options.cert)
}
