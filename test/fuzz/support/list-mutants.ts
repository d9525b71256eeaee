import { tlv } from '../../support/der-writer.js'
import { listNodes, type Node, toDer, toTree } from './der-tree.js'
import type { Random } from './random.js'

type Mutation = (der: Buffer, random: Random) => Buffer

function flipBits(der: Buffer, random: Random): Buffer {
  const mutant = Buffer.from(der)
  for (let left = 1 + random.below(4); left > 0 && mutant.length > 0; left -= 1) {
    const at = random.below(mutant.length)
    mutant.writeUInt8(mutant.readUInt8(at) ^ (1 << random.below(8)), at)
  }
  return mutant
}

function cut(der: Buffer, random: Random): Buffer {
  return random.chance(0.5)
    ? der.subarray(0, random.below(der.length + 1))
    : Buffer.concat([der, random.bytes(1 + random.below(20))])
}

/** Lengths that are wrong, in more bytes than needed, or larger than any memory. */
const LENGTHS: readonly Buffer[] = [
  ...['00', '7f', '80', '8100', '817f', '8180', '81ff', '82ffff', '83ffffff', '847fffffff'],
  ...['84ffffffff', '850100000000', '88ffffffffffffffff', 'ff'],
].map((hex) => Buffer.from(hex, 'hex'))

function setLength(der: Buffer, random: Random): Buffer {
  const heads = [...der.keys()].filter((at) => [2, 3, 0x17, 0x30, 0xa0].includes(der[at] as number))
  const at = heads.length === 0 ? 0 : random.pick(heads) + 1
  const skipped = random.pick([0, 1, 1, 2, 3])
  return Buffer.concat([der.subarray(0, at), random.pick(LENGTHS), der.subarray(at + skipped)])
}

/** Takes a piece out, or puts one in from elsewhere, whatever the lengths say. */
function splice(der: Buffer, random: Random): Buffer {
  const [at, from] = [random.below(der.length + 1), random.below(der.length + 1)]
  const piece = der.subarray(from, from + random.below(60))
  return Buffer.concat([der.subarray(0, at), piece, der.subarray(at + random.below(60))])
}

/** Moves, repeats or leaves out parts, with lengths that fit. */
function moveParts(der: Buffer, random: Random): Buffer {
  const root = toTree(der)
  const parents = listNodes(root).filter(
    ({ content }) => !Buffer.isBuffer(content) && content.length > 0,
  )
  if (parents.length === 0) return der
  const parts = random.pick(parents).content as Node[]
  const [one] = parts.splice(random.below(parts.length), 1) as [Node]
  for (let left = random.below(3); left > 0; left -= 1)
    parts.splice(random.below(parts.length + 1), 0, one)
  return toDer(root)
}

const TAGS = [1, 2, 3, 4, 5, 6, 0x0a, 0x17, 0x18, 0x30, 0x31, 0x81, 0x82, 0x83, 0xa0, 0xa1]

function changeNode(der: Buffer, random: Random): Buffer {
  const root = toTree(der)
  const node = random.pick(listNodes(root))
  if (random.chance(0.4) || !Buffer.isBuffer(node.content)) {
    node.tag = random.pick(TAGS)
  } else {
    const { content } = node
    node.content = random.pick([
      Buffer.alloc(0),
      Buffer.concat([Buffer.from([0]), content]),
      Buffer.concat([Buffer.from([0xff]), content]),
      content.subarray(1),
      content.subarray(0, -1),
      random.bytes(content.length),
      tlv(0x30, content),
    ])
  }
  return toDer(root)
}

const BROKEN: readonly Mutation[] = [flipBits, cut, setLength, splice]
const WHOLE: readonly Mutation[] = [moveParts, moveParts, changeNode, changeNode]

/** Changes a list with one mutation or a few. The result is never the list itself. */
export function mutateList(random: Random, der: Buffer): Buffer {
  let mutant = der
  do {
    // Only whole DER can be taken apart, so those mutations come first.
    if (random.chance(0.5)) mutant = random.pick(WHOLE)(der, random)
    if (random.chance(0.5) || mutant === der) mutant = random.pick(BROKEN)(mutant, random)
  } while (mutant.equals(der))
  return mutant
}

/** Changes the part of a list that a CA signs, before the CA signs it. */
export function mutateSigned(random: Random, der: Buffer): Buffer {
  const [signed] = toTree(der).content as [Node]
  let mutant = toDer(signed)
  for (let left = 1 + random.below(2); left > 0; left -= 1)
    mutant = random.pick(WHOLE)(mutant, random)
  return mutant
}
