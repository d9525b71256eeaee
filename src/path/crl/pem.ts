import { decodeBase64 } from '../../parsers/base64.js'
import { looksLikeFileName } from '../../util/pem-blocks.js'
import { SLICE, type Sliced } from './slices.js'

/** More lists than any application has. Each request may have to look at all lists of a CA. */
export const MAX_LISTS = 1000

const BEGIN = '-----BEGIN X509 CRL-----'
const END = '-----END X509 CRL-----'
const SEQUENCE = 0x30

/** DER begins with a SEQUENCE, whose length is in the long form, so it isn't text. */
export function looksLikePem(source: string | Uint8Array): boolean {
  return typeof source === 'string' || source[0] !== SEQUENCE || (source[1] ?? 0) < 0x80
}

/** Why a source isn't PEM with lists. */
export type PemFault = 'empty' | 'file_name' | 'truncated' | 'certificate' | 'not_only_lists'

/**
 * Decodes the lists in PEM (RFC 7468 section 6). Between the blocks may be blank lines and explanatory text,
 * but nothing that looks like another block.
 *
 * @returns the fault, without any list or if something isn't PEM
 */
export function* decodePemLists(source: string | Uint8Array): Sliced<Buffer[] | PemFault> {
  const text = toText(source)
  const lists: Buffer[] = []
  let at = 0
  for (let begin = text.find(BEGIN, 0); begin !== -1; begin = text.find(BEGIN, at)) {
    const end = text.find(END, begin)
    const before = at === 0 ? `\n${text.cut(0, begin)}` : text.cut(at, begin)
    if (end === -1) return 'truncated'
    if (!areWholeLines(before)) return 'not_only_lists'
    const der = yield* decodeBody(text, begin + BEGIN.length, end)
    if (der === undefined) return 'not_only_lists'
    lists.push(der)
    // The caller throws.
    if (lists.length > MAX_LISTS) return lists
    at = end + END.length
  }
  if (lists.length === 0) return findFault(source, text)
  return areWholeLines(`${text.cut(at, source.length)}\n`) ? lists : 'not_only_lists'
}

/** Says what a source without any list is. Bytes come from a file already, so they aren't its name. */
function findFault(source: string | Uint8Array, text: Text): PemFault {
  if (text.cut(0, source.length).trim() === '') return 'empty'
  if (text.find('-----BEGIN CERTIFICATE-----', 0) !== -1) return 'certificate'
  return typeof source === 'string' && looksLikeFileName(source) ? 'file_name' : 'not_only_lists'
}

/** PEM as a string or as bytes, which aren't turned into one large string. */
interface Text {
  find: (wanted: string, from: number) => number
  cut: (start: number, end: number) => string
}

function toText(source: string | Uint8Array): Text {
  if (typeof source === 'string')
    return {
      find: (wanted, from) => source.indexOf(wanted, from),
      cut: (start, end) => source.slice(start, end),
    }
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength)
  return {
    find: (wanted, from) => bytes.indexOf(wanted, from, 'latin1'),
    cut: (start, end) => bytes.toString('latin1', start, end),
  }
}

/** Whether text outside of blocks doesn't share a line with one, and has nothing that looks like one. */
function areWholeLines(text: string): boolean {
  return /^[\r\n]/.test(text) && text.endsWith('\n') && !text.includes('-----')
}

/** The characters of base64 that are decoded in one slice. They take longer than bytes of DER. */
const STEP = SLICE.bytes / 4
const WHITESPACE = /[\r\n]/g

function* decodeBody(text: Text, start: number, end: number): Sliced<Buffer | undefined> {
  if (!/[\r\n]/.test(text.cut(start, start + 1))) return undefined
  // Four characters are three bytes at most.
  const bytes = Buffer.allocUnsafeSlow(Math.ceil(((end - start) * 3) / 4))
  let length = 0
  let rest = ''
  for (let at = start; at < end; at += STEP) {
    if (at > start) yield
    const digits = rest + text.cut(at, Math.min(at + STEP, end)).replace(WHITESPACE, '')
    const isLast = at + STEP >= end
    const whole = isLast ? digits.length : digits.length - (digits.length % 4)
    rest = digits.slice(whole)
    if (whole === 0) continue
    const part = decodeBase64(digits.slice(0, whole))
    // Padding is only at the end of the last part.
    if (part === undefined || (!isLast && digits[whole - 1] === '=')) return undefined
    bytes.set(part, length)
    length += part.length
  }
  return length === 0 ? undefined : bytes.subarray(0, length)
}
