import { createTrustStore, type TrustStoreOptions, type TrustVerdict } from '../../src/trust.js'
import { generate, type Holder, issue, type Request } from './der-chain.js'
import {
  authorityKeyId,
  bits,
  bool,
  extension,
  int,
  keyIdOf,
  oid,
  seq,
  spkiOf,
  subjectKeyId,
  tlv,
  utf8,
  set,
} from './der-writer.js'

/** Within the validity of every certificate of the DER writer. */
export const NOW = Date.UTC(2030, 0, 1)
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'

export const keyUsage = (byte: number, unused: number): Buffer =>
  extension('2.5.29.15', bits(Buffer.from([byte]), unused), true)
/** keyCertSign and cRLSign. */
export const CERT_SIGN: Buffer = keyUsage(0x06, 1)
/** digitalSignature */
export const SIGNING: Buffer = keyUsage(0x80, 7)
export const purposes = (...oids: string[]): Buffer => extension('2.5.29.37', seq(...oids.map(oid)))
export const caWith = (...pathLength: number[]): Buffer =>
  extension('2.5.29.19', seq(bool(true), ...pathLength.map(int)), true)
export const altNames = (...names: Buffer[]): Buffer => extension('2.5.29.17', seq(...names))
export const dns = (name: string): Buffer => tlv(0x82, Buffer.from(name))
export const email = (name: string): Buffer => tlv(0x81, Buffer.from(name))
export const uri = (name: string): Buffer => tlv(0x86, Buffer.from(name))
export const ip = (...bytes: number[]): Buffer => tlv(0x87, Buffer.from(bytes))
export const directory = (...types: [oid: string, value: string | Buffer][]): Buffer =>
  seq(
    ...types.map(([type, value]) =>
      set(seq(oid(type), typeof value === 'string' ? utf8(value) : value)),
    ),
  )
export const dirName = (name: Buffer): Buffer => tlv(0xa4, name)

/** nameConstraints with the given bases. */
export function constraints(lists: { permitted?: Buffer[]; excluded?: Buffer[] }): Buffer {
  const trees = (tag: number, bases: Buffer[] | undefined): Buffer[] =>
    bases === undefined ? [] : [tlv(tag, ...bases.map((base) => seq(base)))]
  const value = seq(...trees(0xa0, lists.permitted), ...trees(0xa1, lists.excluded))
  return extension('2.5.29.30', value, true)
}

export const policies = (...oids: string[]): Buffer =>
  extension('2.5.29.32', seq(...oids.map((one) => seq(oid(one)))))
export const mappings = (...pairs: [issuer: string, subject: string][]): Buffer =>
  extension('2.5.29.33', seq(...pairs.map(([from, to]) => seq(oid(from), oid(to)))), true)
export const policyConstraints = (limits: { explicit?: number; mapping?: number }): Buffer =>
  extension(
    '2.5.29.36',
    seq(
      ...(limits.explicit === undefined ? [] : [tlv(0x80, Buffer.from([limits.explicit]))]),
      ...(limits.mapping === undefined ? [] : [tlv(0x81, Buffer.from([limits.mapping]))]),
    ),
    true,
  )
export const inhibitAny = (count: number): Buffer => extension('2.5.29.54', int(count), true)

export interface Level extends Omit<Request, 'by' | 'extensions'> {
  /** Besides basicConstraints and the key identifiers. */
  readonly with?: readonly Buffer[]
  /** Replaces basicConstraints. */
  readonly basic?: Buffer | null
}

/**
 * Issues a path.
 *
 * @param levels - the trust anchor first, and the leaf last
 * @returns the holders in the same order
 */
export function issuePath(...levels: readonly Level[]): Holder[] {
  const holders: Holder[] = []
  levels.forEach(({ with: further = [], basic, ...request }, index) => {
    const by = holders.at(-1)
    const isLeaf = index === levels.length - 1
    const privateKey = request.privateKey ?? generate()
    const issuerKey = by?.privateKey ?? privateKey
    const [subjectBasic] = basic === undefined ? (isLeaf ? [] : [caWith()]) : [basic]
    const extensions = [
      ...(subjectBasic ? [subjectBasic] : []),
      subjectKeyId(keyIdOf(spkiOf(privateKey))),
      authorityKeyId(keyIdOf(spkiOf(issuerKey))),
      ...further,
    ]
    holders.push(issue({ ...request, privateKey, extensions, ...(by && { by }) }))
  })
  return holders
}

/** Validates a path from {@link issuePath} with its first certificate as the trust anchor. */
export function validatePath(
  path: readonly Holder[],
  options: Partial<TrustStoreOptions> = {},
  now: number = NOW,
): TrustVerdict {
  const [anchor, ...others] = path.map(({ der }) => der)
  const leaf = others.pop() as Buffer
  const store = createTrustStore({ ca: anchor as Buffer, ...options })
  return store.validate(leaf, { intermediates: others, now })
}

/** The detail, or the reason without a detail, or `ok`. */
export function outcome(verdict: TrustVerdict): string {
  return verdict.ok ? 'ok' : (verdict.detail ?? verdict.reason)
}
