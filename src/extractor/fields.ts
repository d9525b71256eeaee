import { hasReachedLineLimit } from './line-limit.js'
import { readRawHeaders, type RequestLike } from './request.js'
import type { TamperingDetail } from './result.js'

/** The value of a field that was sent, but on several lines, or with a value that isn't a string. */
export const UNREADABLE: unique symbol = Symbol('unreadable')

/** `undefined`: the field was not sent. */
export type FieldValue = string | typeof UNREADABLE | undefined

/** The header fields of a request, after one pass over its header lines. */
export interface Fields {
  readonly headers: RequestLike['headers']
  /** Names of the fields that were sent on several lines. */
  readonly repeated: ReadonlySet<string>
  /** The first line that tampers with one of the fields, if there is one. */
  readonly suspect: SuspectLine | undefined
}

/**
 * A line by which a client passes a field in disguise or has the proxy's own dropped: its name differs
 * from the field's only in `_` and `-`, which gateways that turn names into variables cannot tell
 * apart, or it is a `Connection` line that lists the field, so that some proxies remove the field.
 */
export interface SuspectLine {
  readonly detail: TamperingDetail
  /** As it was sent. */
  readonly line: string
  /** The field that it tampers with. */
  readonly name: string
}

/**
 * Looks up the named fields of a request, unless it has so many header lines that Node may have
 * dropped some of them.
 *
 * @param names - lower case
 */
export function openFields(
  request: RequestLike,
  names: readonly string[],
): Fields | 'too_many_headers' {
  return hasReachedLineLimit(request) ? 'too_many_headers' : collectFields(request, names)
}

/** Like {@link openFields}, but accepts any number of lines. */
export function collectFields(request: RequestLike, names: readonly string[]): Fields {
  const { headers } = request
  const rawHeaders = readRawHeaders(request)
  const lines = rawHeaders ?? Object.entries(headers ?? {}).flat()
  const sent = new Set<string>()
  const repeated = new Set<string>()
  let suspect: SuspectLine | undefined
  for (let at = 0; at < lines.length; at += 2) {
    const line = String(lines[at])
    for (const name of names) {
      if (isSameName(line, name)) (sent.has(name) ? repeated : sent).add(name)
    }
    if (at + 1 < lines.length) suspect ??= findSuspect(line, lines[at + 1], names)
  }
  // `headers` alone doesn't show how many lines there were.
  return { headers, repeated: rawHeaders === undefined ? new Set() : repeated, suspect }
}

/**
 * The value of a field that was sent on exactly one line.
 *
 * Node joins repeated lines with `, ` and drops some, so only `rawHeaders` shows a forged line beside
 * the proxy's genuine one. The value comes from `headers`, because the application may have replaced
 * or deleted it there.
 *
 * @param isRepeatable - whether several lines are one list (RFC 9110 5.3)
 */
export function readField(
  { headers, repeated }: Fields,
  name: string,
  isRepeatable = false,
): FieldValue {
  if (!isRepeatable && repeated.has(name)) return UNREADABLE
  try {
    // Own properties only: a field may be named like a member of Object.prototype.
    if (headers === undefined || !Object.hasOwn(headers, name)) return undefined
    const value = headers[name]
    return typeof value === 'string' ? value : UNREADABLE
  } catch {
    return UNREADABLE
  }
}

/** Tells why a field is {@link UNREADABLE}: it was sent on several lines, or the request object is odd. */
export function explainUnreadable(
  { headers, repeated }: Fields,
  name: string,
): 'sent_more_than_once' | 'not_sent' {
  try {
    const isRepeated = repeated.has(name) || Array.isArray(headers?.[name])
    return isRepeated ? 'sent_more_than_once' : 'not_sent'
  } catch {
    return 'not_sent'
  }
}

function findSuspect(
  line: string,
  value: unknown,
  names: readonly string[],
): SuspectLine | undefined {
  if (isSameName(line, 'connection')) return findListed(line, String(value), names)
  for (const name of names) {
    if (isAlias(line, name)) return { detail: 'lookalike_header', line, name }
  }
  return undefined
}

// Lengths first: they tell nearly all lines apart, and every request has a dozen of them.
function isSameName(line: string, name: string): boolean {
  return line.length === name.length && line.toLowerCase() === name
}

function isAlias(line: string, name: string): boolean {
  if (line.length !== name.length) return false
  const field = line.toLowerCase()
  return field !== name && field.replaceAll('_', '-') === name.replaceAll('_', '-')
}

function findListed(line: string, list: string, names: readonly string[]): SuspectLine | undefined {
  const tokens = list.toLowerCase().split(',')
  const name = names.find((name) => tokens.some((token) => token.trim() === name))
  return name === undefined ? undefined : { detail: 'named_in_connection', line, name }
}
