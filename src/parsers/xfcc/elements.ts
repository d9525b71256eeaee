import type { DecodingFault } from '../decoding-fault.js'
import { MAX_CHAIN_CERTS } from '../limits.js'
import {
  behindName,
  ELEMENT_IN_QUOTES,
  HASH_BEHIND_NAME,
  NOT_XFCC,
  TOO_MANY_ELEMENTS,
  TOO_MANY_PAIRS,
  twice,
  unquoted,
  UNREADABLE_BY,
  UNREADABLE_PAIR,
} from './faults.js'
import type { XfccName } from './names.js'
import { scanXfccPair, type XfccPair } from './scanner.js'

/** The keys a certificate is read from or checked by; none may occur twice in an element. */
const SINGLE_KEYS: ReadonlyMap<string, string> = new Map([
  ['hash', 'Hash'],
  ['cert', 'Cert'],
  ['chain', 'Chain'],
  ['subject', 'Subject'],
])
/** Keys whose value is copied from the client's certificate as it is. */
const NAME_KEYS: ReadonlySet<string> = new Set(['uri', 'dns'])
/** Keys whose value is written by the proxy itself, not taken from the client's certificate. */
const PROXY_KEYS: ReadonlySet<string> = new Set(['by', 'hash'])

/**
 * The most pairs of all elements together: more than a header of Node's default size can hold of names
 * that mean something, and few enough that a header full of nothing else is rejected at once.
 */
const MAX_PAIRS = 1000

/** What one hop wrote. */
export interface XfccElement {
  readonly values: Map<string, string>
  /** Values that were copied from the client's certificate: what follows the first may be forged. */
  readonly names: XfccName[]
  /** Whether anything follows a name, if only a semicolon, which may have been part of the name. */
  isNameFollowed: boolean
  /** Whether it has no pair but `By` so far. */
  isFront: boolean
}

/** Splits the header into what the hops wrote, at most ten elements, or says what is wrong with it. */
export function readElements(text: string): XfccElement[] | DecodingFault {
  const elements: XfccElement[] = []
  let element: XfccElement | undefined
  let pairs = 0
  for (let at = 0; at < text.length || element === undefined;) {
    pairs += 1
    if (pairs > MAX_PAIRS) return TOO_MANY_PAIRS
    if (element === undefined) {
      if (elements.length === MAX_CHAIN_CERTS) return TOO_MANY_ELEMENTS
      element = { values: new Map(), names: [], isNameFollowed: false, isFront: true }
      elements.push(element)
    }
    const pair = scanXfccPair(text, at, element.isFront)
    if (pair === undefined) return explain(text, at, elements)
    const fault = addPair(element, pair)
    if (fault !== undefined) return fault
    if (pair.endsElement) element = undefined
    at = pair.next
  }
  return elements
}

/** Why no pair could be read. A comma in `By` makes an element of nothing else, and then no pair. */
function explain(text: string, at: number, elements: readonly XfccElement[]): DecodingFault {
  const before = text[at - 1] === ',' ? elements.at(-2) : elements.at(-1)
  const isBy = text.slice(at, at + 3).toLowerCase() === 'by='
  if (isBy || (at > 0 && before?.isFront === true)) return UNREADABLE_BY
  return at === 0 ? NOT_XFCC : UNREADABLE_PAIR
}

function addPair(element: XfccElement, pair: XfccPair): DecodingFault | undefined {
  const { key, value, quoted, isFollowed } = pair
  if (quoted && holdsElement(value)) return ELEMENT_IN_QUOTES
  const fault = SINGLE_KEYS.has(key) ? addSinglePair(element, pair) : undefined
  if (isCopied(pair)) {
    element.names.push({ type: key, value, quoted })
    element.isNameFollowed ||= isFollowed
  }
  element.isFront &&= key === 'by'
  return fault
}

/**
 * Envoy neither quotes nor escapes `URI` and `DNS`, which it copies from the client's certificate:
 * a subject alternative name that holds `;Cert="..."` puts a pair of its own behind them. Such a pair
 * is only read if the genuine `Hash`, in front of it, already binds it.
 */
function addSinglePair(
  { values, names }: XfccElement,
  { key, value, quoted }: XfccPair,
): DecodingFault | undefined {
  const name = SINGLE_KEYS.get(key) as string
  if (values.has(key)) return twice(name)
  values.set(key, value)
  const isBehindName = names.length > 0
  if (key === 'hash') return isBehindName ? HASH_BEHIND_NAME : undefined
  if (!quoted) return unquoted(name)
  return isBehindName && !values.has('hash') ? behindName(name) : undefined
}

/** The quotes around a copied name may be the client's own. */
function isCopied({ key, quoted }: XfccPair): boolean {
  return NAME_KEYS.has(key) || (!quoted && !PROXY_KEYS.has(key))
}

/**
 * A client in front of an appending proxy may open a quote in the header that it sends, and close it
 * with a quote in one of its names. Everything that the proxy wrote up to that name is then in quotes,
 * and `Hash`, which Envoy always writes, shows it.
 */
function holdsElement(quotedValue: string): boolean {
  const text = quotedValue.toLowerCase()
  return text.includes(',hash=') || text.includes(';hash=')
}
