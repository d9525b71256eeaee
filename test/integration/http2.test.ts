import { once } from 'node:events'
import http2, {
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { Passport } from 'passport'
import { Strategy } from '../../src/index.js'
import { type Issued, testPki } from '../support/pki.js'

type Next = (error?: unknown) => void
/** The return type of `passport.authenticate()`, without Express's types. */
type Middleware = (req: unknown, res: unknown, next: Next) => void
type Handler = (req: Http2ServerRequest & { user?: unknown }, res: Http2ServerResponse) => void

describe('the strategy as a plain middleware of an HTTP/2 server', () => {
  let server: Http2SecureServer
  let reasons: unknown[]
  let guard: Middleware

  beforeEach(() => {
    reasons = []
    const strategy = new Strategy(
      { onRejected: (_cert, _req, reason) => reasons.push(reason) },
      (cert) => ({ cn: cert.subject.CN }),
    )
    guard = new Passport()
      .use(strategy)
      .authenticate('client-cert', { session: false }) as Middleware
  })

  afterEach(async () => {
    const closed = once(server, 'close')
    server.close()
    await closed
  })

  async function connect(handler: Handler, client: Partial<Issued>) {
    const { root, server: tls } = await testPki()
    server = http2.createSecureServer(
      { key: tls.key, cert: tls.cert, ca: root.cert, requestCert: true, rejectUnauthorized: false },
      handler,
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { key, cert } = client
    return http2.connect(`https://127.0.0.1:${port}`, { ca: root.cert, key, cert })
  }

  async function get(client: Partial<Issued>): Promise<{ status: unknown; body: string }> {
    const session = await connect((req, res) => {
      guard(req, res, (error) => res.end(JSON.stringify(error ?? req.user)))
    }, client)
    const stream = session.request({ ':path': '/' })
    const [headers] = (await once(stream, 'response')) as [{ ':status': number }]
    let body = ''
    for await (const chunk of stream.setEncoding('utf8')) body += chunk as string
    session.close()
    return { status: headers[':status'], body }
  }

  it('accepts a client with a certificate', async () => {
    const { ec } = await testPki()
    expect(await get(ec)).to.deep.equal({ status: 200, body: '{"cn":"ec-client"}' })
    expect(reasons).to.deep.equal([])
  })

  it('rejects a client without a certificate', async () => {
    expect(await get({})).to.deep.equal({ status: 401, body: 'Unauthorized' })
    expect(reasons).to.deep.equal(['socket_not_authorized'])
  })

  it('rejects a client of an unknown CA', async () => {
    const { unknown } = await testPki()
    expect(await get(unknown)).to.deep.equal({ status: 401, body: 'Unauthorized' })
    expect(reasons).to.deep.equal(['socket_not_authorized'])
  })

  it('rejects a client that has disconnected, without an exception', async () => {
    const { ec } = await testPki()
    const session = await connect(() => undefined, ec)
    session.request({ ':path': '/' }).on('error', () => undefined)
    const [req, res] = (await once(server, 'request')) as [Http2ServerRequest, Http2ServerResponse]
    expect(req.socket).to.have.property('authorized', true)
    session.destroy()
    await once(req.stream, 'close')
    let continued = false
    guard(req, res, () => {
      continued = true
    })
    await new Promise(setImmediate)
    expect(continued).to.equal(false)
    expect(reasons).to.deep.equal(['socket_not_authorized'])
  })
})
