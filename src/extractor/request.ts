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
  const { headers, rawHeaders } = request
  if (!repeatable && Array.isArray(rawHeaders) && countLines(rawHeaders, name) > 1) return undefined
  // Own properties only: a field may be named like a member of Object.prototype.
  if (headers === undefined || !Object.hasOwn(headers, name)) return null
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
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
