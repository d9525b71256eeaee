import { constants } from 'node:crypto'
import type { SecureContextOptions, TlsOptions } from 'node:tls'
import type { TrustStore } from '../path/trust-store.js'
import { assertBoolean, assertOneOf, assertText } from '../util/assert.js'
import { invalidValue, kindOf } from '../util/errors.js'
import { assertKeyContents } from '../util/pem-blocks.js'
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

/** The same options, but the CAs come from a trust store. */
export interface TrustServerOptions extends Omit<MtlsServerOptions, 'ca' | 'trust' | 'crl'> {
  /**
   * A trust store of `createTrustStore()`. The handshake uses its CAs and intermediates. `reloadable()` makes
   * a server follow its replacements, and reject revoked clients in the handshake. Pass the store to the
   * strategy as `ca` too, because only the strategy looks at a connection again. Each CA has to be
   * self-signed, or its issuers have to be in the store, because Node's servers accept no client otherwise.
   */
  trust: TrustStore
  ca?: undefined
  /** Can't be set, because the lists of the store are used. */
  crl?: undefined
  /** Can't be set, because it has to change with the store. */
  sessionIdContext?: undefined
}

const MODERN_VERSIONS = ['TLSv1.2', 'TLSv1.3']

/** @param lists - revocation lists that aren't Node's, in a form that tells them apart */
export function completeOptions(
  options: MtlsServerOptions,
  lists: readonly string[] = [],
): CompletedOptions {
  const { contextsShareCa: _, crl: given, ...own } = options
  assertServerOptions(own)
  const { secureOptions = 0, minVersion = 'TLSv1.2' } = own
  const hasTickets = doContextsShareCa(options)
  assertBoolean('option "contextsShareCa"', hasTickets)
  const crl = splitRevocationLists(given)
  const sessionIdContext = digestTrust(own.ca, [...(crl ?? []), ...lists])
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

/** Whether all contexts of the server have the same CAs. */
export function doContextsShareCa({ contextsShareCa, SNICallback }: SharingOptions): boolean {
  return contextsShareCa ?? !SNICallback
}

type SharingOptions = Pick<MtlsServerOptions, 'contextsShareCa' | 'SNICallback'>

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
