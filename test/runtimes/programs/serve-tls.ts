// Direct TLS, with the server that the first argument names. Reads the key, certificate and CAs as
// JSON from standard input. Writes the port and the result of reloadable() as JSON.
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { text } from 'node:stream/consumers'
import tls from 'node:tls'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import passport from 'passport'
import { Strategy } from 'passport-client-certificate-auth'
import { createExtractor } from 'passport-client-certificate-auth/extractor'
import {
  mtlsServerOptions,
  type MtlsServerOptions,
  reloadable,
  type ReloadableServer,
} from 'passport-client-certificate-auth/server'
import { describeCertificate } from './certificates.ts'

interface Material extends MtlsServerOptions {
  /** The CAs that a reload replaces the first ones with. */
  readonly nextCa: string
}

const { nextCa, ...material } = JSON.parse(await text(process.stdin)) as Material
const options = mtlsServerOptions({ ...material, rejectUnauthorized: false })

passport.use(new Strategy((cert) => ({ name: cert.subject.CN })))
const app = express()
const authenticate: RequestHandler = (req, res, next) => {
  const answer = (error: unknown, user: unknown, info: { reason?: string } | undefined): void => {
    const { clientCertificate: cert } = req
    if (error) next(error)
    else if (user && cert) res.json(describeCertificate(cert))
    else res.status(401).json({ reason: info?.reason })
  }
  ;(passport.authenticate('client-cert', answer) as RequestHandler)(req, res, next)
}
const explain: ErrorRequestHandler = (
  { code, message }: Record<string, string>,
  _req,
  res,
  next,
) => {
  if (res.headersSent) next()
  else res.status(500).json({ code, message })
}
app.get('/', authenticate, explain)

const extract = createExtractor()

function createServer(kind: string | undefined): Server {
  if (kind === 'https') return https.createServer(options, app)
  if (kind === 'tls') {
    const server = http.createServer(app)
    return tls.createServer(options, (socket) => server.emit('connection', socket))
  }
  return http2.createSecureServer({ ...options, allowHTTP1: true }, (req, res) => {
    const { certificate, reason } = extract(req)
    res.statusCode = certificate === null ? 401 : 200
    res.end(JSON.stringify(certificate === null ? { reason } : describeCertificate(certificate)))
  })
}

const server = createServer(process.argv[2])

function tryReloadable(): string | (() => Promise<void>) {
  try {
    return reloadable(server as unknown as ReloadableServer, () => ({ ...material, ca: nextCa }))
  } catch (error) {
    return (error as Error).message
  }
}

const reload = tryReloadable()
app.get('/reload', async (_req, res) => {
  if (typeof reload === 'function') await reload()
  res.json({})
})

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(JSON.stringify({ port, reloadable: typeof reload === 'string' ? reload : 'made' }))
})
