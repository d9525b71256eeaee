const UTF8_MARK = /^\u00ef\u00bb\u00bf/

/** Decodes bytes as Latin-1, like Node decodes headers, or UTF-16, in which PowerShell writes files. */
export function toText(bytes: Buffer): string {
  const mark = bytes.toString('hex', 0, 2)
  if (mark === 'fffe') return bytes.toString('utf16le', 2)
  if (mark === 'feff')
    return Buffer.from(bytes.subarray(2, bytes.length & ~1))
      .swap16()
      .toString('utf16le')
  return bytes.toString('latin1').replace(UTF8_MARK, '')
}

/** Whether it has no control characters but white space. */
export function isText(text: string): boolean {
  return !/[^\P{Cc}\t\n\v\f\r]/u.test(text)
}

/** JSON's escapes, and the `\xHH` of nginx's log. */
const ESCAPE = /\\(?:u00([0-9a-f]{2})|x([0-9a-f]{2})|([nrt"\\/]))/gi
const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

/** A reading of the input, and the problem that it has if only this reading holds a certificate. */
export interface Reading {
  readonly text: string
  readonly problem: string | undefined
}

/** The text as it is first, then as it was before a log, JSON or a terminal changed it. */
export function readingsOf(text: string): Reading[] {
  const readings: Reading[] = [{ text, problem: undefined }]
  if (text.includes('\\')) readings.push({ text: unescape(text), problem: undefined })
  if (/\s/.test(text.trim())) {
    const problem = 'the value has line breaks or white space in it, which no strategy accepts'
    readings.push({ text: text.replaceAll(/[\r\n]+[ \t]*/g, ''), problem })
    readings.push({ text: text.replaceAll(/(?<!BEGIN|X509)\s+(?!CERTIFICATE)/g, ''), problem })
  }
  return readings
}

function unescape(text: string): string {
  return text.replaceAll(
    ESCAPE,
    (_, unicode: string | undefined, hex: string | undefined, letter: string) => {
      const code = unicode ?? hex
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
      return ESCAPED[letter] ?? letter
    },
  )
}
