// Runs in its own process: one server for each application.
import { once } from 'node:events'
import http, { type RequestListener, type Server } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { Passport, type Strategy } from 'passport'
import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
import { answerWith } from '../support/child.js'
import type { Issued } from '../../test/support/pki.js'
import { CERTIFICATE_HEADER } from '../support/requests.js'
import { type Authenticator, floor, olderPackage, thisPackage } from '../support/strategies.js'

export const APPS = {
  'https, no authentication': null,
  'https, Passport alone': 'floor',
  'https, passport-client-cert': 'older',
  'https, this package': 'socket',
  'http, no authentication': null,
  'http, Passport alone': 'floor',
  'http, this package': 'header',
} as const

export type AppName = keyof typeof APPS

export interface ServerQuestion {
  readonly server: Issued
  readonly ca: readonly string[]
  /** The fingerprint of the client's certificate. */
  readonly user: string
}

/** The URLs of the applications. */
export type ServerAnswer = Record<AppName, string>

answerWith(async ({ server, ca, user }: ServerQuestion): Promise<ServerAnswer> => {
  const tls = mtlsServerOptions({ key: server.key, cert: server.cert, ca: [...ca] })
  const urls: Partial<ServerAnswer> = {}
  for (const name of Object.keys(APPS) as AppName[]) {
    const app = createApp(toStrategy(APPS[name], user), user)
    const isSecure = name.startsWith('https')
    const origin = isSecure ? 'https' : 'http'
    const port = await listen(isSecure ? https.createServer(tls, app) : http.createServer(app))
    urls[name] = `${origin}://127.0.0.1:${port}/`
  }
  return urls as ServerAnswer
})

function toStrategy(kind: (typeof APPS)[AppName], user: string): Authenticator | null {
  switch (kind) {
    case 'floor':
      return floor(user)
    case 'older':
      return olderPackage()
    case 'socket':
      return thisPackage()
    case 'header':
      return thisPackage({
        certificateHeader: CERTIFICATE_HEADER,
        headerEncoding: 'url-pem',
        trustedProxies: 'loopback',
      })
    case null:
      return null
  }
}

/**
 * Every application answers with the user. Without authentication, the application uses this user.
 */
function createApp(strategy: Authenticator | null, user: string): RequestListener {
  const app = express()
  if (strategy === null) {
    app.get('/', (_req, res) => {
      res.json(user)
    })
    return app as RequestListener
  }
  const passport = new Passport()
  passport.use(strategy as unknown as Strategy)
  const guard = passport.authenticate(strategy.name, { session: false }) as express.RequestHandler
  app.get('/', guard, (req, res) => {
    res.json(req.user)
  })
  return app as RequestListener
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
