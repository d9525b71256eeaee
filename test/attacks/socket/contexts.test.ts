import http2 from 'node:http2'
import https from 'node:https'
import type { RequestListener, Server } from 'node:http'
import tls from 'node:tls'
import connect from 'connect'
import express from 'express'
import { expect } from 'chai'
import {
  assertHostMatchesServername,
  mtlsServerOptions,
  reloadable,
} from '../../../src/server/index.js'
import { closeHttp2Servers, listenHttp2 } from '../../support/http2.js'
import { createAuthority, type Issued } from '../../support/pki.js'
import { closeServers, getHttps, listen } from '../../support/servers.js'
import { guarded } from '../support/socket-guard.js'

const A = 'a.example'
const B = 'b.example'
/** This host has no context, so Node uses the options of the server. */
const C = 'c.example'
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const
type Options = Parameters<typeof mtlsServerOptions>[0]

let identity: Pick<Issued, 'key' | 'cert'>
let trusted: string
/** One client for each host, from the CA of that host alone. */
let clients: Record<string, Issued>
let caCerts: Record<string, string>

before(async () => {
  const root = await createAuthority({ subject: 'CN=Root of servers' })
  const names = [A, B, C, 'localhost'].map((value) => ({ type: 'dns', value }) as const)
  const { key, cert } = await root.issue({ subjectAltName: names })
  identity = { key, cert }
  trusted = root.cert
  clients = {}
  caCerts = {}
  for (const host of [A, B, C]) {
    const ca = await createAuthority({ subject: `CN=CA of ${host}` })
    caCerts[host] = ca.cert
    clients[host] = await ca.issue({ subject: `CN=client of ${host}` })
  }
})

afterEach(() => Promise.all([closeServers(), closeHttp2Servers()]))

const optionsFor = (host: string): Options => ({
  ...identity,
  ca: caCerts[host] as string,
  rejectUnauthorized: false,
})

type Contexts = 'addContext' | 'SNICallback'

/** Options for all three hosts, and the contexts that the server needs. */
function separate(how: Contexts, own: Partial<Options> = {}) {
  const contexts = new Map(
    [A, B].map((host) => [host, tls.createSecureContext(mtlsServerOptions(optionsFor(host)))]),
  )
  const options = mtlsServerOptions({
    ...optionsFor(C),
    ...(how === 'SNICallback'
      ? {
          SNICallback: (name: string, done: Found) => {
            done(null, contexts.get(name))
          },
        }
      : { contextsShareCa: false }),
    ...own,
  })
  const prepare = (server: Pick<tls.Server, 'addContext'>) => {
    if (how === 'addContext') for (const each of contexts) server.addContext(...each)
  }
  return { options, prepare }
}

type Found = (error: null, context?: tls.SecureContext) => void

async function start(
  how: Contexts,
  own?: Partial<Options>,
  app: RequestListener = guarded().listener,
) {
  const { options, prepare } = separate(how, own)
  const server: Server & tls.Server = https.createServer(options, app)
  prepare(server)
  const { port } = await listen(server)
  return { server, port }
}

interface Visit {
  status: number
  isResumed: boolean
  session: Buffer | undefined
}

interface Call {
  client: Issued
  servername: string
  host?: string
  maxVersion?: (typeof VERSIONS)[number]
  session?: Buffer | undefined
}

/** Sends one request on its own connection. */
async function visit(port: number, { client, servername, host, ...rest }: Call): Promise<Visit> {
  const { key, cert } = client
  const options = { port, host: '127.0.0.1', ca: trusted, rejectUnauthorized: false }
  const socket = tls.connect({ ...options, key, cert, servername, ...rest })
  let session: Buffer | undefined
  socket.on('session', (ticket) => (session = ticket))
  const { status } = await getHttps(port, {
    agent: undefined,
    createConnection: () => socket,
    headers: { host: host ?? (servername || '127.0.0.1') },
  })
  // Tickets of TLS 1.2 are part of the handshake. Without a ticket, there may be a session ID.
  return { status, isResumed: socket.isSessionReused(), session: session ?? socket.getSession() }
}

/** From one host to another; '' is a handshake without a server name. */
const DIRECTIONS: [from: string, to: string][] = [
  [A, B],
  [B, A],
  [A, C],
  [C, A],
  [A, ''],
  ['', A],
]

for (const how of ['addContext', 'SNICallback'] as const) {
  for (const maxVersion of VERSIONS) {
    describe(`A9 a session of another context, by ${how}, over ${maxVersion}`, () => {
      const clientOf = (host: string) => clients[host || C] as Issued

      for (const [from, to] of DIRECTIONS) {
        it(`A9 doesn't resume a session of ${from || 'no name'} for ${to || 'no name'}`, async () => {
          const { port } = await start(how)
          const client = clientOf(from)
          const first = await visit(port, { client, servername: from, maxVersion })
          expect(first).to.include({ status: 200, isResumed: false })
          const { session } = first
          const second = await visit(port, { client, servername: to, maxVersion, session })
          expect(second).to.include({ status: 401, isResumed: false })
          const own = await visit(port, { client: clientOf(to), servername: to, maxVersion })
          expect(own).to.include({ status: 200 })
        })
      }

      it("A9 doesn't resume it after a reload whose options don't mention contexts", async () => {
        const { server, port } = await start(how)
        await reloadable(server, () => optionsFor(C))()
        const client = clientOf(A)
        const { session, status } = await visit(port, { client, servername: A, maxVersion })
        expect(status).to.equal(200)
        const second = await visit(port, { client, servername: B, maxVersion, session })
        expect(second).to.include({ status: 401, isResumed: false })
      })

      it('A9 resumes it with contextsShareCa: true, if Node does', async () => {
        const { port } = await start(how, { contextsShareCa: true })
        const client = clientOf(A)
        const { session } = await visit(port, { client, servername: A, maxVersion })
        const second = await visit(port, { client, servername: B, maxVersion, session })
        expect(second.status).to.equal(second.isResumed ? 200 : 401)
      })
    })
  }
}

