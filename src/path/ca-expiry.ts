import diagnosticsChannel from 'node:diagnostics_channel'
import type { PathCertificate } from './certificate.js'

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

/** Several trust stores may have the same CA. */
const announced = new Set<string>()

/**
 * Announces each CA that expires soon or has expired, once per process.
 *
 * @param sinceMs - when the store got the CAs. An earlier expiry causes no warning, because
 *   `createTrustStore()` warns of it.
 * @param now - milliseconds since the epoch
 * @returns when to call it again; `Infinity` for never
 */
export function announceExpiry(
  cas: Iterable<PathCertificate>,
  sinceMs: number,
  now: number,
): number {
  let next = Infinity
  for (const ca of cas) {
    const { notBeforeMs, notAfterMs } = ca.fields.validity
    const soonMs = notAfterMs - (notAfterMs - notBeforeMs) / 10
    if (now < soonMs) {
      next = Math.min(next, soonMs)
    } else if (now <= notAfterMs) {
      announce(ca, 'expires_soon', true)
      next = Math.min(next, notAfterMs + 1)
    } else {
      announce(ca, 'expired', sinceMs <= notAfterMs)
    }
  }
  return next
}

function announce(ca: PathCertificate, state: CaExpiryMessage['state'], mayWarn: boolean): void {
  const { fingerprint256, subject } = ca.certificate
  const key = `${state} ${fingerprint256}`
  if (announced.has(key)) return
  announced.add(key)
  const validUntilMs = ca.fields.validity.notAfterMs
  // Node shows no subject if the name is empty, but RFC 5280 4.1.2.6 gives each CA a name.
  const message: CaExpiryMessage = {
    state,
    fingerprint256,
    subject: subject.replaceAll('\n', ', '),
    validUntilMs,
  }
  if (mayWarn) warn(message)
  CHANNEL.publish(message)
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
