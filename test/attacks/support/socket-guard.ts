import type { IncomingMessage, RequestListener } from 'node:http'
import https, { type ServerOptions } from 'node:https'
import { setImmediate } from 'node:timers/promises'
import type { PeerCertificate, TLSSocket } from 'node:tls'
import { Strategy, type StrategyOptions, type VerifyFunction } from '../../../src/index.js'
import { guardedApp } from '../../support/apps.js'
import { listen } from '../../support/servers.js'
import { tlsSocketOf } from '../../support/tls-visit.js'

/** The things that Node says about the connection of a request, before the strategy has decided. */
export interface Seen {
  authorized: boolean
  authorizationError: unknown
  cn: unknown
}

export interface Guarded {
  listener: RequestListener
  /** One entry per decision: `accepted` with the common name, or the reason for the rejection. */
  log: string[]
  seen: Seen[]
}

/** An Express app behind Passport and the strategy, with an audit log. */
export function guarded(
  options: StrategyOptions = {},
  verify: VerifyFunction = (cert) => ({ cn: cert.subject.CN }),
): Guarded {
  const log: string[] = []
  const seen: Seen[] = []
  const strategy = new Strategy(
    {
      ...options,
      onAuthenticated: (cert) => log.push(`accepted ${String(cert.subject.CN)}`),
      onRejected: (_cert, _req, reason) => log.push(reason),
    },
    verify,
  )
  const app = guardedApp(strategy)
  const listener: RequestListener = (req, res) => {
    seen.push(lookAt(req))
    app(req, res)
  }
  return { listener, log, seen }
}

function lookAt(req: IncomingMessage): Seen {
  const socket = tlsSocketOf(req)
  const { subject } = socket.getPeerCertificate() as { subject?: { CN?: unknown } }
  const { authorized, authorizationError } = socket
  return { authorized, authorizationError, cn: subject?.CN }
}

export async function startGuarded(
  tlsOptions: ServerOptions,
  app: Guarded = guarded(),
): Promise<Guarded & { port: number }> {
  const { port } = await listen(https.createServer(tlsOptions, app.listener))
  return { ...app, port }
}

/** Makes a request wait in front of an app, as a session store or a database would. */
export function holdRequest(app: Guarded) {
  let held: (() => void) | undefined
  let socket: TLSSocket | undefined
  const listener: RequestListener = (req, res) => {
    socket = tlsSocketOf(req)
    held = () => {
      app.listener(req, res)
    }
  }
  /** Resolves to the request's connection as soon as Node shows the certificate of this client. */
  const until = (cn: string): Promise<TLSSocket> =>
    poll(`a connection that shows the certificate of ${cn}`, () => {
      const shown = socket?.getPeerCertificate() as Partial<PeerCertificate> | undefined
      return shown?.subject?.CN === cn ? socket : undefined
    })
  /** Passes the request on to the app, and resolves once the strategy has decided. */
  async function release(): Promise<void> {
    held?.()
    await poll('a decision', () => app.log[0])
  }
  return { listener, until, release }
}

/** Long enough on any machine. It only gives a hang a name. */
const HAPPENS_WITHIN_MS = 60_000

async function poll<Value>(name: string, look: () => Value | undefined): Promise<Value> {
  const deadline = performance.now() + HAPPENS_WITHIN_MS
  while (performance.now() < deadline) {
    const value = look()
    if (value !== undefined) return value
    await setImmediate()
  }
  throw new Error(`Waited ${HAPPENS_WITHIN_MS} ms for ${name}`)
}
