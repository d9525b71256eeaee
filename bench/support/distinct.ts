import { createHash, randomFillSync, X509Certificate } from 'node:crypto'
import type { Issued } from '../../test/support/pki.js'

/** Only valid until the next certificate is made, because that overwrites its bytes. */
export interface DistinctCertificate extends Pick<Issued, 'cert' | 'raw'> {
  /** In the form that Node shows. */
  readonly serialNumber: string
}

const COUNTER_BYTES = 6
/** The last bytes of the signature, and of the certificate. Every signature is longer. */
const SIGNATURE_BYTES = 64

/**
 * Makes millions of different certificates. Each is the given one with another serial number and
 * another signature. The signature is wrong, but the certificate can be parsed, and the benchmarks
 * don't verify it.
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

/** SHA-256, in the form that Node shows. */
export function fingerprintOf(der: Buffer): string {
  const digits = createHash('sha256').update(der).digest('hex').toUpperCase()
  return digits.replace(/..(?!$)/g, '$&:')
}
