import { createHash } from 'node:crypto'

/** The two forms of a certificate that the encodings need. */
interface Certificate {
  readonly cert: string
  readonly raw: Buffer
}

/** Percent-encoded PEM, one block after another, as nginx writes it. */
export function toUrlPem(...certificates: Certificate[]): string {
  return encodeURIComponent(certificates.map(({ cert }) => cert).join(''))
}

/** Percent-encoded PEM as AWS writes it: `+ = /` are not encoded. */
export function toUrlPemAws(...certificates: Certificate[]): string {
  return toUrlPem(...certificates).replace(/%(2B|3D|2F)/g, decodeURIComponent)
}

/** One element as Envoy writes it, with the whole chain if there are issuers. */
export function toXfcc(leaf: Certificate, ...issuers: Certificate[]): string {
  const hash = createHash('sha256').update(leaf.raw).digest('hex')
  const chain = issuers.length === 0 ? '' : `;Chain="${toUrlPem(leaf, ...issuers)}"`
  return `Hash=${hash};Cert="${toUrlPem(leaf)}"${chain};Subject="CN=someone";URI=`
}

/** Base64 of DER. Several certificates are joined by commas without spaces, as Traefik does. */
export function toBase64Der(...certificates: Certificate[]): string {
  return certificates.map(({ raw }) => raw.toString('base64')).join(',')
}

/** RFC 9440: one Byte Sequence, or a List of them. */
export function toRfc9440(...certificates: Certificate[]): string {
  return certificates.map(({ raw }) => `:${raw.toString('base64')}:`).join(', ')
}

/** PEM with a space instead of each line break, as Apache writes it. */
export function toApachePem(...certificates: Certificate[]): string {
  return toPem(certificates).replaceAll('\n', ' ')
}

/** Base64 of PEM, as Apache's expressions write it. */
export function toBase64Pem(...certificates: Certificate[]): string {
  return Buffer.from(toPem(certificates)).toString('base64')
}

/** Base64 of all DER bytes together, as HAProxy writes a chain. */
export function toConcatenatedDer(...certificates: Certificate[]): string {
  return Buffer.concat(certificates.map(({ raw }) => raw)).toString('base64')
}

function toPem(certificates: readonly Certificate[]): string {
  return certificates.map(({ cert }) => (cert.endsWith('\n') ? cert : `${cert}\n`)).join('')
}
