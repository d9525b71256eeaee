import { indexOfUnescaped, isAsciiLetter } from '../../util/text.js'

/** One `Key=Value` of an X-Forwarded-Client-Cert element. */
export interface XfccPair {
  /** Lower case: Envoy's keys are case-insensitive. */
  readonly key: string
  /** Without the quotes; escapes inside stay as they are, since no value that is used holds any. */
  readonly value: string
  readonly quoted: boolean
  /** Whether a semicolon follows. */
  readonly isFollowed: boolean
  /** Whether a comma follows, so that another element begins. */
  readonly endsElement: boolean
  /** Where the next pair begins. */
  readonly next: number
}

/** The keys that Envoy writes. */
const KNOWN_KEYS: ReadonlySet<string> = new Set([
  'by',
  'hash',
  'cert',
  'chain',
  'subject',
  'uri',
  'dns',
])

/**
 * Scans the pair that begins at `at`, or returns `undefined` where the grammar is violated: no key,
 * no `=`, an open quote, text after a closing quote, or a quote inside an unquoted value.
 *
 * The scan takes linear time: it looks at each character a bounded number of times.
 *
 * @param onlyByPrecedes - whether the pair is the first of its element, or follows nothing but `By`.
 *   There, `By` is the proxy's own name and may hold semicolons.
 */
export function scanXfccPair(
  text: string,
  at: number,
  onlyByPrecedes: boolean,
): XfccPair | undefined {
  const equals = endOfKey(text, at)
  if (equals === at || text[equals] !== '=') return undefined
  const key = text.slice(at, equals).toLowerCase()
  const quoted = text[equals + 1] === '"'
  const start = quoted ? equals + 2 : equals + 1
  const isProxyName = onlyByPrecedes && key === 'by'
  const endOfValue = quoted ? endOfQuoted : isProxyName ? endOfProxyName : endOfUnquoted
  const end = endOfValue(text, start)
  const after = quoted ? end + 1 : end
  if (after > text.length || !endsPair(text[after])) return undefined
  return {
    key,
    value: text.slice(start, end),
    quoted,
    isFollowed: text[after] === ';',
    endsElement: text[after] === ',',
    next: after + 1,
  }
}

function endsPair(character: string | undefined): boolean {
  return character === ';' || character === ',' || character === undefined
}

function endOfKey(text: string, start: number): number {
  let at = start
  while (isAsciiLetter(text.charCodeAt(at))) at += 1
  return at
}

/** Where the closing quote is; the length of the text if there is none. */
function endOfQuoted(text: string, start: number): number {
  const quote = text.indexOf('"', start)
  const end = quote === -1 ? text.length : quote
  // Certificates are long and hold no backslash, so `indexOf()` alone finds the end of nearly all values.
  return text.slice(start, end).includes('\\') ? indexOfUnescaped(text, '"', start) : end
}

function endOfUnquoted(text: string, start: number): number {
  let at = start
  while (at < text.length && text[at] !== ';' && text[at] !== ',' && text[at] !== '"') at += 1
  return at
}

/**
 * Envoy doesn't escape the URI of its certificate, and writes `Hash` right after it. So `By`
 * extends across semicolons to the next `Hash` or `By`. A comma always ends it, because an element
 * that took in another one would shift the count.
 */
function endOfProxyName(text: string, start: number): number {
  const first = endOfUnquoted(text, start)
  let end = first
  while (text[end] === ';') {
    const key = keyOfPair(text, end + 1)
    if (key === 'by' || key === 'hash') return end
    if (key !== undefined) return first
    end = endOfUnquoted(text, end + 1)
  }
  return first
}

/** The key of the pair that begins here, if Envoy writes such a key or the value is quoted. */
function keyOfPair(text: string, at: number): string | undefined {
  const equals = endOfKey(text, at)
  if (equals === at || text[equals] !== '=') return undefined
  const key = text.slice(at, equals).toLowerCase()
  return KNOWN_KEYS.has(key) || text[equals + 1] === '"' ? key : undefined
}
