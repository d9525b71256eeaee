import type { Issued } from '../../../examples/support/pki.js'

/** A certificate, or what somebody wants to be taken for one, in the forms the encodings need. */
export type Shown = Pick<Issued, 'cert' | 'raw'>

export function fromDer(raw: Buffer): Shown {
  const lines = raw.toString('base64').match(/.{1,64}/g) ?? []
  const cert = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
  return { raw, cert }
}

export function withTrailingBytes({ raw }: Shown): Shown {
  return fromDer(Buffer.concat([raw, Buffer.from([0, 0])]))
}

/** Right length, wrong content: the version is no number any more. */
export function damaged({ raw }: Shown): Shown {
  const copy = Buffer.from(raw)
  copy.fill(0xff, 4, 24)
  return fromDer(copy)
}
