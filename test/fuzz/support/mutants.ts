import { CURVES } from '../../../src/certificate/curves.js'
import { oid } from '../../support/der-writer.js'
import type { Base } from './bases.js'
import { listNodes, type Node, toDer, toTree } from './der-tree.js'
import type { Random } from './random.js'

/** A change that turns a certificate into another certificate, or into something else. */
type Mutation = (der: Buffer, random: Random, bases: readonly Base[]) => Buffer

const MUTATIONS: readonly [name: string, mutate: Mutation][] = [
  ['bits', flipBits],
  ['bytes', setBytes],
  ['lengths', setLength],
  ['tags', onTree(setTag)],
  ['identifiers', onTree(setIdentifier)],
  ['long identifiers', onTree(lengthenIdentifier)],
  ['grafted keys', graftKey],
  ['grafted parts', onTree(graftPart)],
  ['contents', onTree(setContents)],
  ['parts twice, nowhere or elsewhere', onTree(moveParts)],
  ['ends', cutOrExtend],
]

export interface Mutant {
  readonly kind: string
  readonly base: string
  readonly der: Buffer
}

/** Changes a random base with one mutation or a few. */
export function mutate(random: Random, bases: readonly Base[]): Mutant {
  const { name, der } = random.pick(bases)
  let mutant = der
  const kinds: string[] = []
  do {
    const [kind, mutation] = random.pick(MUTATIONS)
    mutant = mutation(mutant, random, bases)
    kinds.push(kind)
  } while (random.chance(0.3))
  return { kind: kinds.join(', '), base: name, der: mutant }
}

/** Mutations of the part that a CA signs, before it signs. They don't change the client's key. */
const SIGNABLE: readonly Mutation[] = [
  onTree(setTag),
  onTree(setIdentifier),
  onTree(lengthenIdentifier),
  onTree(setContents),
  onTree(moveParts),
]

/** Mutates the TBSCertificate of a certificate, and signs the result as its issuer. */
export function mutateAndSign(
  random: Random,
  der: Buffer,
  sign: (signed: Buffer, algorithm: Buffer) => Buffer,
): Buffer {
  const [signed, algorithm] = toTree(der).content as [Node, Node]
  let mutant = toDer(signed)
  do {
    mutant = random.pick(SIGNABLE)(mutant, random, [])
  } while (random.chance(0.2))
  return sign(mutant, toDer(algorithm))
}

function flipBits(der: Buffer, random: Random): Buffer {
  const mutant = Buffer.from(der)
  for (let left = 1 + random.below(4); left > 0 && mutant.length > 0; left -= 1) {
    const at = random.below(mutant.length)
    mutant[at] = (mutant[at] as number) ^ (1 << random.below(8))
  }
  return mutant
}

function setBytes(der: Buffer, random: Random): Buffer {
  const mutant = Buffer.from(der)
  const at = random.below(mutant.length)
  mutant.set(random.bytes(Math.min(1 + random.below(4), mutant.length - at)), at)
  return mutant
}

/** The second byte of each value is its length. Most other bytes aren't a length, which is fine too. */
function setLength(der: Buffer, random: Random): Buffer {
  const mutant = Buffer.from(der)
  const heads = [...der.keys()].filter((at) => [2, 3, 4, 6, 0x30, 0x31].includes(der[at] as number))
  const at = heads.length === 0 ? 0 : random.pick(heads) + 1
  const length = mutant[at] ?? 0
  const others = [0, length - 1, length + 1, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x85, 0xff]
  if (at < mutant.length) mutant[at] = random.pick(others) & 0xff
  return mutant
}

/** Changes something in parsed DER. Bytes that are no longer DER stay as they are. */
function onTree(change: (root: Node, random: Random, bases: readonly Base[]) => void): Mutation {
  return (der, random, bases) => {
    let root: Node
    try {
      root = toTree(der)
    } catch {
      return flipBits(der, random)
    }
    change(root, random, bases)
    return toDer(root)
  }
}

const TAGS = [1, 2, 3, 4, 5, 6, 0x0a, 0x0c, 0x10, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1e, 0x1f, 0x23]
const MORE_TAGS = [0x24, 0x2c, 0x30, 0x31, 0x80, 0x81, 0x82, 0x86, 0xa0, 0xa1, 0xa2, 0xa3, 0xbf]

function setTag(root: Node, random: Random): void {
  random.pick(listNodes(root)).tag = random.pick([...TAGS, ...MORE_TAGS])
}

