import { type Element, TAG } from './der.js'

/** `YY` or `YYYY`, month, day, hour and minute, optional seconds and fraction, then the time zone. */
const UTC_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:Z|([+-])(\d\d)(\d\d))$/
const GENERALIZED_TIME =
  /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(?:(\d\d)(?:\.\d{1,9})?)?(?:Z|([+-])(\d\d)(\d\d))$/
/** The patterns above match nothing longer. */
const MAX_LENGTH = 30

/**
 * Reads a date of a certificate (RFC 5280 4.1.2.5). That profile excludes times without seconds or with
 * an offset, but OpenSSL reads them, so they are read here as well.
 *
 * @returns milliseconds since the epoch; `undefined` when it isn't a date
 */
export function readTime(bytes: Uint8Array, { tag, start, end }: Element): number | undefined {
  if (end - start > MAX_LENGTH) return undefined
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
  if (tag === TAG.utcTime) return toTime(UTC_TIME.exec(text), 2)
  if (tag === TAG.generalizedTime) return toTime(GENERALIZED_TIME.exec(text), 4)
  return undefined
}

function toTime(parts: RegExpExecArray | null, yearDigits: 2 | 4): number | undefined {
  if (parts === null) return undefined
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  const [hour, minute, second] = [Number(parts[4]), Number(parts[5]), Number(parts[6] ?? 0)]
  if (hour > 23 || minute > 59 || second > 59) return undefined
  // Not Date.UTC(), which reads the years 0 to 99 as 1900 to 1999.
  const date = new Date(0)
  date.setUTCFullYear(yearDigits === 2 ? withCentury(year) : year, month - 1, day)
  // Date turns the 31st of a month with 30 days into the first of the next month.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  const offset = readOffset(parts)
  return offset === undefined ? undefined : date.setUTCHours(hour, minute, second) - offset
}

/** RFC 5280 4.1.2.5.1: two-digit years from 50 on belong to the 20th century. */
function withCentury(year: number): number {
  return year < 50 ? 2000 + year : 1900 + year
}

/** How far local time is ahead of UTC, in milliseconds; at most 12 hours and 59 minutes. */
function readOffset(parts: RegExpExecArray): number | undefined {
  const [sign, hours, minutes] = [parts[7], Number(parts[8] ?? 0), Number(parts[9] ?? 0)]
  if (hours > 12 || minutes > 59) return undefined
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000
}
