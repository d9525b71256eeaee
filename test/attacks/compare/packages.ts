import { createRequire } from 'node:module'
import type { ServerOptions } from 'node:https'
import type { RequestHandler } from 'express'
import { Passport } from 'passport'
import { Strategy } from '../../../src/index.js'
import { type MtlsServerOptions, mtlsServerOptions } from '../../../src/server/index.js'

// The types of passport-client-cert need Express 4's, and client-certificate-auth has none.
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

/** An application's verify function: it decides with the callback, or with its return value. */
export type Verify = (
  cert: Certificate,
  done: (error: unknown, user?: object | false | null, info?: unknown) => void,
) => unknown

export interface Contestant {
  readonly title: string
  /** Takes the verify function of an application that calls `done`. */
  readonly guard: (verify: Verify) => RequestHandler
  /** Takes the verify function of an application that returns its decision, and has no `done`. */
  readonly guardReturning: (verify: (cert: Certificate) => unknown) => RequestHandler
  /** Adds the package's own TLS options for a server, if it has any. */
  readonly serverOptions: (material: MtlsServerOptions) => ServerOptions
}

/** Both older packages leave everything else to Node. */
const plain = (material: MtlsServerOptions): ServerOptions => ({ ...material, requestCert: true })

/**
 * Passes the instance itself. Given a name, Passport runs the strategy on an object that inherits
 * from it.
 */
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
