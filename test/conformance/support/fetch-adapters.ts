import type { IncomingMessage, RequestListener } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono } from 'hono'
import { createFetchExtractor, type FetchOptions } from '../../../src/fetch.js'
import { answerWith } from './adapter.js'
import type { MakeApp } from './servers.js'

export const makeHonoApp: MakeApp = (options, log) => {
  const extract = createFetchExtractor(options as FetchOptions)
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.get('/', (c) => {
    const result = extract(c.req.raw, getConnInfo(c).remote.address ?? null)
    const { status, body } = answerWith(result, log)
    return c.body(body, status === 200 ? 200 : 401)
  })
  const listen = getRequestListener(app.fetch)
  return { listener: (req, res) => void listen(req, res) }
}

/** The Fetch entry, with a `Request` that is made from the request of a Node server. */
export const makeRequestApp: MakeApp = (options, log) => {
  const extract = createFetchExtractor(options as FetchOptions)
  const listener: RequestListener = (req, res) => {
    const result = extract(toRequest(req), req.socket.remoteAddress ?? null)
    const { status, body } = answerWith(result, log)
    res.writeHead(status).end(body)
  }
  return { listener }
}

function toRequest({ rawHeaders }: IncomingMessage): Request {
  const headers = new Headers()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at] as string, rawHeaders[at + 1] as string)
  }
  return new Request('http://localhost/', { headers })
}
