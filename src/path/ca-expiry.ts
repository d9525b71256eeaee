import diagnosticsChannel from 'node:diagnostics_channel'
import { showDirectoryName } from '../certificate/directory-name.js'
import type { PathCertificate } from './certificate.js'
import { announceExpiries, type ExpiryState } from './expiry.js'

/** The message on the channel `passport-client-certificate-auth:ca-expiry`, once per CA and state. */
export interface CaExpiryMessage {
  /** `expires_soon` when a tenth of the CA's lifetime is left, and `expired` when none is left. */
  readonly state: 'expires_soon' | 'expired'
  /** SHA-256 of the CA's certificate, upper-case hex with colons. */
  readonly fingerprint256: string
  /** The CA's name in one line, such as `CN=Clients, O=Example`. */
  readonly subject: string
  /** The end of the CA's validity, in milliseconds since the epoch. */
  readonly validUntilMs: number
}

const CHANNEL = diagnosticsChannel.channel('passport-client-certificate-auth:ca-expiry')

/**
 * Announces each CA that expires soon or has expired, once per process.
 *
 * @param sinceMs - when the store got the CAs. An earlier expiry causes no warning, because
 *   `createTrustStore()` warns of it.
 * @param now - milliseconds since the epoch
 * @returns when to call it again; `Infinity` for never
 */
export function announceCaExpiry(
  cas: Iterable<PathCertificate>,
  sinceMs: number,
  now: number,
): number {
  const expiring = {
    all: cas,
    validityOf: ({ fields }: PathCertificate) => fields.validity,
    keyOf: ({ certificate }: PathCertificate) => certificate.fingerprint256,
    tell: (ca: PathCertificate, state: ExpiryState) => {
      const message = describe(ca, state)
      if (state === 'expires_soon' || sinceMs <= message.validUntilMs) warn(message)
      CHANNEL.publish(message)
    },
  }
  return announceExpiries(expiring, now)
}

function describe(
  { bytes, certificate, fields }: PathCertificate,
  state: ExpiryState,
): CaExpiryMessage {
  return {
    state,
    fingerprint256: certificate.fingerprint256,
    subject: showDirectoryName(bytes, fields.subject),
    validUntilMs: fields.validity.notAfterMs,
  }
}

function warn({ state, subject, validUntilMs }: CaExpiryMessage): void {
  const date = new Date(validUntilMs).toISOString()
  const isOver = state === 'expired'
  process.emitWarning(
    `The CA ${subject} ${isOver ? 'expired' : 'expires'} at ${date}` +
      (isOver ? ', so certificates that it issued are rejected' : ''),
    {
      type: 'SecurityWarning',
      code: isOver ? 'CLIENT_CERT_CA_EXPIRED' : 'CLIENT_CERT_CA_EXPIRES_SOON',
      detail:
        'Add the successor of the CA to the trust store, and give the clients new certificates.',
    },
  )
}
