import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFields } from '../../certificate/fields.js'
import { checkValidity } from '../../certificate/validity.js'
import { readPem } from '../../util/pem-blocks.js'
import { UsageError } from '../command.js'
import { forgeIssued, forgeSelfSigned, type Identity } from '../forge.js'

/** A certificate of the user with its key, and the forgeries that resemble it. */
export interface Identities {
  readonly good: Identity
  readonly selfSigned: Identity
  readonly namesake: Identity
}

/** The names of two options, for messages. */
interface Names {
  readonly cert: string
  readonly key: string
}

/**
 * Loads a certificate with its key, and checks that a client can use them.
 *
 * @param now - milliseconds since the epoch
 * @throws UsageError
 */
export function loadIdentities(
  files: Readonly<Record<'cert' | 'key', string>>,
  names: Names,
  now: number,
): Identities {
  const [cert, key] = [readText(files.cert, names.cert), readText(files.key, names.key)]
  const [leaf, issuer] = readCertificates(cert, names.cert)
  const fields = leaf && readFields(leaf)
  if (fields === undefined) {
    throw new UsageError(`the first certificate of ${names.cert} can't be read; export it again`)
  }
  const reason = checkValidity(fields.validity, now)
  if (reason !== undefined) {
    const state = reason === 'certificate_expired' ? 'has expired' : "isn't valid yet"
    throw new UsageError(`the certificate of ${names.cert} ${state}; pass one that is valid now`)
  }
  assertMatches(leaf as Buffer, key, names)
  return {
    good: { cert, key, leaf: leaf as Buffer, issuer },
    selfSigned: forgeSelfSigned(leaf as Buffer, fields),
    namesake: forgeIssued(leaf as Buffer, fields),
  }
}

/**
 * Reads the CAs of the server, and rejects a file without certificates, which Node would ignore.
 *
 * @throws UsageError
 */
export function readCa(file: string): string {
  const pem = readText(file, '--ca')
  readCertificates(pem, '--ca')
  return pem
}

function readText(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw new UsageError(`the file of ${option} can't be read (${code}): ${file}`)
  }
}

function readCertificates(pem: string, option: string): Buffer[] {
  const name = `the file of ${option}`
  return readPem(pem, {
    name,
    noun: 'certificate',
    labels: /^CERTIFICATE$/,
    mayHoldOthers: true,
  }).map((block) => Buffer.from(block.replaceAll(/-----[^-]*-----/g, ''), 'base64'))
}

function assertMatches(leaf: Buffer, pem: string, { cert, key }: Names): void {
  let privateKey
  try {
    privateKey = createPrivateKey(pem)
  } catch (error) {
    const isEncrypted = (error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE'
    throw new UsageError(
      isEncrypted
        ? `the key of ${key} is encrypted; write a copy without a passphrase: openssl pkey -in FILE`
        : `the file of ${key} holds no private key in PEM`,
    )
  }
  if (!new X509Certificate(leaf).checkPrivateKey(privateKey)) {
    throw new UsageError(`the key of ${key} doesn't belong to the certificate of ${cert}`)
  }
}
