import type { RequestListener } from 'node:http'
import https, { type ServerOptions } from 'node:https'
import { setImmediate } from 'node:timers/promises'
import express from 'express'
import { testPki } from '../../support/pki.js'
import { getHttps, listen } from '../../support/servers.js'
import { unhandledRejections } from '../../support/unhandled.js'

/** What an attack came to. */
export type Outcome = 'refused' | 'got in' | 'hangs' | 'crashes' | 'answers 500'

export interface App {
  port: number
  /** Whether anybody has got behind the guard. */
  entered: () => boolean
}

const HANGS_MS = 1500

export async function startApp(
  guard: express.RequestHandler,
  options: ServerOptions,
): Promise<App> {
  let entries = 0
  const app = express()
  app.use(guard)
  app.get('/', (_req, res) => {
    entries += 1
    res.send('welcome')
  })
  app.use(((error: { status?: number } | undefined, _req, res, _next) => {
    if (!res.headersSent) res.status(error?.status ?? 500).end()
  }) as express.ErrorRequestHandler)
  const { port } = await listen(https.createServer(options, app as RequestListener))
  return { port, entered: () => entries > 0 }
}

/** `null` and `refused`: the connection was ended instead of answered. */
export function outcomeOf(status: number | 'refused' | null): Outcome {
  if (status === 'refused' || status === null || status === 401) return 'refused'
  if (status === 200) return 'got in'
  if (status === 500) return 'answers 500'
  throw new Error(`Unexpected status ${status}`)
}

/** A request of a client that the authority has certified. */
export async function visitAs(who: 'rsa' | 'ec', port: number): Promise<Outcome> {
  const { key, cert } = (await testPki())[who]
  const signal = AbortSignal.timeout(HANGS_MS)
  const outcomes: Outcome[] = []
  const unhandled = await unhandledRejections(async () => {
    const answer = await getHttps(port, { key, cert, signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
    if (answer !== undefined) outcomes.push(outcomeOf(answer.status))
    await setImmediate()
  })
  if (outcomes.includes('got in')) return 'got in'
  // On which Node ends the process, unless it is told not to.
  return unhandled.length > 0 ? 'crashes' : (outcomes[0] ?? 'hangs')
}
