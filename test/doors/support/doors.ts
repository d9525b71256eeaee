import type { DoorRequest } from './corpus-case.js'
import type { Door } from './door.js'
import { makeExpress4App, makeMiddlewareApp, makeStrategyApp } from './express-doors.js'
import { makeHonoApp, makeRequestApp } from './fetch-doors.js'
import { makeFastifyApp, makeKoaApp } from './framework-doors.js'
import { openLambda } from './lambda-door.js'
import { makeNestApp } from './nest-door.js'
import { makeHttp2Listener, makePlainApp } from './plain-doors.js'
import { type MakeApp, openApp, openHttp2 } from './servers.js'
import { openWebSocket } from './websocket-door.js'

type Cannot = Door['cannot']

/** An application that servers and Lambda functions run alike. */
function appDoor(makeApp: MakeApp, cannot: Cannot = () => undefined): Door {
  return { cannot, open: (options) => openApp(makeApp, options) }
}

function noEvents(why: string): Cannot {
  return ({ over }) => (over === 'lambda' ? why : undefined)
}

const fetchCannot: Cannot = ({ over }, options) => {
  if (over === 'lambda' || options.certificateSource === 'api-gateway') {
    return 'a Request carries no event'
  }
  const { certificateSource: source, certificateHeader: header, trustedProxies } = options
  if (trustedProxies === 'unix') return 'a Request does not show its connection'
  if (source === undefined && header === undefined) return 'a Request has no socket'
  if (options.fallbackToSocket === true) return 'a Request has no socket to fall back to'
  return over === 'tls' ? "a Request does not show the peer's certificate" : undefined
}

const http2Cannot: Cannot = (request) => {
  if (request.over === 'lambda') return 'API Gateway makes no HTTP/2 request'
  return hasConnection(request) ? 'HTTP/2 has no Connection header (RFC 9113 8.2.2)' : undefined
}

function hasConnection(request: Exclude<DoorRequest, { over: 'lambda' }>): boolean {
  return request.lines.some(([name]) => name.toLowerCase() === 'connection')
}

/** Every place where the package is asked who a client is. */
export const DOORS = {
  'strategy with Express': appDoor(makeStrategyApp),
  'strategy with Express 4': appDoor(makeExpress4App),
  'middleware with Express': appDoor(makeMiddlewareApp),
  'middleware without framework': appDoor(makePlainApp),
  'Fetch with Hono': appDoor(makeHonoApp, fetchCannot),
  'Fetch with a Request': appDoor(makeRequestApp, fetchCannot),
  'Lambda function': {
    cannot: ({ over }) => (over === 'lambda' ? undefined : 'a function gets events only'),
    open: openLambda,
  },
  Koa: appDoor(makeKoaApp),
  Fastify: appDoor(makeFastifyApp),
  NestJS: appDoor(makeNestApp),
  'HTTP/2': { cannot: http2Cannot, open: (options) => openHttp2(makeHttp2Listener, options) },
  'WebSocket upgrade': {
    cannot: noEvents('API Gateway turns WebSockets into events of another kind'),
    open: openWebSocket,
  },
} as const satisfies Record<string, Door>

export type DoorName = keyof typeof DOORS

export const DOOR_NAMES = Object.keys(DOORS) as DoorName[]
