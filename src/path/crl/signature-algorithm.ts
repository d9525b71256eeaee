import { type Element, readChildren, readExactly, readOid, TAG } from '../../certificate/der.js'
import { readCount } from '../primitives.js'

/** How the signature of a list is verified with Node, which asks for more than an object identifier. */
export interface SignatureAlgorithm {
  /** `undefined` for keys that choose their own digest. */
  readonly digest: string | undefined
  /** The types of key, as Node names them. */
  readonly keyTypes: readonly string[]
  /** Only for RSASSA-PSS. In octets. */
  readonly saltLength?: number
}

const RSASSA_PSS = '2a864886f70d01010a'
const SHA3: readonly string[] = ['sha3-224', 'sha3-256', 'sha3-384', 'sha3-512']

/** Algorithms with numbers in a row. */
function inRow(
  prefix: string,
  first: number,
  digests: readonly string[],
  keyType: string,
): [string, SignatureAlgorithm][] {
  return digests.map((digest, index) => {
    const last = (first + index).toString(16).padStart(2, '0')
    return [prefix + last, { digest, keyTypes: [keyType] }]
  })
}

/** The algorithms that `isStrongSignature()` accepts, besides RSASSA-PSS. */
const ALGORITHMS: ReadonlyMap<string | undefined, SignatureAlgorithm> = new Map([
  ...inRow('2a864886f70d0101', 0x0b, ['sha256', 'sha384', 'sha512', 'sha224'], 'rsa'),
  ...inRow('2a8648ce3d0403', 0x01, ['sha224', 'sha256', 'sha384', 'sha512'], 'ec'),
  ...inRow('6086480165030403', 0x09, SHA3, 'ec'),
  ...inRow('6086480165030403', 0x0d, SHA3, 'rsa'),
  ...(
    [
      ['2b6570', 'ed25519'],
      ['2b6571', 'ed448'],
      ['608648016503040311', 'ml-dsa-44'],
      ['608648016503040312', 'ml-dsa-65'],
      ['608648016503040313', 'ml-dsa-87'],
    ] as const
  ).map(([oid, type]) => [oid, { digest: undefined, keyTypes: [type] }] as const),
])

const PSS_DIGESTS: ReadonlyMap<string | undefined, string> = new Map([
  ['608648016503040201', 'sha256'],
  ['608648016503040202', 'sha384'],
  ['608648016503040203', 'sha512'],
  ['608648016503040204', 'sha224'],
])

/**
 * @param algorithm - an AlgorithmIdentifier that `isStrongSignature()` accepts
 * @returns `undefined` when its parameters can't be read
 */
export function readSignatureAlgorithm(
  bytes: Buffer,
  algorithm: Element,
): SignatureAlgorithm | undefined {
  const [identifier, parameters] = readChildren(bytes, algorithm) as Element[]
  const oid = readOid(bytes, identifier)
  return oid === RSASSA_PSS ? readPss(bytes, parameters as Element) : ALGORITHMS.get(oid)
}

/** RFC 8017 A.2.3: 20 octets is the default length of the salt. */
const DEFAULT_SALT_LENGTH = 20

function readPss(bytes: Buffer, parameters: Element): SignatureAlgorithm | undefined {
  const children = readChildren(bytes, parameters) as Element[]
  const [hash] = readExactly(bytes, children[0], [TAG.sequence])
  const [identifier] = readChildren(bytes, hash as Element) as Element[]
  const digest = PSS_DIGESTS.get(readOid(bytes, identifier))
  const salt = children.find(({ tag }) => tag === 0xa2)
  const [length] = readExactly(bytes, salt, [TAG.integer])
  const saltLength =
    salt === undefined ? DEFAULT_SALT_LENGTH : length && readCount(bytes, length, TAG.integer)
  if (saltLength === undefined) return undefined
  return { digest, keyTypes: ['rsa', 'rsa-pss'], saltLength }
}
