import type { Random } from '../../fuzz/support/random.js'
import { CLIENT_AUTH, SERVER_AUTH } from '../../support/judged-store.js'
import { CA_USAGE, type Draft, KEY_USAGE } from './certificate.js'
import { type Key, STRONG_KEYS } from './keys.js'

export interface PlanOptions {
  policies?: readonly string[]
  requireExplicitPolicy?: boolean
  inhibitPolicyMapping?: boolean
  inhibitAnyPolicy?: boolean
  anyExtendedKeyUsage?: boolean
  maxDepth?: number
}

/** A random PKI before it is written, which faults and other shapes still change. */
export interface Plan {
  /** The intended path, leaf first, the anchor last. */
  readonly chain: Draft[]
  /** More certificates that the client sends. */
  readonly others: Draft[]
  readonly anchors: Draft[]
  /** Certificates of the chain that the client doesn't send. */
  readonly withheld: Set<Draft>
  readonly options: PlanOptions
  /** Whether the policies matter, so that only libcrypto can be asked. */
  hasPolicies: boolean
}

let serial = 0

/** Numbers that are unique in this process, and never negative. */
function nextSerial(): number {
  serial += 1
  return serial
}

export function createDraft(subject: string, issuer: string, key: Key, signer: Key): Draft {
  return {
    subject,
    issuer,
    issuerStyle: 'plain',
    key,
    signer,
    digest: 'sha256',
    version: 3,
    validity: 'now',
    basicConstraints: undefined,
    keyUsage: undefined,
    extendedKeyUsage: undefined,
    constraints: undefined,
    names: [],
    policies: {},
    keyIds: 'both',
    extras: [],
    isBroken: false,
    isLong: false,
    serial: nextSerial(),
    faults: [],
  }
}

/** Another certificate for the same subject and key. */
export function copyOf(draft: Draft, changes: Partial<Draft> = {}): Draft {
  return { ...draft, serial: nextSerial(), faults: [...draft.faults], ...changes }
}

/** Takes keys that no certificate of the plan has yet. */
export class Keyring {
  readonly #random: Random
  readonly #free: Key[]

  constructor(random: Random, keys: readonly Key[] = STRONG_KEYS) {
    this.#random = random
    this.#free = [...keys]
  }

  take(): Key {
    const [key] = this.#free.splice(this.#random.below(this.#free.length), 1)
    if (key === undefined) throw new Error('The pool has too few keys')
    return key
  }
}

export function createCa(random: Random, subject: string, issuer: string, keys: [Key, Key]): Draft {
  const ca = createDraft(subject, issuer, ...keys)
  ca.basicConstraints = { ca: true, ...(random.chance(0.1) ? { pathLen: 5 } : {}) }
  if (random.chance(0.7)) ca.keyUsage = CA_USAGE.keyCertSign | CA_USAGE.cRLSign
  if (random.chance(0.1)) ca.extendedKeyUsage = [CLIENT_AUTH, SERVER_AUTH]
  if (random.chance(0.1)) ca.issuerStyle = random.pick(['printable', 'upper', 'spaced'])
  if (random.chance(0.1)) ca.keyIds = random.pick(['none', 'subject', 'authority'])
  return ca
}

export function createLeaf(random: Random, issuer: string, keys: [Key, Key]): Draft {
  const leaf = createDraft(`O=Example/OU=Clients/CN=client ${random.below(100)}`, issuer, ...keys)
  if (random.chance(0.6)) leaf.keyUsage = KEY_USAGE.digitalSignature
  if (random.chance(0.5)) leaf.extendedKeyUsage = [CLIENT_AUTH]
  if (random.chance(0.4)) leaf.basicConstraints = { ca: false }
  if (random.chance(0.1)) leaf.keyIds = random.pick(['none', 'subject', 'authority'])
  if (random.chance(0.1)) leaf.issuerStyle = random.pick(['printable', 'upper', 'spaced'])
  return leaf
}

const DEPTHS = [0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5]

/** A valid path from a client to a root. */
export function createPlan(random: Random, keyring: Keyring, depth = random.pick(DEPTHS)): Plan {
  const rootKey = keyring.take()
  const root = createCa(random, 'O=Example/CN=Root', 'O=Example/CN=Root', [rootKey, rootKey])
  const chain = [root]
  for (let level = 1; level <= depth; level += 1) {
    const [issuer] = chain as [Draft]
    // Some CAs are self-issued, as after a change of their key (RFC 5280 6.1).
    const subject = level > 1 && random.chance(0.08) ? issuer.subject : `O=Example/CN=CA ${level}`
    chain.unshift(createCa(random, subject, issuer.subject, [keyring.take(), issuer.key]))
  }
  const [issuer] = chain as [Draft]
  chain.unshift(createLeaf(random, issuer.subject, [keyring.take(), issuer.key]))
  return {
    chain,
    others: [],
    anchors: [root],
    withheld: new Set(),
    options: {},
    hasPolicies: false,
  }
}

/** The CAs between the leaf and the anchor. */
export const intermediatesOf = ({ chain }: Plan): Draft[] => chain.slice(1, -1)
export const leafOf = ({ chain }: Plan): Draft => chain[0] as Draft
export const anchorOf = ({ chain }: Plan): Draft => chain.at(-1) as Draft

/** The certificate above this one on the intended path. The anchor is its own issuer. */
export function issuerOf(draft: Draft, { chain }: Plan): Draft {
  return chain[chain.indexOf(draft) + 1] ?? draft
}

/** Gives a certificate another key, and lets it sign the next certificate with it. */
export function replaceKey(draft: Draft, { chain }: Plan, key: Key): void {
  if (draft.signer === draft.key) draft.signer = key
  draft.key = key
  const child = chain[chain.indexOf(draft) - 1]
  if (child !== undefined) child.signer = key
}
