/** One entry of a certificate's subjectAltName extension (RFC 5280 4.2.1.6). */
export interface SubjectAltName {
  /** As Node spells it: `DNS`, `email`, `URI`, `IP Address`, `DirName`, `othername`, ... */
  readonly type: string
  readonly value: string
}

/**
 * Reads Node's text form of the extension: `type:value` entries joined by `, `, in which a value
 * with special characters is a JSON string. Splitting at commas would let one name pose as several
 * (CVE-2021-44532).
 *
 * @returns nothing at all when any of it is not of that form: half an extension is none
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
    const end = endOfString(text, start)
    const value = decodeString(text.slice(start, end))
    return value === undefined ? undefined : { type, value, end }
  }
  const end = endOfPlain(text, start)
  const value = text.slice(start, end)
  return isPlain(value) ? { type, value, end } : undefined
}

/** Letters, digits and spaces: regular expressions are kept away from what a client can make long. */
function isTypeName(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    const lower = code | 0x20
    const isLetter = lower >= 0x61 && lower <= 0x7a
    const isDigit = code >= 0x30 && code <= 0x39
    if (!isLetter && !isDigit && code !== 0x20) return false
  }
  return text.length > 0
}

/** Node quotes a value that holds any of these. */
function isPlain(text: string): boolean {
  return !text.includes(',') && !text.includes('"')
}

function endOfPlain(text: string, at: number): number {
  const comma = text.indexOf(SEPARATOR, at)
  return comma === -1 ? text.length : comma
}

function endOfString(text: string, at: number): number {
  let end = at + 1
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
  return end + 1
}

function decodeString(text: string): string | undefined {
  try {
    return JSON.parse(text) as string
  } catch {
    return undefined
  }
}
