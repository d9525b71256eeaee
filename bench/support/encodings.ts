import { X509Certificate } from 'node:crypto'
import type { PeerCertificate } from 'node:tls'
import type { HeaderEncoding } from 'passport-client-certificate-auth/extractor'
import {
  toApachePem,
  toBase64Der,
  toBase64Pem,
  toRfc9440,
  toUrlPem,
  toUrlPemAws,
  toXfcc,
} from '../../test/support/header-values.js'
import type { Issued } from '../../test/support/pki.js'

type Certificate = Pick<Issued, 'cert' | 'raw'> & { readonly issuer: Issued }

/** How a proxy writes a certificate, and the least that gets it out again. */
export interface Encoding {
  readonly name: HeaderEncoding
  readonly write: (certificate: Certificate) => string
  /** Whether the issuers that come with it are wanted too. */
  readonly includeChain?: true
  /** What an application would write itself: no check of anything. */
  readonly parse: (text: string) => PeerCertificate
}

export const ENCODINGS: readonly Encoding[] = [
  { name: 'url-pem', write: (certificate) => toUrlPem(certificate), parse: parsePem },
  { name: 'url-pem-aws', write: (certificate) => toUrlPemAws(certificate), parse: parsePem },
  { name: 'base64-der', write: (certificate) => toBase64Der(certificate), parse: parseBase64 },
  {
    name: 'rfc9440',
    write: (certificate) => toRfc9440(certificate),
    parse: (text) => parseBase64(text.slice(1, -1)),
  },
  { name: 'apache-pem', write: (certificate) => toApachePem(certificate), parse: parseSpacedPem },
  { name: 'base64-pem', write: (certificate) => toBase64Pem(certificate), parse: parseBase64 },
  {
    name: 'xfcc',
    includeChain: true,
    write: (certificate) => toXfcc(certificate, certificate.issuer),
    parse(text) {
      const start = text.indexOf('Chain="') + 7
      return parseChain(decodeURIComponent(text.slice(start, text.indexOf('"', start))))
    },
  },
]

const END = '-----END CERTIFICATE-----'

function parseChain(pem: string): PeerCertificate {
  const [leaf, issuer] = pem
    .split(END)
    .slice(0, -1)
    .map((block) => new X509Certificate(block + END).toLegacyObject())
  return { ...leaf, issuerCertificate: issuer } as unknown as PeerCertificate
}

function parseSpacedPem(text: string): PeerCertificate {
  const body = text.slice(text.indexOf('----- ') + 6, text.lastIndexOf(' -----'))
  return parseBase64(body)
}

function parsePem(text: string): PeerCertificate {
  return new X509Certificate(decodeURIComponent(text)).toLegacyObject()
}

function parseBase64(text: string): PeerCertificate {
  return new X509Certificate(Buffer.from(text, 'base64')).toLegacyObject()
}
