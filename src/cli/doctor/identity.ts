import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFields } from '../../certificate/fields.js'
import { checkValidity } from '../../certificate/validity.js'
import { readPem } from '../../util/pem-blocks.js'
import { UsageError } from '../command.js'
import { readFileUpToLimit } from '../input.js'
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
  let bytes: Buffer | undefined
  try {
    bytes = readFileUpToLimit(file)
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw new UsageError(`the file of ${option} can't be read (${code}): ${file}`)
  }
  if (bytes !== undefined) return bytes.toString()
  throw new UsageError(`the file of ${option} has more than 1 MiB: ${file}`)
}

function readCertificates(pem: string, option: string): Buffer[] {
  try {
    return readPem(pem, { ...PEM, name: `the file of ${option}` }).map(toDer)
  } catch (error) {
    if (!pem.includes('-----BEGIN')) {
      throw new UsageError(`the file of ${option} holds no certificate in PEM`)
    }
    throw new UsageError(withoutFrame(error as Error))
  }
}

const PEM = { noun: 'certificate', labels: /^CERTIFICATE$/, mayHoldOthers: true } as const

function toDer(block: string): Buffer {
  return Buffer.from(block.replaceAll(/-----[^-]*-----/g, ''), 'base64')
}

/** The command line puts the name of the package in front of every message, too. */
function withoutFrame({ message }: Error): string {
  return message.replace(/^[\w-]+: /, '').replace(/\. Received .*$/s, '')
}

/** PKCS #8 (RFC 7468 11), and the older form (RFC 1421 4.6.1.1). */
const ENCRYPTED = /^-----BEGIN ENCRYPTED|^Proc-Type: *4, *ENCRYPTED/m

function assertMatches(leaf: Buffer, pem: string, { cert, key }: Names): void {
  if (ENCRYPTED.test(pem)) {
    throw new UsageError(
      `the key of ${key} is encrypted; write a copy without a passphrase: openssl pkey -in FILE`,
    )
  }
  const privateKey = readKey(pem)
  if (privateKey === undefined) {
    throw new UsageError(`the file of ${key} holds no private key in PEM`)
  }
  if (!new X509Certificate(leaf).checkPrivateKey(privateKey)) {
    throw new UsageError(`the key of ${key} doesn't belong to the certificate of ${cert}`)
  }
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}
