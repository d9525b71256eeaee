// Servers in their own process, because some certificates end it. Each line of the input has the
// settings of one server as JSON. The process answers with the server's port. The server answers
// each request with the results of its extractors.
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { createInterface } from 'node:readline'
import tls, { type TLSSocket } from 'node:tls'
import { Passport } from 'passport'
import {
  createExtractor,
  type ExtractionResult,
  type ExtractorOptions,
} from '../../../src/extractor/index.js'
import { Strategy } from '../../../src/index.js'
import { issuersOf } from './odd-keys-view.js'

export interface Settings {
  readonly protocol: 'http' | 'https' | 'http2' | 'tls'
  readonly tls: tls.TlsOptions
  /** The options of each extractor. Every extractor looks at every request, one after another. */
  readonly extractors: readonly ExtractorOptions[]
  /** Whether all extractors trust a client named `proxy` as a proxy. */
  readonly trustsProxy?: boolean
  /** Whether the answer also has the chain that Node itself shows after the extractors. */
  readonly showsNodesChain?: boolean
}

export interface Verdict {
  readonly reason: string | null
  readonly detail?: unknown
  readonly names: readonly string[]
  readonly fingerprints: readonly string[]
}

export interface Answer {
  readonly verdicts: readonly Verdict[]
  readonly own?: readonly string[]
}

type Guard = (req: unknown, res: unknown, next: (error?: unknown) => void) => void
type Look = (request: object, socket: TLSSocket) => Answer

function compile({ extractors: all, trustsProxy, showsNodesChain }: Settings): [Look, Guard] {
  const trust: ExtractorOptions =
    trustsProxy === true
      ? { trustedProxies: ({ certificate }) => certificate?.subject.CN === 'proxy' }
      : {}
  const extractors = all.map((options) => createExtractor({ ...options, ...trust }))
  const strategy = new Strategy({ ...all[0], ...trust }, (cert) => ({ cn: cert.subject.CN }))
  const passport = new Passport().use(strategy)
  const guard = passport.authenticate('client-cert', { session: false }) as unknown as Guard
  const look: Look = (request, socket) => {
    const verdicts = extractors.map((extract) => describe(extract(request)))
    if (showsNodesChain !== true) return { verdicts }
    const own = issuersOf(socket.getPeerCertificate(true)).map(nameOf)
    return { verdicts, own }
  }
  return [look, guard]
}

/** Older releases of Node have no subject for a certificate in whose subject they can't read a value. */
function nameOf({ subject }: { readonly subject?: { readonly CN?: unknown } }): string {
  return String(subject?.CN)
}

function describe(result: ExtractionResult): Verdict {
  const path = issuersOf(result.certificate)
  return {
    reason: result.reason,
    detail: (result as { detail?: unknown }).detail,
    names: path.map(nameOf),
    fingerprints: path.map(({ fingerprint256 }) => fingerprint256),
  }
}

interface Response {
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(): unknown
}

function createServer(settings: Settings): Server {
  const { protocol, tls: options } = settings
  const [look, guard] = compile(settings)
  const handle = (req: { socket: unknown }, res: Response): void => {
    // Passport ends the response to a rejected request itself, and keeps the headers that are set
    // before.
    res.setHeader('X-Answer', JSON.stringify(look(req, req.socket as TLSSocket)))
    guard(req, res, (error) => {
      if (error !== undefined && error !== null) res.statusCode = 500
      res.end()
    })
  }
  if (protocol === 'http') return http.createServer(handle as never)
  if (protocol === 'https') return https.createServer(options, handle as never)
  if (protocol === 'http2') return http2.createSecureServer(options, handle as never)
  return tls.createServer(options, (socket) => {
    socket.on('error', () => undefined)
    socket.end(JSON.stringify(look({ socket }, socket)))
  })
}

for await (const line of createInterface({ input: process.stdin })) {
  const server = createServer(JSON.parse(line) as Settings)
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  console.log(String((server.address() as AddressInfo).port))
}
process.exit()
