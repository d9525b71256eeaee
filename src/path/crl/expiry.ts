import { createHash } from 'node:crypto'
import diagnosticsChannel from 'node:diagnostics_channel'
import { showDirectoryName } from '../../certificate/directory-name.js'
import { announceExpiries, type ExpiryState } from '../expiry.js'
import type { RevocationList } from './reader.js'

/** The message on the channel `passport-client-certificate-auth:crl-expiry`, once per list and state. */
export interface CrlExpiryMessage {
  /** `expires_soon` when a tenth of the list's lifetime is left, and `expired` when none is left. */
  readonly state: 'expires_soon' | 'expired'
  /** The name of the list's issuer in one line, such as `CN=Clients, O=Example`. */
  readonly issuer: string
  /** When the CA issued the list, in milliseconds since the epoch. */
  readonly thisUpdateMs: number
  /** The end of the list's validity, in milliseconds since the epoch. */
  readonly nextUpdateMs: number
  /** Whether clients are rejected after the end (`require`), or accepted without knowing (`soft`). */
  readonly revocationPolicy: 'require' | 'soft'
}

const CHANNEL = diagnosticsChannel.channel('passport-client-certificate-auth:crl-expiry')

/** A list that doesn't say until when it is valid never shows that a certificate is good. */
type DatedList = RevocationList & { readonly nextUpdateMs: number }

export function listDated(lists: readonly RevocationList[]): DatedList[] {
  return lists.filter((list): list is DatedList => list.nextUpdateMs !== undefined)
}

/**
 * Announces each list that expires soon or has expired, once per process and policy.
 *
 * @param isRequired - whether certificates without a known status are rejected
 * @param now - milliseconds since the epoch
 * @returns when to call it again; `Infinity` for never
 */
export function announceCrlExpiry(
  lists: readonly RevocationList[],
  isRequired: boolean,
  now: number,
): number {
  const revocationPolicy = isRequired ? 'require' : 'soft'
  const expiring = {
    all: listDated(lists),
    validityOf: ({ thisUpdateMs, nextUpdateMs }: DatedList) => ({
      notBeforeMs: thisUpdateMs,
      notAfterMs: nextUpdateMs,
    }),
    keyOf: (list: DatedList) => `${revocationPolicy} ${digest(list)}`,
    tell: (list: DatedList, state: ExpiryState) => {
      const { bytes, issuerName, thisUpdateMs, nextUpdateMs } = list
      const issuer = showDirectoryName(bytes, issuerName)
      const message = { state, issuer, thisUpdateMs, nextUpdateMs, revocationPolicy } as const
      warn(message)
      CHANNEL.publish(message satisfies CrlExpiryMessage)
    },
  }
  return announceExpiries(expiring, now)
}

/** The signature is different for each list of a CA, and hashing a list of 50 MB takes too long. */
function digest({ issuer, signature }: RevocationList): string {
  return createHash('sha256').update(issuer).update(signature).digest('base64')
}

function warn(message: CrlExpiryMessage): void {
  const { state, issuer, nextUpdateMs } = message
  const date = new Date(nextUpdateMs).toISOString()
  const isOver = state === 'expired'
  process.emitWarning(
    `The CRL of ${issuer} ${isOver ? 'expired' : 'expires'} at ${date}` +
      (isOver ? `, so ${CONSEQUENCES[message.revocationPolicy]}` : ''),
    {
      type: 'SecurityWarning',
      code: isOver ? 'CLIENT_CERT_CRL_EXPIRED' : 'CLIENT_CERT_CRL_EXPIRES_SOON',
      detail:
        "Download the CA's current list, and put it into force with replace({ crl }). If a program should " +
        'have done this, find out why it failed.',
    },
  )
}

const CONSEQUENCES: Readonly<Record<CrlExpiryMessage['revocationPolicy'], string>> = {
  require:
    'every client of this CA is rejected, unless another list or the function revocation says that its ' +
    'certificate is good',
  soft: 'later revocations by this CA go unnoticed, and revoked clients are accepted',
}
