import { createRequire } from 'node:module'
import type { ServerOptions } from 'node:https'
import type { RequestHandler } from 'express'
import { Passport } from 'passport'
import { Strategy } from '../../../src/index.js'
import { type MtlsServerOptions, mtlsServerOptions } from '../../../src/server/index.js'

// passport-client-cert ships types that need those of Express 4, and client-certificate-auth none.
const require = createRequire(import.meta.url)
const passportClientCert = require('passport-client-cert') as {
  Strategy: new (verify: Verify) => { name: string }
}
const clientCertificateAuth = require('client-certificate-auth') as (
  check:
    | ((cert: Certificate) => unknown)
    | ((cert: Certificate, done: (isAllowed: boolean) => void) => void),
) => RequestHandler

export interface Certificate {
  readonly subject: { readonly CN?: unknown }
}

/** What each package lets an application decide with: by the callback, or by what it returns. */
export type Verify = (
  cert: Certificate,
  done: (error: unknown, user?: object | false | null, info?: unknown) => void,
) => unknown

export interface Contestant {
  readonly title: string
  /** The verify function of an application that calls `done`. */
  readonly guard: (verify: Verify) => RequestHandler
  /** The verify function of an application that returns its decision, and knows no `done`. */
  readonly guardReturning: (verify: (cert: Certificate) => unknown) => RequestHandler
  /** The TLS options of a server, completed by what the package has for that. */
  readonly serverOptions: (material: MtlsServerOptions) => ServerOptions
}

/** Both older packages leave the rest to Node. */
const plain = (material: MtlsServerOptions): ServerOptions => ({ ...material, requestCert: true })

/** The instance itself: a name makes Passport run it on an object of its own. */
function authenticate(strategy: object): RequestHandler {
  return new Passport().authenticate(strategy as never, { session: false }) as RequestHandler
}

export const CONTESTANTS: readonly Contestant[] = [
  {
    title: 'passport-client-cert 2.1.0',
    guard: (verify) => authenticate(new passportClientCert.Strategy(verify)),
    guardReturning: (verify) => authenticate(new passportClientCert.Strategy(verify)),
    serverOptions: plain,
  },
  {
    title: 'client-certificate-auth 0.3.0',
    guard: (verify) =>
      clientCertificateAuth((cert, done) => {
        verify(cert, (error, user) => done(!error && Boolean(user)))
      }),
    guardReturning: (verify) => clientCertificateAuth((cert: Certificate) => verify(cert)),
    serverOptions: plain,
  },
  {
    title: 'this package',
    guard: (verify) => authenticate(new Strategy(verify)),
    guardReturning: (verify) => authenticate(new Strategy((cert) => verify(cert))),
    serverOptions: mtlsServerOptions,
  },
]
