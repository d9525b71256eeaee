import { readChildren, readElement } from '../../../src/certificate/der.js'
import { tlv } from '../../support/der-writer.js'

/** DER taken apart, so that parts of it can be exchanged and all lengths still be right. */
export interface Node {
  tag: number
  /** What is in it: other values, or bytes. */
  content: Node[] | Buffer
}

const CONSTRUCTED = 0x20
const OCTET_STRING = 0x04

/** An OCTET STRING whose contents are DER is taken apart as well, as in extensions. */
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

/** All nodes, the outermost first. */
export function listNodes(root: Node): Node[] {
  const inner = Buffer.isBuffer(root.content) ? [] : root.content.flatMap(listNodes)
  return [root, ...inner]
}
