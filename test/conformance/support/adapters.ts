import type { CaseRequest } from './corpus-case.js'
import type { Adapter } from './adapter.js'
import { makeExpress4App, makeMiddlewareApp, makeStrategyApp } from './express-adapters.js'
import { makeHonoApp, makeRequestApp } from './fetch-adapters.js'
import { makeFastifyApp, makeKoaApp } from './framework-adapters.js'
import { openLambda } from './lambda-adapter.js'
import { makeNestApp } from './nest-adapter.js'
import { makeHttp2Listener, makePlainApp } from './plain-adapters.js'
import { type MakeApp, openApp, openHttp2 } from './servers.js'
import { openWebSocket } from './websocket-adapter.js'

type Cannot = Adapter['cannot']

/** An adapter for an application that runs both on a server and in a Lambda function. */
function appAdapter(makeApp: MakeApp, cannot: Cannot = () => undefined): Adapter {
  return { cannot, open: (options) => openApp(makeApp, options) }
}

function noEvents(why: string): Cannot {
  return ({ over }) => (over === 'lambda' ? why : undefined)
}

const fetchCannot: Cannot = ({ over }, options) => {
  if (over === 'lambda' || options.certificateSource === 'api-gateway') {
    return 'a Request has no event'
  }
  const { certificateSource: source, certificateHeader: header, trustedProxies } = options
  if (trustedProxies === 'unix') return "a Request doesn't show its connection"
  if (source === undefined && header === undefined) return 'a Request has no socket'
  if (options.fallbackToSocket === true) return 'a Request has no socket to fall back to'
  return over === 'tls' ? "a Request doesn't show the peer's certificate" : undefined
}

const http2Cannot: Cannot = (request) => {
  if (request.over === 'lambda') return "API Gateway doesn't send HTTP/2 requests"
  return hasConnection(request) ? 'HTTP/2 has no Connection header (RFC 9113 8.2.2)' : undefined
}

function hasConnection(request: Exclude<CaseRequest, { over: 'lambda' }>): boolean {
  return request.lines.some(([name]) => name.toLowerCase() === 'connection')
}

export const ADAPTERS = {
  'strategy with Express': appAdapter(makeStrategyApp),
  'strategy with Express 4': appAdapter(makeExpress4App),
  'middleware with Express': appAdapter(makeMiddlewareApp),
  'middleware without framework': appAdapter(makePlainApp),
  'Fetch with Hono': appAdapter(makeHonoApp, fetchCannot),
  'Fetch with a Request': appAdapter(makeRequestApp, fetchCannot),
  'Lambda function': {
    cannot: ({ over }) => (over === 'lambda' ? undefined : 'a Lambda function only gets events'),
    open: openLambda,
  },
  Koa: appAdapter(makeKoaApp),
  Fastify: appAdapter(makeFastifyApp),
  NestJS: appAdapter(makeNestApp),
  'HTTP/2': { cannot: http2Cannot, open: (options) => openHttp2(makeHttp2Listener, options) },
  'WebSocket upgrade': {
    cannot: noEvents('API Gateway turns WebSocket connections into other events'),
    open: openWebSocket,
  },
} as const satisfies Record<string, Adapter>

export type AdapterName = keyof typeof ADAPTERS

export const ADAPTER_NAMES = Object.keys(ADAPTERS) as AdapterName[]
