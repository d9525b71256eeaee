import type { IncomingMessage, RequestListener } from 'node:http'
import https, { type ServerOptions } from 'node:https'
import { Strategy, type StrategyOptions, type VerifyFunction } from '../../../src/index.js'
import { guardedApp } from '../../support/apps.js'
import { listen } from '../../support/servers.js'
import { tlsSocketOf } from '../../support/tls-visit.js'

/** What Node says of the connection of one request, before the strategy has decided. */
export interface Seen {
  authorized: boolean
  authorizationError: unknown
  cn: unknown
}

export interface Guarded {
  listener: RequestListener
  /** One entry per decision: the common name that was let in, or the reason of a refusal. */
  log: string[]
  seen: Seen[]
}

/** An app behind Passport and a real strategy that keeps an audit log. */
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
