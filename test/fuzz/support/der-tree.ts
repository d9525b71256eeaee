import { readChildren, readElement } from '../../../src/certificate/der.js'
import { tlv } from '../../support/der-writer.js'

/** Parsed DER, so that parts can be replaced while all lengths stay correct. */
export interface Node {
  tag: number
  /** The contents: other values, or bytes. */
  content: Node[] | Buffer
}

const CONSTRUCTED = 0x20
const OCTET_STRING = 0x04

/** An OCTET STRING that contains DER is parsed as well, as in extensions. */
export function toTree(der: Buffer): Node {
  const element = readElement(der, 0, der.length)
  if (element?.end !== der.length) throw new Error('It is not DER')
  return toNode(der, element.tag, element.start, element.end)
}

function toNode(der: Buffer, tag: number, start: number, end: number): Node {
  const children = readChildren(der, { tag, start, end })
  const isNested =
    (tag & CONSTRUCTED) !== 0 || (tag === OCTET_STRING && children?.length === 1 && end - start > 2)
  return isNested && children !== undefined
    ? { tag, content: children.map((child) => toNode(der, child.tag, child.start, child.end)) }
    : { tag, content: Buffer.from(der.subarray(start, end)) }
}

export function toDer({ tag, content }: Node): Buffer {
  return Buffer.isBuffer(content) ? tlv(tag, content) : tlv(tag, ...content.map(toDer))
}

/** Lists all nodes, the outermost first. */
export function listNodes(root: Node): Node[] {
  const inner = Buffer.isBuffer(root.content) ? [] : root.content.flatMap(listNodes)
  return [root, ...inner]
}