/** Identifiers of curves, algorithms of keys and signatures, extensions and attributes. */
const IDENTIFIERS: readonly Buffer[] = [
  ...[...CURVES.keys()].map((hex) => Buffer.from(hex, 'hex')),
  ...[
    ...['1.2.840.10045.2.1', '1.2.840.113549.1.1.1', '1.2.840.113549.1.1.10', '1.2.840.10040.4.1'],
    ...['1.3.101.110', '1.3.101.111', '1.3.101.112', '1.3.101.113', '1.2.840.10046.2.1'],
    ...['1.2.840.113549.1.3.1', '2.16.840.1.101.3.4.3.17', '2.16.840.1.101.3.4.3.18'],
    ...['2.16.840.1.101.3.4.4.1', '2.16.840.1.101.3.4.3.20', '1.2.840.10045.1.1'],
    ...['1.2.840.10045.1.2', '1.2.840.10045.4.3.2', '1.2.840.113549.1.1.11'],
    ...['1.2.840.113549.1.1.4', '1.2.156.10197.1.501'],
    ...['1.2.840.10045.3.1.2', '1.2.840.10045.3.1.5', '1.2.840.10045.3.0.1', '2.23.43.1.4.5'],
    ...['2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.30', '2.5.29.37', '1.3.6.1.5.5.7.1.1'],
    ...['2.5.4.3', '2.5.4.6', '2.5.4.10', '1.2.840.113549.1.9.1', '1.2.3.4'],
  ].map((dotted) => oid(dotted).subarray(2)),
]

const OID_TAG = 6

function setIdentifier(root: Node, random: Random): void {
  const all = listNodes(root).filter(({ tag }) => tag === OID_TAG)
  if (all.length > 0) random.pick(all).content = random.pick(IDENTIFIERS)
}

/** Makes identifiers up to a length that OpenSSL can't convert to a string, in one arc or in many. */
function lengthenIdentifier(root: Node, random: Random): void {
  const all = listNodes(root).filter(({ tag }) => tag === OID_TAG)
  if (all.length === 0) return
  const length = random.pick([20, 127, 128, 500, 586, 587, 2000, 5000])
  const middle = Buffer.alloc(length - 2, random.pick([0x81, 0xff, 0x01]))
  random.pick(all).content = Buffer.from([0x2a, ...middle, 0x01])
}

/** The SubjectPublicKeyInfo of another base, or only its algorithm or its key. */
function graftKey(der: Buffer, random: Random, bases: readonly Base[]): Buffer {
  const graft = onTree((root) => {
    const own = findKey(root)
    const other = toTree(random.pick(bases).spki)
    if (own === undefined || Buffer.isBuffer(other.content)) return
    const part = random.below(3)
    const [algorithm, key] = other.content as [Node, Node]
    if (part !== 0) own[0] = algorithm
    if (part !== 1) own[1] = key
  })
  return graft(der, random, bases)
}

/** Finds values that look like a SubjectPublicKeyInfo, with exactly an algorithm and a BIT STRING. */
function findKey(root: Node): Node[] | undefined {
  const found = listNodes(root).find(
    ({ tag, content }) =>
      tag === 0x30 &&
      content.length === 2 &&
      !Buffer.isBuffer(content) &&
      content[0]?.tag === 0x30 &&
      content[1]?.tag === 3,
  )
  return found?.content as Node[] | undefined
}

function graftPart(root: Node, random: Random, bases: readonly Base[]): void {
  const own = random.pick(listNodes(root))
  const others = listNodes(toTree(random.pick(bases).der)).filter(({ tag }) => tag === own.tag)
  const other = others.length === 0 ? undefined : random.pick(others)
  if (other !== undefined) own.content = other.content
}

function setContents(root: Node, random: Random): void {
  const leaves = listNodes(root).filter(({ content }) => Buffer.isBuffer(content))
  if (leaves.length === 0) return
  const node = random.pick(leaves)
  const content = node.content as Buffer
  node.content = random.pick<() => Buffer>([
    () => Buffer.alloc(0),
    () => Buffer.from([0]),
    () => Buffer.from([0xff]),
    () => Buffer.concat([Buffer.from([0]), content]),
    () => content.subarray(1),
    () => content.subarray(0, -1),
    () => Buffer.concat([content, content]),
    () => Buffer.alloc(content.length),
    () => Buffer.alloc(content.length, 0xff),
    () => random.bytes(content.length),
    () => random.bytes(random.below(2100)),
  ])()
}

function moveParts(root: Node, random: Random): void {
  const nodes = listNodes(root).filter(
    ({ content }) => !Buffer.isBuffer(content) && content.length > 0,
  )
  if (nodes.length === 0) return
  const parts = random.pick(nodes).content as Node[]
  const [one] = parts.splice(random.below(parts.length), 1) as [Node]
  const target = random.chance(0.5) ? parts : (random.pick(nodes).content as Node[])
  // Never into itself, because that would be infinite.
  const isInside = listNodes(one).some(({ content }) => content === target)
  const copies = isInside ? 0 : random.below(3)
  for (let left = copies; left > 0; left -= 1)
    target.splice(random.below(target.length + 1), 0, one)
}

function cutOrExtend(der: Buffer, random: Random): Buffer {
  if (random.chance(0.5)) return der.subarray(0, der.length - random.below(40))
  return Buffer.concat([der, random.bytes(random.below(40))])
}
