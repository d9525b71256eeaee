import type { TlsOptions } from 'node:tls'
import { invalidType, invalidValue, kindOf } from '../util/errors.js'
import { suggestNear } from '../util/suggest.js'
import { type HandshakeTrust, serversOf, type StoreServers } from '../path/store-servers.js'
import { assertDirectTls } from '../util/runtime.js'
import { type CompletedOptions, completeOptions } from './complete-options.js'
import type { MtlsServerOptions, TrustServerOptions } from './complete-options.js'

/** Node ignores options that it doesn't know, so a list with a misspelt name would revoke nothing. */
const CHECKED_NAMES = [
  ...['key', 'cert', 'crl', 'requestCert', 'rejectUnauthorized', 'SNICallback', 'contextsShareCa'],
  ...['sessionIdContext', 'allowPartialTrustChain', 'trust'],
]

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
  if (serversOf(own.ca) !== undefined) {
    throw invalidValue('option "ca"', 'is a trust store: pass it as "trust"', kindOf(own.ca))
  }
  if (own.trust === undefined) return completeOptions(own)
  return completeWithTrust(own, assertTrust(own.trust).store.listTrust())
}

/**
 * Completes options with the CAs of a trust store in the place of the store.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_VALUE`
 */
export function completeWithTrust(
  options: TrustServerOptions,
  { cas, lists }: HandshakeTrust,
): CompletedOptions {
  assertSpelling(options)
  const {
    trust: _,
    ca,
    crl,
    sessionIdContext,
    ...others
  } = options as TlsOptions & {
    trust: unknown
  }
  if (ca !== undefined) {
    throw invalidValue('option "ca"', 'must not be given together with "trust"', kindOf(ca))
  }
  if (crl !== undefined) {
    const problem = 'must not be given together with "trust": pass the lists to createTrustStore()'
    throw invalidValue('option "crl"', problem, kindOf(crl))
  }
  if (sessionIdContext !== undefined) {
    const problem = 'must not be given together with "trust", because it has to change with the CAs'
    throw invalidValue('option "sessionIdContext"', problem, sessionIdContext)
  }
  return completeOptions({ ...others, ca: [...cas] }, lists)
}

/** @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` for anything but a trust store */
export function assertTrust(trust: unknown): StoreServers {
  const servers = serversOf(trust)
  if (servers !== undefined) return servers
  throw invalidType('option "trust"', 'a trust store of createTrustStore()', kindOf(trust))
}

/** Node would ignore them, too. */
const STORE_NAMES = [
  ...['intermediates', 'policies', 'requireExplicitPolicy', 'inhibitPolicyMapping'],
  ...['inhibitAnyPolicy', 'extendedKeyUsage', 'anyExtendedKeyUsage', 'maxDepth'],
  ...['revocation', 'revocationPolicy'],
]

function assertSpelling(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    if (STORE_NAMES.includes(name)) {
      const problem = 'is an option of a trust store: pass createTrustStore() as "trust"'
      throw invalidValue(`option "${name}"`, problem, kindOf(value))
    }
    const hint = suggestNear(name, CHECKED_NAMES)
    if (hint !== '') throw invalidValue(`option "${name}"`, `is unknown${hint}`, kindOf(value))
  }
}
