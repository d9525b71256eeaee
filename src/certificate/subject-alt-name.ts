import { indexOfUnescaped, isAsciiLetter } from '../util/text.js'

/** One entry of a certificate's subjectAltName extension (RFC 5280 4.2.1.6). */
export interface SubjectAltName {
  /** The type as Node spells it: `DNS`, `email`, `URI`, `IP Address`, `DirName`, `othername`, ... */
  readonly type: string
  readonly value: string
}

/** Node shows this for a name that it can't convert to text. */
export const UNSUPPORTED = '<unsupported>'

/** Writes names as Node does. It reverses {@link parseSubjectAltNames}. */
export function formatSubjectAltNames(names: readonly SubjectAltName[]): string {
  return names.map((name) => `${name.type}:${quote(name)}`).join(SEPARATOR)
}

/** Writes a value as a JSON string if it contains anything that could make it look like several names. */
function quote({ type, value }: SubjectAltName): string {
  // All other types consist of bytes, which Node shows as Latin-1.
  const isUnicode = type === 'DirName' || (type === 'othername' && !value.startsWith('SRVName:'))
  let isSafe = true
  let quoted = ''
  for (let at = 0; at < value.length; at += 1) {
    const character = value.charAt(at)
    const isShown = isPrintable(value.charCodeAt(at), isUnicode)
    isSafe &&= isShown && !NEEDS_QUOTES.includes(character)
    quoted += isShown ? (ESCAPES.get(character) ?? character) : escape(value.charCodeAt(at))
  }
  return isSafe ? value : `"${quoted}"`
}

function isPrintable(code: number, isUnicode: boolean): boolean {
  return (code >= 0x20 && code <= 0x7e) || (isUnicode && code >= 0x80)
}

function escape(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`
}

const NEEDS_QUOTES = '",\\\''
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  [',', '\\u002c'],
])

/**
 * Reads the extension as Node writes it: `type:value` entries joined by `, `, where a value with
 * special characters is a JSON string. Don't split at commas, because then one name could pose as
 * several (CVE-2021-44532).
 *
 * @returns an empty list when any part is malformed, because half of an extension can't be trusted
 */
export function parseSubjectAltNames(text: string): SubjectAltName[] {
  const names: SubjectAltName[] = []
  let at = -SEPARATOR.length
  do {
    const entry = readEntry(text, at + SEPARATOR.length)
    if (entry === undefined) return []
    names.push({ type: entry.type, value: entry.value })
    at = entry.end
  } while (text.startsWith(SEPARATOR, at))
  return at === text.length ? names : []
}

const SEPARATOR = ', '

function readEntry(text: string, at: number): (SubjectAltName & { end: number }) | undefined {
  const start = text.indexOf(':', at) + 1
  const type = text.slice(at, start - 1)
  if (start === 0 || !isTypeName(type)) return undefined
  if (text[start] === '"') {
    const end = indexOfUnescaped(text, '"', start + 1) + 1
    const value = decodeString(text.slice(start, end))
    return value === undefined ? undefined : { type, value, end }
  }
  const end = endOfPlain(text, start)
  const value = text.slice(start, end)
  return isPlain(value) ? { type, value, end } : undefined
}

/** Letters, digits and spaces. No regular expression here, because a client can make the string long. */
function isTypeName(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    const isDigit = code >= 0x30 && code <= 0x39
    if (!isAsciiLetter(code) && !isDigit && code !== 0x20) return false
  }
  return text.length > 0
}

/** Node quotes a value that contains a comma or a quote. */
function isPlain(text: string): boolean {
  return !text.includes(',') && !text.includes('"')
}

function endOfPlain(text: string, at: number): number {
  const comma = text.indexOf(SEPARATOR, at)
  return comma === -1 ? text.length : comma
}

function decodeString(text: string): string | undefined {
  try {
    return JSON.parse(text) as string
  } catch {
    return undefined
  }
}
