// Servers in a process of their own, because some certificates end the process. It reads the settings
// of each as one line of JSON, writes its port, and each request is answered with what extractors make
// of it.
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
  /** Of each extractor that looks at every request, one after another. */
  readonly extractors: readonly ExtractorOptions[]
  /** Whether a client named `proxy` is a trusted proxy to all of them. */
  readonly trustsProxy?: boolean
  /** Whether the answer also has what Node itself shows, looked at last. */
  readonly looksItself?: boolean
}

export interface Verdict {
  readonly reason: string | null
  readonly detail?: unknown
  /** Leaf first. */
  readonly names: readonly string[]
  readonly fingerprints: readonly string[]
}

export interface Answer {
  readonly verdicts: readonly Verdict[]
  readonly own?: readonly string[]
}

type Guard = (req: unknown, res: unknown, next: (error?: unknown) => void) => void
type Look = (request: object, socket: TLSSocket) => Answer

function compile({ extractors: all, trustsProxy, looksItself }: Settings): [Look, Guard] {
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
    if (looksItself !== true) return { verdicts }
    const own = issuersOf(socket.getPeerCertificate(true)).map(({ subject }) => String(subject.CN))
    return { verdicts, own }
  }
  return [look, guard]
}

function describe(result: ExtractionResult): Verdict {
  const path = issuersOf(result.certificate)
  return {
    reason: result.reason,
    detail: (result as { detail?: unknown }).detail,
    names: path.map(({ subject }) => String(subject.CN)),
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
    // Passport ends a rejected request itself, and leaves headers as they are.
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
