import { type Element, readChildren, TAG, toHex } from '../certificate/der.js'
import { readString } from '../certificate/strings.js'

const SET = 0x31
/** The first two bytes of 2.5.4, the attribute types of X.520. */
const X520 = 0x5504
/** The string types that are compared as text. OpenSSL rejects VisibleString in names. */
const TEXT_TAGS: ReadonlySet<number> = new Set([0x0c, 0x12, 0x13, 0x14, 0x16, 0x1c, 0x1e])

/**
 * A distinguished name as a string that is equal for equal names (RFC 5280 7.1): case, white space and
 * the type of a string make no difference, and neither does the order inside of a relative name.
 *
 * Every relative name ends with a comma, and every value has its length in front. So a name is within
 * the subtree of another exactly if its string begins with the string of the other.
 *
 * @param name - the SEQUENCE
 * @returns an empty string for an empty name; `undefined` when it isn't a name
 */
export function readCanonicalName(bytes: Buffer, name: Element): string | undefined {
  let canonical = ''
  for (const set of readChildren(bytes, name) ?? [undefined]) {
    const relative = set?.tag === SET ? readRelativeName(bytes, set) : undefined
    if (relative === undefined) return undefined
    canonical += `${relative},`
  }
  return canonical
}

/**
 * A relative name in the form that {@link readCanonicalName} gives it, without the comma.
 *
 * @param set - the SET, whatever its tag
 */
export function readRelativeName(bytes: Buffer, set: Element): string | undefined {
  const attributes: string[] = []
  for (const element of readChildren(bytes, set) ?? []) {
    const attribute = readAttribute(bytes, element)
    const value = attribute && readValue(bytes, attribute.value)
    if (value === undefined) return undefined
    attributes.push(`${typeOf(bytes, (attribute as Attribute).type)}${value}`)
  }
  if (attributes.length > 1) attributes.sort()
  return attributes.length === 0 ? undefined : attributes.join('+')
}

interface Attribute {
  readonly type: Element
  readonly value: Element
}

/** RFC 5280 4.1.2.4: an AttributeTypeAndValue. */
function readAttribute(bytes: Uint8Array, attribute: Element): Attribute | undefined {
  if (attribute.tag !== TAG.sequence) return undefined
  const [type, value] = readChildren(bytes, attribute, 2) ?? []
  return type?.tag === TAG.oid && value !== undefined ? { type, value } : undefined
}

/** The last number of a type of X.520, which is cheaper than the hexadecimal digits of any other. */
function typeOf(bytes: Buffer, type: Element): string {
  const isX520 = type.end - type.start === 3 && bytes.readUInt16BE(type.start) === X520
  return isX520 ? String(bytes[type.start + 2]) : `#${toHex(bytes, type)}`
}

function readValue(bytes: Buffer, value: Element): string | undefined {
  if (!TEXT_TAGS.has(value.tag)) return `#${value.tag}=${toHex(bytes, value)}`
  const text = readString(bytes, value)
  if (text === undefined) return undefined
  const canonical = canonicalize(text)
  return canonical === undefined ? undefined : `=${canonical.length}:${canonical}`
}

/** Words of printable ASCII with single spaces between them. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/
const ASCII = /^\p{ASCII}*$/u
/**
 * RFC 4518 2.2: what is mapped to nothing, with the format characters that Unicode has today. TAB to CR and
 * NEL are spaces.
 */
const IGNORED =
  /(?![\t-\r\x85])\p{Cc}|\p{Cf}|\u034f|\u1806|[\u180b-\u180d]|[\ufe00-\ufe0f]|\ufffc/gu
const SPACES = /[\s\x85]+/g
/** The upper bound of RFC 5280 appendix A.1 for nearly all attributes is 64 characters. */
const MAX_UNITS = 256

/**
 * RFC 4518 2: folds case, normalizes to NFKC, and treats white space as single spaces between words.
 *
 * @returns `undefined` for a long text that isn't ASCII, because normalizing takes quadratic time for
 *   many combining marks in a row, and it comes before any signature
 */
function canonicalize(text: string): string | undefined {
  if (PLAIN.test(text)) return text.toLowerCase()
  const isAscii = ASCII.test(text)
  if (!isAscii && text.length > MAX_UNITS) return undefined
  const kept = text.replace(IGNORED, '')
  const folded = isAscii ? kept.toLowerCase() : fold(kept.normalize('NFKC'))
  return folded.replace(SPACES, ' ').trim()
}

const DOTLESS_I = '\u0131'

/**
 * Upper case comes first, because only that turns a sharp s and a final sigma into what they equal. It
 * would also turn the dotless i into an I, which it doesn't equal.
 */
function fold(text: string): string {
  return text
    .split(DOTLESS_I)
    .map((part) => part.toUpperCase().toLowerCase())
    .join(DOTLESS_I)
}

/**
 * Lists the values of an attribute type in a name.
 *
 * @param type - the object identifier: hexadecimal digits of its contents
 */
export function listValues(bytes: Buffer, name: Element, type: string): string[] {
  const list = (element: Element) => readChildren(bytes, element) ?? []
  return list(name)
    .flatMap(list)
    .map((element) => readAttribute(bytes, element))
    .filter((attribute) => attribute !== undefined && toHex(bytes, attribute.type) === type)
    .map((attribute) => readString(bytes, (attribute as Attribute).value) ?? '')
}