const answerError: connect.ErrorHandleFunction = (error, _req, res, _next) => {
  res.statusCode = (error as { status: number }).status
  res.end()
}

/** The check in front of an application, in each framework. */
const APPS: Record<string, (app: RequestListener) => RequestListener> = {
  Express: (app) =>
    express().use(assertHostMatchesServername, app, answerError as never) as RequestListener,
  Connect: (app) => connect().use(assertHostMatchesServername).use(app).use(answerError),
  'a plain server': (app) => (req, res) => {
    if (assertHostMatchesServername(req, res)) app(req, res)
  },
}

for (const [kind, wrap] of Object.entries(APPS)) {
  describe(`A9 a request for another host than in the handshake, to ${kind}`, () => {
    const app = () => wrap(guarded().listener)
    const clientOf = (host: string) => clients[host] as Issued

    it('A9 answers 421 only if the Host differs', async () => {
      for (const how of ['addContext', 'SNICallback'] as const) {
        const { port } = await start(how, {}, app())
        const statusOf = async (
          servername: string,
          host: string,
          client = clientOf(servername || C),
        ) => (await visit(port, { client, servername, host })).status
        expect(await statusOf(A, A)).to.equal(200)
        expect(await statusOf(A, 'A.Example.:443')).to.equal(200)
        expect(await statusOf(A, B)).to.equal(421)
        expect(await statusOf(B, A)).to.equal(421)
        expect(await statusOf(C, B)).to.equal(421)
        expect(await statusOf('', A)).to.equal(421)
        expect(await statusOf('', `127.0.0.1:${port}`)).to.equal(200)
        expect(await statusOf(A, '127.0.0.1')).to.equal(421)
      }
    })

    it("A9 answers 421 to another spelling of a context's name in the handshake", async () => {
      const { port } = await start('addContext', {}, app())
      // Node doesn't find a context for these spellings, so it authorizes the default context's
      // client.
      for (const servername of [A.toUpperCase(), `${A}.`]) {
        const { status } = await visit(port, { client: clientOf(C), servername, host: A })
        expect(status).to.equal(421)
      }
    })

    it('A9 rejects a session that the application stored for another host', async () => {
      for (const maxVersion of VERSIONS) {
        const { server, port } = await start('addContext', {}, app())
        const kept = new Map<string, Buffer>()
        server.on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
          kept.set(id.toString('hex'), data)
          done()
        })
        type Resume = (error: null, data: Buffer | null) => void
        server.on('resumeSession', (id: Buffer, done: Resume) => {
          done(null, kept.get(id.toString('hex')) ?? null)
        })
        const client = clientOf(A)
        const { session } = await visit(port, { client, servername: A, maxVersion })
        for (const [servername, host] of [
          [B, B],
          ['', '127.0.0.1'],
        ] as const) {
          const second = await visit(port, { client, servername, host, maxVersion, session })
          expect(second.status).to.be.oneOf([401, 421])
        }
      }
    })
  })
}

describe('A9 a request for another host than in the handshake, over HTTP/2', () => {
  async function statusOf(port: number, servername: string, headers: http2.OutgoingHttpHeaders) {
    const { key, cert } = clients[servername] as Issued
    const options = { ca: trusted, key, cert, servername, rejectUnauthorized: false }
    const session = http2.connect(`https://127.0.0.1:${port}`, options)
    const stream = session.request({ ':path': '/', ...headers })
    const status = await new Promise<number>((resolve, reject) => {
      stream.on('error', reject)
      stream.on('response', ({ ':status': code }) => {
        resolve(code ?? 0)
      })
    })
    session.destroy()
    return status
  }

  it('A9 answers 421 only if the :authority or Host differs', async () => {
    for (const withNext of [false, true]) {
      const { options, prepare } = separate('addContext')
      const server = http2.createSecureServer(options, (req, res) => {
        const answer = (error?: unknown) => {
          res.statusCode = (error as { status?: number } | undefined)?.status ?? 200
          res.end()
        }
        if (withNext) assertHostMatchesServername(req, res, answer)
        else if (assertHostMatchesServername(req, res)) answer()
      })
      prepare(server)
      const port = await listenHttp2(server)
      expect(await statusOf(port, A, { ':authority': A })).to.equal(200)
      expect(await statusOf(port, A, { ':authority': `A.example:${port}` })).to.equal(200)
      expect(await statusOf(port, A, { ':authority': B })).to.equal(421)
      expect(await statusOf(port, A, { ':authority': A, host: B })).to.equal(421)
      expect(await statusOf(port, B, { ':authority': B, host: B })).to.equal(200)
    }
  })
})
