import { createHash, randomFillSync, X509Certificate } from 'node:crypto'
import type { Issued } from '../../test/support/pki.js'

/** Good until the next one is made, which overwrites its bytes. */
export interface DistinctCertificate extends Pick<Issued, 'cert' | 'raw'> {
  /** As Node writes it. */
  readonly serialNumber: string
}

const COUNTER_BYTES = 6
/** At the end of the signature, and of the certificate; any signature is longer. */
const SIGNATURE_BYTES = 64

/**
 * Makes certificates no two of which are equal, by the million: each is the given one with another
 * serial number and something for a signature. The signature is wrong, but they
 * parse, and no code here verifies it.
 */
export function distinctCertificates({ raw }: Pick<Issued, 'raw'>): () => DistinctCertificate {
  const der = Buffer.from(raw)
  const { serialNumber } = new X509Certificate(der)
  const front = serialNumber.slice(0, -2 * COUNTER_BYTES)
  const start = der.indexOf(Buffer.from(serialNumber, 'hex'))
  const counterAt = start + front.length / 2
  let made = 0
  return () => {
    made += 1
    der.writeUIntBE(made, counterAt, COUNTER_BYTES)
    randomFillSync(der, der.length - SIGNATURE_BYTES)
    const counter = made
      .toString(16)
      .toUpperCase()
      .padStart(2 * COUNTER_BYTES, '0')
    return {
      raw: der,
      get cert() {
        return toPem(der)
      },
      serialNumber: front + counter,
    }
  }
}

export function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

/** SHA-256, as Node writes it. */
export function fingerprintOf(der: Buffer): string {
  const digits = createHash('sha256').update(der).digest('hex').toUpperCase()
  return digits.replace(/..(?!$)/g, '$&:')
}
