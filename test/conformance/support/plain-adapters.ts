import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { Passport } from 'passport'
import type { ExtractorOptions } from '../../../src/extractor/index.js'
import { Strategy } from '../../../src/index.js'
import {
  CertificateRejectedError,
  clientCertificateAuth,
  type ClientCertRequest,
} from '../../../src/middleware.js'
import { describeClient, type Log } from './adapter.js'
import { toFunction } from './express-adapters.js'
import type { MakeApp } from './servers.js'

/**
 * The middleware on Node's own servers. The error that it passes on has the reason if there are no
 * hooks.
 */
export const makePlainApp: MakeApp = (options, log) => {
  const guard = clientCertificateAuth(() => true, options)
  const listener = (req: ClientCertRequest, res: ServerResponse): void => {
    guard(req, res, (error) => {
      const { clientCertificate: cert } = req
      if (error === undefined && cert !== undefined) {
        log.note(null)
        res.end(JSON.stringify(describeClient(cert)))
      } else {
        const isRefusal = error instanceof CertificateRejectedError
        log.note(isRefusal ? error.reason : String(error))
        res.statusCode = isRefusal ? error.status : 500
        res.end(String(error))
      }
    })
  }
  return { listener, invoke: toFunction(listener) }
}

/** The return type of `passport.authenticate()`, without Express's types. */
type Middleware = (req: unknown, res: unknown, next: (error?: unknown) => void) => void

export function makeHttp2Listener(options: ExtractorOptions, log: Log) {
  const strategy = new Strategy<IncomingMessage>({ ...options, ...log.hooks }, (cert) => ({
    path: describeClient(cert),
  }))
  const passport = new Passport().use(strategy)
  const guard = passport.authenticate('client-cert', { session: false }) as Middleware
  return (req: Http2ServerRequest & { user?: { path?: unknown } }, res: Http2ServerResponse) => {
    guard(req, res, (error) => {
      if (error !== undefined) res.statusCode = 500
      res.end(JSON.stringify(error ?? req.user?.path))
    })
  }
}
