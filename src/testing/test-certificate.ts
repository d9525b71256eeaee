import { createHash, type KeyObject } from 'node:crypto'
import { assertText } from '../util/assert.js'
import { invalidValue, kindOf } from '../util/errors.js'
import { toPkcs12 } from './pkcs12.js'

/** A certificate with its private key, **for tests only**: nothing protects the key. */
export interface TestCertificate {
  /** The certificate alone, in PEM. */
  readonly cert: string
  /** The private key, in PEM (PKCS #8). */
  readonly key: string
  /** The certificate and the intermediate CAs above it, in PEM: what a TLS client or server presents. */
  readonly chain: string
  /** The certificate alone, in DER. */
  readonly raw: Buffer
  /** The SHA-256 hash of `raw`, in the form that Node gives to `cert.fingerprint256`. */
  readonly fingerprint256: string
  /**
   * Writes a PKCS #12 file with certificate, private key and intermediate CAs, for browsers, and for the
   * option `pfx` of a client in Node. Its algorithms are PBES2 with AES-256, and a MAC with SHA-256, which
   * older versions of macOS and Windows can't read.
   *
   * @param password - printable ASCII
   * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`
   */
  readonly p12: (password: string) => Buffer
}

/** The parts of a certificate that was just signed. */
export interface SignedParts {
  readonly raw: Buffer
  readonly key: KeyObject
  readonly commonName: string
  /** In DER, the next issuer first, without the root. */
  readonly intermediates: readonly Buffer[]
}

export function toTestCertificate(parts: SignedParts): TestCertificate {
  const { raw, key, commonName, intermediates } = parts
  const certificates = [raw, ...intermediates]
  return Object.freeze({
    cert: toPem(raw),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    chain: certificates.map(toPem).join(''),
    raw,
    fingerprint256: fingerprint(raw),
    p12: (password: string) =>
      toPkcs12({
        key,
        certificates,
        friendlyName: commonName,
        password: parsePassword('p12(password): password', password),
      }),
  })
}

/** PKCS #12 and PBES2 encode other characters differently, so files with them can't be read everywhere. */
export function parsePassword(name: string, value: unknown): string {
  const text = assertText(name, value)
  if (/^[ -~]+$/.test(text)) return text
  throw invalidValue(name, 'must consist of printable ASCII characters', kindOf(value))
}

/** RFC 7468 5: lines of 64 characters. */
function toPem(der: Buffer): string {
  const lines = der.toString('base64').replaceAll(/.{1,64}/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`
}

/** The digest of bytes, with a colon after every two upper-case digits. */
export function fingerprint(bytes: Uint8Array | string, algorithm = 'sha256'): string {
  const digits = createHash(algorithm).update(bytes).digest('hex').toUpperCase()
  return digits.replaceAll(/..(?=.)/g, '$&:')
}
