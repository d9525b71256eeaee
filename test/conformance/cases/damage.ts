import type { Issued } from '../../../examples/support/pki.js'

/** A certificate, or a damaged copy of it, in the two forms that the encodings need. */
export type Encodable = Pick<Issued, 'cert' | 'raw'>

export function fromDer(raw: Buffer): Encodable {
  const lines = raw.toString('base64').match(/.{1,64}/g) ?? []
  const cert = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
  return { raw, cert }
}

export function withTrailingBytes({ raw }: Encodable): Encodable {
  return fromDer(Buffer.concat([raw, Buffer.from([0, 0])]))
}

/**
 * Keeps the length, and overwrites the start of the contents, so the version isn't a number any
 * more.
 */
export function damaged({ raw }: Encodable): Encodable {
  const copy = Buffer.from(raw)
  copy.fill(0xff, 4, 24)
  return fromDer(copy)
}
