import { type Arguments, UsageError } from './command.js'
import type { Validity } from '../certificate/fields.js'
import { quoteStart } from './input.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 365.25 * DAY_MS

/** The longest unit of which there are at least two, so that rounding down changes little. */
const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['year', YEAR_MS],
  ['day', DAY_MS],
  ['hour', HOUR_MS],
  ['minute', MINUTE_MS],
]

/** A length of time in words, rounded down, such as `27 days`. */
export function formatSpan(spanMs: number): string {
  const [name, ms] = UNITS.find(([, unit]) => spanMs >= 2 * unit) ?? ['minute', MINUTE_MS]
  const count = Math.floor(spanMs / ms)
  return `${count} ${name}${count === 1 ? '' : 's'}`
}

export function formatDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10)
}

/** A time without milliseconds, as certificates have it. */
export function formatTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z')
}

/** @param now - milliseconds since the epoch */
export function describeValidity({ notBeforeMs, notAfterMs }: Validity, now: number): string {
  const period = `${formatDay(notBeforeMs)} to ${formatDay(notAfterMs)}`
  if (notAfterMs < notBeforeMs) return `never valid, because it ends before it begins (${period})`
  if (now < notBeforeMs) {
    return `not valid before ${formatDay(notBeforeMs)}, in ${formatSpan(notBeforeMs - now)}`
  }
  return now <= notAfterMs
    ? `valid until ${formatDay(notAfterMs)}, ${formatSpan(notAfterMs - now)} left`
    : `expired on ${formatDay(notAfterMs)}, ${formatSpan(now - notAfterMs)} ago`
}

/**
 * Reads the option `--at`.
 *
 * @returns milliseconds since the epoch: the current time without the option
 * @throws UsageError
 */
export function readAt(at: Arguments['values'][string]): number {
  if (typeof at !== 'string') return Date.now()
  // Date.parse() also reads '1', and dates without a time zone in that of the computer.
  const isDate = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?Z)?$/.test(at)
  const time = isDate ? Date.parse(at) : NaN
  if (!Number.isNaN(time)) return time
  throw new UsageError(
    `--at needs a date such as 2027-01-31 or 2027-01-31T12:00:00Z, not ${quoteStart(at)}`,
  )
}
