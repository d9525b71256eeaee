/**
 * A strict DER reader (X.690 section 10): lengths are definite and have their shortest form, and no
 * bytes follow the end. OpenSSL also reads BER. Two readers of the same signed bytes must never
 * disagree, so this reader accepts less than OpenSSL and never more.
 */

/** Universal tags (X.690 section 8) that certificates are made of. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const

/** One encoded value: the identifier octet, and the start and end of the contents octets. */
export interface Element {
  readonly tag: number
  readonly start: number
  readonly end: number
}

/** From this value on, the byte says how many bytes the length itself takes (X.690 8.1.3.5). */
const LONG_FORM = 0x80
/** A longer length would mean more than 4 GiB. */
const MAX_LENGTH_OCTETS = 4
/** If all bits of the tag number are set, the number follows in more bytes. Certificates don't need that. */
const HIGH_TAG_NUMBER = 0x1f
const CONSTRUCTED = 0x20
/** These bits of the identifier octet are zero in universal tags. */
const CLASS = 0xc0
const SET = 0x31

/**
 * Reads the element that begins at `at` and ends at `limit` or before it.
 *
 * @returns `undefined` when the bytes aren't DER, or when the element would end beyond `limit`
 */
export function readElement(bytes: Uint8Array, at: number, limit: number): Element | undefined {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (at + 2 > limit || tag === undefined || first === undefined) return undefined
  if ((tag & HIGH_TAG_NUMBER) === HIGH_TAG_NUMBER) return undefined
  const octets = first < LONG_FORM ? 0 : first - LONG_FORM
  const start = at + 2 + octets
  const length = first < LONG_FORM ? first : readLength(bytes, at + 2, octets)
  if (length === undefined || start + length > limit) return undefined
  return { tag, start, end: start + length }
}

/** X.690 10.1: the long form only from 128 on, and without leading zeros. */
function readLength(bytes: Uint8Array, at: number, octets: number): number | undefined {
  if (octets < 1 || octets > MAX_LENGTH_OCTETS) return undefined
  let length = 0
  for (let octet = 0; octet < octets; octet += 1) {
    length = length * 256 + (bytes[at + octet] ?? 0)
  }
  const shortest = length < LONG_FORM ? 0 : Math.ceil(Math.log2(length + 1) / 8)
  return octets === shortest ? length : undefined
}

/** Like {@link readElement}, for an element that must have a certain tag. */
export function readTagged(
  bytes: Uint8Array,
  at: number,
  limit: number,
  tag: number,
): Element | undefined {
  return bytes[at] === tag ? readElement(bytes, at, limit) : undefined
}

/**
 * The elements inside another element, in order.
 *
 * @param max - how many elements are allowed
 * @returns `undefined` when one of them isn't DER, or when there are more than `max`
 */
export function readChildren(
  bytes: Uint8Array,
  { start, end }: Element,
  max: number = Infinity,
): Element[] | undefined {
  const children: Element[] = []
  for (let at = start; at < end;) {
    const child = readElement(bytes, at, end)
    if (child === undefined || children.length === max) return undefined
    children.push(child)
    at = child.end
  }
  return children
}

/**
 * The elements inside another element, which must have exactly the given tags.
 *
 * @returns an empty list when they don't
 */
export function readExactly(
  bytes: Uint8Array,
  element: Element | undefined,
  tags: readonly number[],
): Element[] {
  const children = element && readChildren(bytes, element, tags.length)
  const isExact = children?.length === tags.length
  return isExact && children.every(({ tag }, index) => tag === tags[index]) ? children : []
}

/**
 * Whether every element inside another element is DER, at every depth. It keeps the ends of the open
 * elements in a list, so it takes one step for each element however deeply they are nested.
 */
export function isDerThroughout(bytes: Uint8Array, { start, end }: Element): boolean {
  const ends = [end]
  let at = start
  for (let limit = ends.at(-1); limit !== undefined; limit = ends.at(-1)) {
    if (at === limit) {
      ends.pop()
      continue
    }
    const child = readElement(bytes, at, limit)
    if (child === undefined || !isWellFormed(child.tag)) return false
    if ((child.tag & CONSTRUCTED) === 0) {
      at = child.end
    } else {
      at = child.start
      ends.push(child.end)
    }
  }
  return true
}

/**
 * X.690 8.9.1, 8.11.1 and 10.2: of the universal types, only SEQUENCE and SET are constructed. All
 * others, including strings, are primitive.
 */
function isWellFormed(tag: number): boolean {
  if ((tag & CLASS) !== 0) return true
  const isConstructed = (tag & CONSTRUCTED) !== 0
  const type = tag | CONSTRUCTED
  return isConstructed === (type === TAG.sequence || type === SET)
}

/** The contents of an object identifier in hexadecimal digits, which is cheaper than the dotted form. */
export function readOid(bytes: Uint8Array, element: Element | undefined): string | undefined {
  return element?.tag === TAG.oid ? toHex(bytes, element) : undefined
}

export function toHex(bytes: Uint8Array, { start, end }: Element): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('hex')
}

/**
 * The end of the certificate that begins at `at`, according to its length.
 *
 * @returns `undefined` when no certificate can begin there. Every certificate has at least 128 bytes.
 */
export function endOfCertificate(bytes: Uint8Array, at: number): number | undefined {
  const isLong = (bytes[at + 1] ?? 0) >= LONG_FORM
  return isLong ? readTagged(bytes, at, bytes.length, TAG.sequence)?.end : undefined
}
