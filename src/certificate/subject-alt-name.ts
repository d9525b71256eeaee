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
  for (let at = 0; at < text.length;) {
    const colon = text.indexOf(':', at)
    if (colon === -1) return []
    const end = text[colon + 1] === '"' ? endOfString(text, colon + 1) : endOfPlain(text, colon + 1)
    const value = decodeValue(text.slice(colon + 1, end))
    if (value === undefined || (end < text.length && !text.startsWith(', ', end))) return []
    names.push({ type: text.slice(at, colon), value })
    at = end + 2
  }
  return names
}

function endOfPlain(text: string, at: number): number {
  const comma = text.indexOf(', ', at)
  return comma === -1 ? text.length : comma
}

function endOfString(text: string, at: number): number {
  let end = at + 1
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
  return end + 1
}

function decodeValue(text: string): string | undefined {
  if (!text.startsWith('"')) return text
  try {
    return JSON.parse(text) as string
  } catch {
    return undefined
  }
}
