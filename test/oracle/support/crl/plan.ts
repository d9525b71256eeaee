import { Random } from '../../../fuzz/support/random.js'
import { reasonCode } from '../../../support/crl-writer.js'
import { extension, generalizedTime } from '../../../support/der-writer.js'
import { CA_USAGE, type Certificate, type Draft, write } from '../certificate.js'
import { Keyring, createDraft } from '../plan.js'
import {
  createList,
  type EntryDraft,
  type List,
  type ListDraft,
  type SerialNumber,
  writeList,
} from './list.js'

/** A random PKI with its lists before it is written, which variations still change. */
export interface CrlPlan {
  readonly random: Random
  readonly keyring: Keyring
  /** The intended path, leaf first, the anchor last. */
  readonly chain: Draft[]
  /** More certificates, such as those of other signers. */
  readonly others: Draft[]
  readonly anchors: Draft[]
  /** Certificates that neither the client nor the store has. */
  readonly withheld: Set<Draft>
  lists: ListDraft[]
  /** Whether the store has the intermediates. Otherwise the client sends them. */
  areConfigured: boolean
  readonly variations: string[]
}

export interface CrlCase {
  readonly plan: CrlPlan
  readonly leaf: Certificate
  readonly candidates: readonly Certificate[]
  readonly anchors: readonly Certificate[]
  readonly lists: readonly List[]
}

/** Numbers of 1 to 20 octets, some of them zero, negative, or with the highest bit. */
export function randomSerial(random: Random): SerialNumber {
  if (random.chance(0.03)) return random.pick([0, 1, -1, 127, 128, -128, 255, 256, -129])
  const bytes = random.bytes(1 + random.below(20))
  const value = BigInt(`0x${bytes.toString('hex')}`)
  return random.chance(0.1) ? BigInt.asIntN(bytes.length * 8, value) : value
}

const INVALIDITY_DATE = extension('2.5.29.24', generalizedTime('20240101000000Z'))

/** The extensions that entries of real lists have (RFC 5280 5.3). */
export function randomExtensions(random: Random): Buffer[] {
  if (random.chance(0.4)) return []
  const code = reasonCode(random.pick([0, 1, 2, 3, 4, 5, 6, 9, 10]))
  return random.pick([[code], [code], [INVALIDITY_DATE], [code, INVALIDITY_DATE]])
}

const CA_NAMES = ['Root', 'CA 1', 'CA 2']

function createCa(random: Random, issuer: Draft | undefined, level: number, ring: Keyring): Draft {
  const subject = `O=Example/CN=${CA_NAMES[level] ?? ''}`
  const key = ring.take()
  const ca = createDraft(subject, issuer?.subject ?? subject, key, issuer?.key ?? key)
  ca.basicConstraints = { ca: true }
  if (random.chance(0.8)) ca.keyUsage = CA_USAGE.keyCertSign | CA_USAGE.cRLSign
  return ca
}

/** A valid path of one to three certificates below its anchor, and a list of each CA. */
export function createCrlPlan(random: Random, keyring = new Keyring(random)): CrlPlan {
  const depth = random.pick([1, 1, 2, 2, 2, 3])
  const chain: Draft[] = []
  for (let level = 0; level < depth; level += 1)
    chain.unshift(createCa(random, chain[0], level, keyring))
  const [issuer] = chain as [Draft]
  const leaf = createDraft('O=Example/CN=client', issuer.subject, keyring.take(), issuer.key)
  if (random.chance(0.5)) leaf.basicConstraints = { ca: false }
  chain.unshift(leaf)
  for (const draft of chain) draft.serial = randomSerial(random)
  const anchors = [chain.at(-1) as Draft]
  const areConfigured = random.chance(0.5)
  const rest = { others: [], withheld: new Set<Draft>(), variations: [] }
  const plan: CrlPlan = { random, keyring, chain, anchors, lists: [], areConfigured, ...rest }
  plan.lists = chain.slice(1).map((ca) => createListOf(ca, plan))
  return plan
}

function createListOf(ca: Draft, plan: CrlPlan): ListDraft {
  const { random } = plan
  const list = createList(ca.subject, ca.key)
  const count = random.pick([0, 0, 1, 2, 5, 50])
  list.entries = Array.from({ length: random.below(count + 1) }, () => randomEntry(plan, ca))
  return list
}

/** An entry of another certificate. */
export function randomEntry({ random, chain }: CrlPlan, ca: Draft): EntryDraft {
  const taken = chain.filter(({ issuer }) => issuer === ca.subject).map(({ serial }) => serial)
  let serial = randomSerial(random)
  while (taken.some((one) => BigInt(one) === BigInt(serial))) serial = randomSerial(random)
  return { serial, extensions: randomExtensions(random) }
}

export function writeCase(plan: CrlPlan): CrlCase {
  const known = [...plan.chain.slice(1, -1), ...plan.others]
  return {
    plan,
    leaf: write(plan.chain[0] as Draft),
    candidates: known.filter((draft) => !plan.withheld.has(draft)).map(write),
    anchors: plan.anchors.map(write),
    lists: plan.lists.map(writeList),
  }
}
