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

/** What Envoy writes. */
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
 * no `=`, an open quote, text behind a closing quote, or a quote inside an unquoted value.
 *
 * Each character is looked at a bounded number of times, whatever the text.
 *
 * @param isInFront - whether nothing but `By` precedes the pair in its element. There, `By` is the
 *   proxy's own name and may hold semicolons.
 */
export function scanXfccPair(text: string, at: number, isInFront: boolean): XfccPair | undefined {
  const equals = skipKey(text, at)
  if (equals === at || text[equals] !== '=') return undefined
  const key = text.slice(at, equals).toLowerCase()
  const quoted = text[equals + 1] === '"'
  const start = quoted ? equals + 2 : equals + 1
  const skip = quoted ? skipQuoted : isInFront && key === 'by' ? skipProxyName : skipUnquoted
  const end = skip(text, start)
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

function skipKey(text: string, at: number): number {
  while (isLetter(text.charCodeAt(at))) at += 1
  return at
}

/** The closing quote, or past the end where there is none. A backslash takes its follower along. */
function skipQuoted(text: string, at: number): number {
  const end = indexOrEnd(text, '"', at)
  // Certificates are long and hold no backslash: no need to go through them by hand.
  if (!text.slice(at, end).includes('\\')) return end
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

function indexOrEnd(text: string, character: string, at: number): number {
  const index = text.indexOf(character, at)
  return index === -1 ? text.length : index
}

function skipUnquoted(text: string, at: number): number {
  while (at < text.length && text[at] !== ';' && text[at] !== ',' && text[at] !== '"') at += 1
  return at
}

/**
 * Envoy escapes nothing in the URI of its own certificate, and writes `Hash` right behind it. So `By`
 * extends to that `Hash`, or to another `By`, across semicolons. A comma always ends it: an element
 * that took another one in would shift the count.
 */
function skipProxyName(text: string, at: number): number {
  const first = skipUnquoted(text, at)
  for (let end = first; text[end] === ';'; end = skipUnquoted(text, end + 1)) {
    const key = keyOfPair(text, end + 1)
    if (key !== undefined) return key === 'by' || key === 'hash' ? end : first
  }
  return first
}

/** The key of the pair that begins here, if one that Envoy writes, or a quoted one, does. */
function keyOfPair(text: string, at: number): string | undefined {
  const equals = skipKey(text, at)
  if (equals === at || text[equals] !== '=') return undefined
  const key = text.slice(at, equals).toLowerCase()
  return KNOWN_KEYS.has(key) || text[equals + 1] === '"' ? key : undefined
}

function isLetter(code: number): boolean {
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x7a
}
