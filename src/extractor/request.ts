/**
 * The members of a request that an extractor reads. Node's `http.IncomingMessage` and
 * `http2.Http2ServerRequest`, and so every framework's request, have this shape.
 */
export interface RequestLike {
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>
  readonly rawHeaders?: readonly string[]
  readonly socket?: unknown
}

/**
 * Node's own request, if a framework has wrapped it: Fastify calls it `raw`, Koa
 * `req`. `undefined` where the framework doesn't.
 */
export function nodeRequestOf(request: RequestLike): RequestLike | undefined {
  const { raw, req } = request as { raw?: unknown; req?: unknown }
  const original = raw ?? req
  return typeof original === 'object' && original !== null ? original : undefined
}

/** The names and values of all header lines in turn, as Node received them; `undefined` if unknown. */
export function readRawHeaders(request: RequestLike): readonly unknown[] | undefined {
  const lines: unknown = request.rawHeaders ?? nodeRequestOf(request)?.rawHeaders
  // Adapters such as serverless-http leave the list empty, because they only have `headers`.
  return Array.isArray(lines) && lines.length > 0 ? lines : undefined
}
