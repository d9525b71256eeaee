import type { DecodingFault } from '../decoding-fault.js'
import { MAX_CHAIN_CERTS } from '../limits.js'
import {
  afterName,
  ELEMENT_IN_QUOTES,
  HASH_AFTER_NAME,
  NOT_XFCC,
  repeatedKey,
  TOO_MANY_ELEMENTS,
  TOO_MANY_PAIRS,
  unquotedKey,
  UNREADABLE_BY,
  UNREADABLE_PAIR,
} from './faults.js'
import type { XfccName } from './names.js'
import { scanXfccPair, type XfccPair } from './scanner.js'

/** The keys that a certificate is read from or checked by. None may occur twice in an element. */
const SINGLE_KEYS: ReadonlyMap<string, string> = new Map([
  ['hash', 'Hash'],
  ['cert', 'Cert'],
  ['chain', 'Chain'],
  ['subject', 'Subject'],
])
/** Keys whose value Envoy copies from the client's certificate without quotes or escapes. */
const NAME_KEYS: ReadonlySet<string> = new Set(['uri', 'dns'])
/** Keys whose value the proxy writes itself instead of taking it from the client's certificate. */
const PROXY_KEYS: ReadonlySet<string> = new Set(['by', 'hash'])

/**
 * The most pairs of all elements together. A header of Node's default size can't hold as many names
 * that mean something, and a header full of shorter pairs is rejected at once.
 */
const MAX_PAIRS = 1000

/** The part of the header that one hop wrote. */
export interface XfccElement {
  readonly values: Map<string, string>
  /** Values copied from the client's certificate. Everything after the first one may be forged. */
  readonly copiedNames: XfccName[]
  /** Whether at least a semicolon follows a copied name. It may have been part of the name. */
  isNameFollowed: boolean
  /** Whether it has no pair but `By` so far. */
  hasOnlyBy: boolean
}

/** Splits the header into what the hops wrote, at most ten elements, or says what is wrong with it. */
export function readElements(text: string): XfccElement[] | DecodingFault {
  const elements: XfccElement[] = []
  let element: XfccElement | undefined
  let at = 0
  for (let pairs = 0; pairs < MAX_PAIRS; pairs += 1) {
    if (element === undefined) {
      if (elements.length === MAX_CHAIN_CERTS) return TOO_MANY_ELEMENTS
      element = { values: new Map(), copiedNames: [], isNameFollowed: false, hasOnlyBy: true }
      elements.push(element)
    }
    const pair = scanXfccPair(text, at, element.hasOnlyBy)
    if (pair === undefined) return explainUnreadable(text, at, elements)
    const fault = addPair(element, pair)
    if (fault !== undefined) return fault
    at = pair.next
    if (pair.endsElement) element = undefined
    else if (at >= text.length) return elements
  }
  return TOO_MANY_PAIRS
}

/** A comma in `By` makes an element of nothing else, and after the comma something that isn't a pair. */
function explainUnreadable(
  text: string,
  at: number,
  elements: readonly XfccElement[],
): DecodingFault {
  const before = text[at - 1] === ',' ? elements.at(-2) : elements.at(-1)
  const isBy = text.slice(at, at + 3).toLowerCase() === 'by='
  if (isBy || (at > 0 && before?.hasOnlyBy === true)) return UNREADABLE_BY
  return at === 0 ? NOT_XFCC : UNREADABLE_PAIR
}

function addPair(element: XfccElement, pair: XfccPair): DecodingFault | undefined {
  const { key, value, quoted, isFollowed } = pair
  if (quoted && holdsElement(value)) return ELEMENT_IN_QUOTES
  const fault = SINGLE_KEYS.has(key) ? addSinglePair(element, pair) : undefined
  if (isCopied(pair)) {
    element.copiedNames.push({ type: key, value, quoted })
    element.isNameFollowed ||= isFollowed
  }
  element.hasOnlyBy &&= key === 'by'
  return fault
}

/**
 * Envoy neither quotes nor escapes `URI` and `DNS`, which it copies from the client's certificate. A
 * subject alternative name that holds `;Cert="..."` therefore adds a pair after them. Such a pair is
 * only accepted if the genuine `Hash`, in front of the name, already binds the certificate.
 */
function addSinglePair(
  { values, copiedNames }: XfccElement,
  { key, value, quoted }: XfccPair,
): DecodingFault | undefined {
  const name = SINGLE_KEYS.get(key) as string
  if (values.has(key)) return repeatedKey(name)
  values.set(key, value)
  const isAfterName = copiedNames.length > 0
  if (key === 'hash') return isAfterName ? HASH_AFTER_NAME : undefined
  if (!quoted) return unquotedKey(name)
  return isAfterName && !values.has('hash') ? afterName(name) : undefined
}

/** Quotes don't show that a name is whole, because they may be the client's own. */
function isCopied({ key, quoted }: XfccPair): boolean {
  return NAME_KEYS.has(key) || (!quoted && !PROXY_KEYS.has(key))
}

/**
 * A client in front of an appending proxy may open a quote in the header that it sends, and close it
 * with a quote in one of its names. Everything that the proxy wrote before that name is then in quotes.
 * The `Hash` in it, which Envoy always writes, gives it away.
 */
function holdsElement(quotedValue: string): boolean {
  const text = quotedValue.toLowerCase()
  return text.includes(',hash=') || text.includes(';hash=')
}
