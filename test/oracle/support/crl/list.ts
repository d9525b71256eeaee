import {
  int,
  keyIdOf,
  authorityKeyId,
  bits,
  seq,
  tlv,
  utcTime,
} from '../../../support/der-writer.js'
import { nameOf, type Style } from '../general-names.js'
import { algorithmOf, type Digest, type Key, signatureOf } from '../keys.js'

export type SerialNumber = number | bigint

export interface EntryDraft {
  readonly serial: SerialNumber
  readonly extensions: readonly Buffer[]
}

/** The contents of a revocation list. Variations change them before the list is written. */
export interface ListDraft {
  issuer: string
  issuerStyle: Style
  signer: Key
  digest: Digest
  version: 1 | 2
  thisUpdate: Buffer
  nextUpdate: Buffer | undefined
  entries: EntryDraft[]
  /** Whether the SEQUENCE of entries is there even if it is empty. */
  hasEmptyEntries: boolean
  /** Whole extensions. */
  extensions: Buffer[]
  isBroken: boolean
  /** The names of the faults that were put into this list. */
  faults: string[]
}

export interface List {
  readonly draft: Readonly<ListDraft>
  readonly der: Buffer
}

/** Far enough from now that no run depends on its date. */
export const TIMES = {
  longAgo: utcTime('200101000000Z'),
  ended: utcTime('210101000000Z'),
  before: utcTime('230101000000Z'),
  now: utcTime('240101000000Z'),
  soon: utcTime('490101000000Z'),
  later: utcTime('491231235959Z'),
} as const

export function createList(issuer: string, signer: Key): ListDraft {
  return {
    issuer,
    issuerStyle: 'plain',
    signer,
    digest: 'sha256',
    version: 2,
    thisUpdate: TIMES.now,
    nextUpdate: TIMES.later,
    entries: [],
    hasEmptyEntries: false,
    extensions: [],
    isBroken: false,
    faults: [],
  }
}

export const copyOfList = (draft: ListDraft): ListDraft => ({
  ...draft,
  entries: [...draft.entries],
  extensions: [...draft.extensions],
  faults: [...draft.faults],
})

/** The authorityKeyIdentifier of a key, by which OpenSSL finds signers that aren't on the path. */
export const keyIdentifier = ({ spki }: Key): Buffer => authorityKeyId(keyIdOf(spki))

export function writeList(draft: ListDraft): List {
  const algorithm = algorithmOf(draft.signer, draft.digest)
  const entries = draft.entries.map(writeEntry)
  const hasEntries = entries.length > 0 || draft.hasEmptyEntries
  const signed = seq(
    ...(draft.version === 2 ? [int(1)] : []),
    algorithm,
    nameOf(draft.issuer, draft.issuerStyle),
    draft.thisUpdate,
    ...(draft.nextUpdate === undefined ? [] : [draft.nextUpdate]),
    ...(hasEntries ? [seq(...entries)] : []),
    ...(draft.extensions.length === 0 ? [] : [tlv(0xa0, seq(...draft.extensions))]),
  )
  const signature = signatureOf(draft.signer, draft.digest, signed)
  if (draft.isBroken)
    signature.writeUInt8(signature.readUInt8(signature.length - 1) ^ 1, signature.length - 1)
  return { draft, der: seq(signed, algorithm, bits(signature)) }
}

function writeEntry({ serial, extensions }: EntryDraft): Buffer {
  const rest = extensions.length === 0 ? [] : [seq(...extensions)]
  return seq(int(serial), utcTime('250101120000Z'), ...rest)
}
