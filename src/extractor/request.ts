import { trace } from '../util/trace.js'

/**
 * What an extractor reads of a request. Node's `http.IncomingMessage` and
 * `http2.Http2ServerRequest`, and so every framework's request, have this shape.
 */
export interface RequestLike {
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>
  readonly rawHeaders?: readonly string[]
  readonly socket?: unknown
}

/**
 * Node's own request, where a framework gives out one that is made after it: Fastify calls it `raw`,
 * Koa `req`. Nothing where there is no other.
 */
export function nodeRequestOf(request: RequestLike): RequestLike | undefined {
  const { raw, req } = request as { raw?: unknown; req?: unknown }
  const original = raw ?? req
  return typeof original === 'object' && original !== null ? original : undefined
}

/** Every line as it came; nothing where that is not known. */
function readRawHeaders(request: RequestLike): readonly unknown[] | undefined {
  const lines: unknown = request.rawHeaders ?? nodeRequestOf(request)?.rawHeaders
  // Empty where an adapter, such as serverless-http, knows the headers only.
  return Array.isArray(lines) && lines.length > 0 ? lines : undefined
}

/**
 * The value of a header field that was sent on exactly one line: `null` when it was not sent,
 * `undefined` when it was sent in a way that is not to be read.
 *
 * Node joins repeated lines with `, ` and drops some, so a forged line beside the proxy's genuine
 * one shows only in `rawHeaders`. The value itself comes from `headers`, where the application may
 * have replaced or deleted it.
 *
 * @param name - lower case
 * @param repeatable - whether several lines are one list (RFC 9110 5.3)
 */
export function readField(
  request: RequestLike,
  name: string,
  repeatable = false,
): string | null | undefined {
  const { headers } = request
  if (!repeatable && countLines(readRawHeaders(request) ?? [], name) > 1) {
    trace('header %s was sent more than once', name)
    return undefined
  }
  // Own properties only: a field may be named like a member of Object.prototype.
  if (headers === undefined || !Object.hasOwn(headers, name)) {
    trace('header %s was not sent', name)
    return null
  }
  const value = headers[name]
  if (typeof value === 'string') return value
  trace('header %s is no text', name)
  return undefined
}

/**
 * Which of the named fields somebody tried to pass in disguise or to have stripped, if any: a name
 * that differs only in `_` and `-`, which gateways that turn names into variables cannot tell
 * apart, or a `Connection` header that names it, which makes some proxies drop it.
 *
 * @param names - lower case
 */
export function findSuspectHeader(
  request: RequestLike,
  names: readonly string[],
): string | undefined {
  const lines = listLines(request)
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const field = String(lines[index])
    const tampered = isConnection(field)
      ? findToken(String(lines[index + 1]), names)
      : findAlias(field, names)
    if (tampered === undefined) continue
    trace('header %s must not name or resemble %s', field.toLowerCase(), tampered)
    return tampered
  }
  return undefined
}

/** Names and values in turn, as in `rawHeaders`. */
function listLines(request: RequestLike): readonly unknown[] {
  return readRawHeaders(request) ?? Object.entries(request.headers ?? {}).flat()
}

function isConnection(field: string): boolean {
  return field.length === 'connection'.length && field.toLowerCase() === 'connection'
}

function findAlias(field: string, names: readonly string[]): string | undefined {
  // Lengths first: they tell nearly all fields apart, and every request has a dozen of them.
  return names.find((name) => name.length === field.length && isAlias(field.toLowerCase(), name))
}

function isAlias(field: string, name: string): boolean {
  return field !== name && field.replaceAll('_', '-') === name.replaceAll('_', '-')
}

function findToken(list: string, names: readonly string[]): string | undefined {
  const tokens = list.toLowerCase().split(',')
  return names.find((name) => tokens.some((token) => token.trim() === name))
}

function countLines(rawHeaders: readonly unknown[], name: string): number {
  let lines = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const field = rawHeaders[index]
    if (typeof field === 'string' && field.length === name.length && field.toLowerCase() === name) {
      lines += 1
    }
  }
  return lines
}
