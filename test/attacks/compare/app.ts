import { EventEmitter, once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import https, { type ServerOptions } from 'node:https'
import { setImmediate } from 'node:timers/promises'
import type { PeerCertificate } from 'node:tls'
import express from 'express'
import { testPki } from '../../support/pki.js'
import { getHttps, listen } from '../../support/servers.js'
import { tlsSocketOf } from '../../support/tls-visit.js'
import { unhandledRejections } from '../../support/unhandled.js'

/** The result of an attack. */
export type Outcome = 'rejected' | 'accepted' | 'hangs' | 'crashes' | 'answers 500'

export interface App {
  port: number
  /** Whether any request has reached the route behind the guard. */
  entered: () => boolean
  /** Resolves to the response to a client as soon as its request has reached the guard. */
  arrivalOf: (cn: string) => Promise<ServerResponse>
}

/**
 * More turns of the event loop than any guard here needs for a decision, because the guards only
 * wait for promises and `setImmediate`. A request without an answer by then will never get one.
 */
const TURNS = 1000

export async function startApp(
  guard: express.RequestHandler,
  options: ServerOptions,
): Promise<App> {
  let entries = 0
  const arrivals = new EventEmitter()
  const arrived = new Map<unknown, ServerResponse>()
  const app = express()
  app.use((req, res, next) => {
    const { subject } = tlsSocketOf(req).getPeerCertificate() as Partial<PeerCertificate>
    arrived.set(subject?.CN, res)
    next()
    arrivals.emit('arrival')
  })
  app.use(guard)
  app.get('/', (_req, res) => {
    entries += 1
    res.send('welcome')
  })
  app.use(((error: { status?: number } | undefined, _req, res, _next) => {
    if (!res.headersSent) res.status(error?.status ?? 500).end()
  }) as express.ErrorRequestHandler)
  const { port } = await listen(https.createServer(options, app as RequestListener))
  return {
    port,
    entered: () => entries > 0,
    async arrivalOf(cn) {
      for (;;) {
        const response = arrived.get(cn)
        if (response !== undefined) return response
        await once(arrivals, 'arrival')
      }
    },
  }
}

/** Gives the server all the turns that it needs without another event. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await setImmediate()
}

/** `null` and `refused` mean that the connection ended without an answer. */
export function outcomeOf(status: number | 'refused' | null): Outcome {
  if (status === 'refused' || status === null || status === 401) return 'rejected'
  if (status === 200) return 'accepted'
  if (status === 500) return 'answers 500'
  throw new Error(`Unexpected status ${status}`)
}

/**
 * A request of a client with a certificate from the trusted CA.
 *
 * @param released - resolves when nothing holds back the decision any more
 */
export async function visitAs(
  who: 'rsa' | 'ec',
  { port, arrivalOf }: App,
  released: Promise<void> = Promise.resolve(),
): Promise<Outcome> {
  const { key, cert } = (await testPki())[who]
  const controller = new AbortController()
  const outcomes: Outcome[] = []
  const unhandled = await unhandledRejections(async () => {
    const answer = getHttps(port, { key, cert, signal: controller.signal }).then(
      ({ status }) => {
        outcomes.push(outcomeOf(status))
      },
      (error: unknown) => {
        if (!controller.signal.aborted) throw error
      },
    )
    const response = await Promise.race([arrivalOf(`${who}-client`), answer])
    await released
    await settle()
    if (response?.writableEnded === false) controller.abort()
    await answer
  })
  if (outcomes.includes('accepted')) return 'accepted'
  // By default, Node ends the process on an unhandled rejection.
  return unhandled.length > 0 ? 'crashes' : (outcomes[0] ?? 'hangs')
}
