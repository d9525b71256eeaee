// Runs one server with one application, in a separate process, and reports the processor time of the process.
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { Passport, type Strategy } from 'passport'
import { clientCertificateAuth } from 'passport-client-certificate-auth/middleware'
import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
import type { Issued } from '../../test/support/pki.js'
import { answerWith } from '../support/child.js'
import { type Authenticator, floor, thisPackage } from '../support/strategies.js'

const USER = 'user'

/** The handlers in front of the route. */
const GUARDS: Readonly<Record<string, () => express.RequestHandler>> = {
  'a strategy that does nothing': () => guardWith(floor(USER)),
  'this strategy': () => guardWith(thisPackage()),
  'a middleware that does nothing': () => (_req, _res, next) => {
    next()
  },
  'this middleware': () => clientCertificateAuth(() => true) as express.RequestHandler,
}

export type CpuTimeQuestion =
  | { readonly start: string; readonly server: Issued; readonly ca: readonly string[] }
  | { readonly start: null }

export interface CpuTimeAnswer {
  readonly port: number
  /** The processor time of this process since it began. */
  readonly cpuMicroseconds: number
}

let port = 0

answerWith(async (question: CpuTimeQuestion): Promise<CpuTimeAnswer> => {
  if (question.start !== null) port = await listen(question)
  const { user, system } = process.cpuUsage()
  return { port, cpuMicroseconds: user + system }
})

async function listen({
  start,
  server: { key, cert },
  ca,
}: Extract<CpuTimeQuestion, { start: string }>): Promise<number> {
  const makeGuard = GUARDS[start]
  if (makeGuard === undefined) throw new Error(`Unknown guard: ${start}`)
  const app = express().get('/', makeGuard(), (_req, res) => {
    res.end(USER)
  })
  const options = mtlsServerOptions({ key, cert, ca: [...ca] })
  const server = https.createServer(options, app as RequestListener)
  // The connections stay open while the other servers have their turn.
  server.keepAliveTimeout = 0
  server.headersTimeout = 0
  server.requestTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function guardWith(strategy: Authenticator): express.RequestHandler {
  const passport = new Passport()
  passport.use(strategy as unknown as Strategy)
  return passport.authenticate(strategy.name, { session: false }) as express.RequestHandler
}
