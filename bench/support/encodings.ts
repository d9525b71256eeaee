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

type Certificate = Pick<Issued, 'cert' | 'raw'>

/** An encoding of a proxy, and the shortest code that parses it. */
export interface Encoding {
  readonly name: HeaderEncoding
  readonly write: (certificate: Certificate, issuer: Certificate) => string
  /** Writes only the certificate. */
  readonly writeAlone: (certificate: Certificate) => string
  /** Set if the header has the issuer too, and the benchmark reads it. */
  readonly includeChain?: true
  /** The code that an application would write itself, without any checks. */
  readonly parse: (text: string) => PeerCertificate
}

export const ENCODINGS: readonly Encoding[] = [
  encoding('url-pem', toUrlPem, (text) => parse(decodeURIComponent(text))),
  encoding('url-pem-aws', toUrlPemAws, (text) => parse(decodeURIComponent(text))),
  encoding('base64-der', toBase64Der, (text) => parse(Buffer.from(text, 'base64'))),
  encoding('rfc9440', toRfc9440, (text) => parse(Buffer.from(text.slice(1, -1), 'base64'))),
  {
    name: 'xfcc',
    write: toXfcc,
    writeAlone: (certificate) => `Cert="${toUrlPem(certificate)}"`,
    includeChain: true,
    parse: (text) =>
      text.includes('Chain="')
        ? parseChain(decodeURIComponent(between(text, 'Chain="', '"')))
        : parse(decodeURIComponent(between(text, 'Cert="', '"'))),
  },
  encoding('apache-pem', toApachePem, (text) =>
    // Buffer.from() skips spaces and everything else that isn't a base64 digit.
    parse(Buffer.from(between(text, 'CERTIFICATE-----', '-----END'), 'base64')),
  ),
  encoding('base64-pem', toBase64Pem, (text) => parse(Buffer.from(text, 'base64'))),
]

function encoding(
  name: HeaderEncoding,
  write: (...certificates: Certificate[]) => string,
  parseText: Encoding['parse'],
): Encoding {
  const writeAlone = (certificate: Certificate): string => write(certificate)
  return { name, write: writeAlone, writeAlone, parse: parseText }
}

function parse(pemOrDer: string | Buffer): PeerCertificate {
  return new X509Certificate(pemOrDer).toLegacyObject()
}

const END = '-----END CERTIFICATE-----'

function parseChain(pem: string): PeerCertificate {
  const blocks = pem.split(END).slice(0, -1)
  const [leaf, issuer] = blocks.map((block) => parse(block + END))
  return { ...leaf, issuerCertificate: issuer } as unknown as PeerCertificate
}

function between(text: string, front: string, back: string): string {
  const start = text.indexOf(front) + front.length
  return text.slice(start, text.indexOf(back, start))
}
