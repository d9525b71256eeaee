import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import http2 from 'node:http2'
import https from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import tls, { type SecureVersion } from 'node:tls'
import { expect } from 'chai'
import { clientCertificateAuth } from '../../src/middleware.js'
import {
  mtlsServerOptions,
  type RejectedHandshake,
  reloadable,
  reportRejectedHandshakes,
} from '../../src/server/index.js'
import { createTrustStore, type TrustStore, type TrustStoreOptions } from '../../src/trust.js'
import { attempt } from '../attacks/support/socket-client.js'
import { revoke, revokeFrom } from '../attacks/support/socket-crl.js'
import { ca, entryOf, listBy } from '../support/crl-writer.js'
import { generate, type Holder, issue } from '../support/der-chain.js'
import { int, utcTime } from '../support/der-writer.js'
import { restoreClock, turnClock } from '../support/clock.js'
import { attemptHttp2, closeHttp2Servers, listenHttp2 } from '../support/http2.js'
import { type Issued, type TestPki, testPki } from '../support/pki.js'
import { closeServers, listen } from '../support/servers.js'
import { showsIssuers } from '../support/shows-issuers.js'

const VERSIONS: readonly SecureVersion[] = ['TLSv1.2', 'TLSv1.3']

describe('a handshake with a server that follows a trust store with revocation lists', () => {
  let pki: TestPki
  /** Revokes no client. */
  let empty: string
  /** Revokes the client `ec`. */
  let revoking: string
  /** Of the intermediate. Revokes no client. */
  let below: string
  /** A client that sends the intermediate that issued its certificate. */
  let withIntermediate: Issued
  /** Whether Node shows that intermediate. */
  let isShown: boolean

  before(async () => {
    pki = await testPki()
    empty = await revoke(pki.root)
    revoking = await revoke(pki.root, pki.ec)
    below = await revoke(pki.intermediate)
    withIntermediate = { ...pki.chained, cert: `${pki.chained.cert}\n${pki.intermediate.cert}` }
    isShown = await showsIssuers(withIntermediate)
  })
  afterEach(async () => {
    restoreClock()
    await closeServers()
    await closeHttp2Servers()
  })

  const storeOf = (options: Partial<TrustStoreOptions>): TrustStore =>
    createTrustStore({ ca: pki.root.cert, ...options })

  const optionsFor = (trust: TrustStore, given: object = {}) => ({
    trust,
    key: pki.server.key,
    cert: pki.server.cert,
    ticketKeys: Buffer.alloc(48, 7),
    ...given,
  })

  /** A server that answers each client that gets through the handshake. */
  async function start(trust: TrustStore, given: object = {}) {
    const options = optionsFor(trust, given)
    const server = https.createServer(mtlsServerOptions(options), (_req, res) => void res.end('ok'))
    reloadable(server, options)
    const reports: RejectedHandshake[] = []
    reportRejectedHandshakes(server, (report) => void reports.push(report))
    const { port } = await listen(server)
    return { server, port, reports }
  }

  for (const maxVersion of VERSIONS) {
    describe(`over ${maxVersion}`, () => {
      it('fails for a client that is revoked, and succeeds for others', async () => {
        const trust = storeOf({ crl: empty })
        const { port, reports } = await start(trust)
        const clients = [pki.ec, pki.rsa].map((client) => ({ ...client, maxVersion }))
        const outcomes = async () =>
          (await Promise.all(clients.map((one) => attempt(port, one)))).map((one) => one.outcome)
        expect(await outcomes()).to.deep.equal([200, 200])
        await trust.replace({ crl: revoking })
        expect(await outcomes()).to.deep.equal(['refused', 200])
        const [report, ...others] = reports
        expect(others).to.deep.equal([])
        expect(report).to.deep.include({ detail: 'revoked', code: 'CERT_REVOKED' })
        expect(report?.address).to.equal('127.0.0.1')
        await trust.replace({ crl: empty })
        expect(await outcomes()).to.deep.equal([200, 200])
      })

      it('resumes no session from before another list came', async () => {
        const trust = storeOf({ crl: empty })
        const { port } = await start(trust)
        const clients = [pki.ec, pki.rsa].map((client) => ({ ...client, maxVersion }))
        const before = await Promise.all(clients.map((one) => attempt(port, one)))
        const again = () =>
          Promise.all(
            clients.map((one, index) => attempt(port, { ...one, session: before[index]?.session })),
          )
        for (const one of await again()) expect(one).to.include({ outcome: 200, isResumed: true })
        // The same list in another layout.
        await trust.replace({ crl: [`comment\n${empty}`] })
        for (const one of await again()) expect(one).to.include({ outcome: 200, isResumed: true })
        await trust.replace({ crl: revoking })
        const [revoked, other] = await again()
        expect(revoked).to.include({ outcome: 'refused' })
        expect(other).to.include({ outcome: 200, isResumed: false })
      })

      it('fails for a client of an intermediate that is revoked', async () => {
        const trust = storeOf({ crl: [empty, below], intermediates: pki.intermediate.cert })
        const { port } = await start(trust)
        const client = { ...pki.chained, maxVersion }
        const { session, outcome } = await attempt(port, client)
        expect(outcome).to.equal(200)
        expect(await attempt(port, { ...client, session })).to.include({ isResumed: true })
        await trust.replace({ crl: [empty, await revoke(pki.intermediate, pki.chained)] })
        expect((await attempt(port, client)).outcome).to.equal('refused')
        expect((await attempt(port, { ...client, session })).outcome).to.equal('refused')
      })

      it('fails for a client that is revoked and sends its intermediate', async () => {
        const trust = storeOf({ crl: [empty, below] })
        const { port, reports } = await start(trust)
        const client = { ...withIntermediate, maxVersion }
        const { session, outcome } = await attempt(port, client)
        expect(outcome).to.equal(isShown ? 200 : 'refused')
        if (isShown) {
          // Node shows the intermediate in the first handshake only.
          const resumed = await attempt(port, { ...client, session })
          expect(resumed).to.include({ outcome: 200, isResumed: true })
        }
        await trust.replace({ crl: [empty, await revoke(pki.intermediate, pki.chained)] })
        expect((await attempt(port, client)).outcome).to.equal('refused')
        expect((await attempt(port, { ...client, session })).outcome).to.equal('refused')
        const codes = new Set(reports.map(({ code }) => code))
        const expected = isShown ? 'CERT_REVOKED' : 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'
        expect([...codes]).to.deep.equal([expected])
      })

      it('ends before an HTTP/2 server reads a request', async () => {
        const trust = storeOf({ crl: empty })
        const options = optionsFor(trust)
        const requests: unknown[] = []
        const server = http2.createSecureServer(mtlsServerOptions(options), (req, res) => {
          requests.push(req.url)
          res.end()
        })
        reloadable(server, options)
        const port = await listenHttp2(server)
        expect(await attemptHttp2(port, { ...pki.ec, maxVersion })).to.equal(200)
        await trust.replace({ crl: revoking })
        expect(await attemptHttp2(port, { ...pki.ec, maxVersion })).to.equal('refused')
        expect(await attemptHttp2(port, { ...pki.rsa, maxVersion })).to.equal(200)
        expect(requests).to.have.lengthOf(2)
      })
    })
  }

  const UNKNOWN: [title: string, crl: () => Promise<string>, code: string][] = [
    ['is out of date', () => revokeFrom(pki.root, [-2, -1]), 'CRL_HAS_EXPIRED'],
    ["isn't valid yet", () => revokeFrom(pki.root, [1, 2]), 'CRL_NOT_YET_VALID'],
    ['is of another CA', () => revoke(pki.intermediate), 'UNABLE_TO_GET_CRL'],
  ]
  for (const [title, list, code] of UNKNOWN) {
    it(`fails for every client if the list ${title}, unless the policy is 'soft'`, async () => {
      const crl = await list()
      const trust = storeOf({ crl })
      const { port, reports } = await start(trust)
      expect((await attempt(port, pki.ec)).outcome).to.equal('refused')
      expect(reports).to.have.lengthOf(1)
      expect(reports[0]).to.include({ detail: 'other', code })
      await trust.replace({ revocationPolicy: 'soft' })
      expect((await attempt(port, pki.ec)).outcome).to.equal(200)
    })
  }

  it('fails for any fault, because a fault that the client chooses could hide that it is revoked', async () => {
    const policies = ['1.3.6.1.4.1.99999.1']
    const { port, reports } = await start(storeOf({ crl: revoking, policies }))
    expect((await attempt(port, pki.ec)).outcome).to.equal('refused')
    expect(reports.map(({ code }) => code)).to.deep.equal(['CERT_REJECTED'])
    const unchecked = await start(storeOf({ policies }))
    expect((await attempt(unchecked.port, pki.ec)).outcome).to.equal(200)
  })

  it('fails for a revoked client that hides among forged CAs with large keys', async () => {
    const root = ca('root')
    const [revoked, good] = [7, 8].map((number) =>
      issue({ subject: 'client', by: root, serialNumber: int(number) }),
    ) as [Holder, Holder]
    const forged = Array.from({ length: 4 }, () => ca('root', { privateKey: generate('P-521') }))
    const dates = { thisUpdate: utcTime('240101000000Z'), nextUpdate: utcTime('490101000000Z') }
    const crl = listBy(root, { ...dates, entries: [entryOf(7)] })
    const { port } = await start(createTrustStore({ ca: root.pem, crl }))
    const cert = [revoked, ...forged].map(({ pem }) => pem).join('\n')
    expect((await attempt(port, { key: revoked.key, cert })).outcome).to.equal('refused')
    expect((await attempt(port, { key: good.key, cert: good.pem })).outcome).to.equal(200)
  })

  for (const crl of [true, false]) {
    const title = crl ? 'with lists' : 'without lists'
    it(`fails on a connection that was open before the CA was removed, ${title}`, async () => {
      const lists = crl ? [empty, await revoke(pki.stranger)] : []
      const both = { ca: [pki.root.cert, pki.stranger.cert], ...(crl && { crl: lists }) }
      const one = { ca: pki.root.cert, ...(crl && { crl: empty }) }
      const trust = createTrustStore(both)
      const { port, server } = await start(trust)
      const { session } = await attempt(port, pki.unknown)
      for (const client of [pki.unknown, { ...pki.unknown, session }]) {
        await trust.replace(both)
        const opened = once(server, 'connection')
        const socket = connect(port, '127.0.0.1')
        await Promise.all([opened, once(socket, 'connect')])
        await trust.replace(one)
        expect((await attempt(port, { ...client, socket })).outcome).to.equal('refused')
      }
    })
  }

  it('raises no event that a listener of the application hears', async () => {
    const { port, server } = await start(storeOf({ crl: revoking }))
    let heard = 0
    server.prependListener('secureConnection', () => (heard += 1))
    expect((await attempt(port, pki.ec)).outcome).to.equal('refused')
    expect(heard).to.equal(0)
    expect((await attempt(port, pki.rsa)).outcome).to.equal(200)
    expect(heard).to.equal(1)
  })

  it('fails in a resumed session if the function has another answer, or a list is stale', async function () {
    if (!isShown) this.skip()
    const revoked = new Set<string>()
    const asking = storeOf({
      revocation: ({ serialNumber }) => (revoked.has(serialNumber) ? 'revoked' : 'good'),
    })
    const one = await start(asking)
    const { session } = await attempt(one.port, withIntermediate)
    const again = await attempt(one.port, { ...withIntermediate, session })
    expect(again).to.include({ outcome: 200, isResumed: true })
    revoked.add(new X509Certificate(pki.chained.cert).serialNumber)
    expect((await attempt(one.port, { ...withIntermediate, session })).outcome).to.equal('refused')

    const listing = await start(storeOf({ crl: [empty, below] }))
    const { session: other } = await attempt(listing.port, withIntermediate)
    turnClock(2 * 24 * 3_600_000)
    expect((await attempt(listing.port, { ...withIntermediate, session: other })).outcome).to.equal(
      'refused',
    )
  })

  it('asks the function revocation', async () => {
    const revoked = new Set<string>()
    const trust = storeOf({
      revocation: ({ serialNumber }) => (revoked.has(serialNumber) ? 'revoked' : 'good'),
    })
    const { port } = await start(trust)
    const { session, outcome } = await attempt(port, pki.ec)
    expect(outcome).to.equal(200)
    revoked.add(new X509Certificate(pki.ec.cert).serialNumber)
    expect((await attempt(port, pki.ec)).outcome).to.equal('refused')
    expect((await attempt(port, { ...pki.ec, session })).outcome).to.equal('refused')
    expect((await attempt(port, pki.rsa)).outcome).to.equal(200)
  })

  it('leaves the decision to each request if rejectUnauthorized is false', async () => {
    const trust = storeOf({ crl: revoking })
    const options = optionsFor(trust, { rejectUnauthorized: false })
    const reasons: unknown[] = []
    const guard = clientCertificateAuth(() => true, {
      ca: trust,
      onRejected: (_cert, _req, reason) => void reasons.push(reason),
    })
    const server = https.createServer(mtlsServerOptions(options), (req, res) => {
      guard(req, res, (error) => {
        res.statusCode = error === undefined ? 200 : 401
        res.end()
      })
    })
    reloadable(server, options)
    const { port } = await listen(server)
    expect((await attempt(port, pki.ec)).outcome).to.equal(401)
    expect((await attempt(port, pki.rsa)).outcome).to.equal(200)
    expect(reasons).to.deep.equal(['certificate_revoked'])
  })

  it('leaves the certificates that the client sent to the requests, over HTTP/1.1 and HTTP/2', async () => {
    const trust = storeOf({ crl: [empty, below] })
    const options = { ...optionsFor(trust), allowHTTP1: true }
    const guard = clientCertificateAuth(() => true, { ca: trust })
    const server = http2.createSecureServer(mtlsServerOptions(options), (req, res) => {
      guard(req as unknown as Parameters<typeof guard>[0], res, (error) => {
        res.statusCode = error === undefined ? 200 : 401
        res.end()
      })
    })
    reloadable(server, options)
    const port = await listenHttp2(server)
    const expected = isShown ? 200 : 'refused'
    expect(await attemptHttp2(port, withIntermediate)).to.equal(expected)
    expect((await attempt(port, withIntermediate)).outcome).to.equal(expected)
  })

  it('succeeds for a client of another CA, if a context of the server accepts that CA', async () => {
    const trust = storeOf({ crl: revoking })
    const context = tls.createSecureContext({
      key: pki.server.key,
      cert: pki.server.cert,
      ca: pki.stranger.cert,
    })
    const { port, server } = await start(trust, { contextsShareCa: false })
    server.addContext('other.example', context)
    const servername = 'other.example'
    const checkServerIdentity = (): undefined => undefined
    const outcomeOf = async (client: Issued) =>
      (await attempt(port, { ...client, servername, checkServerIdentity })).outcome
    expect(await outcomeOf(pki.unknown)).to.equal(200)
    expect(await outcomeOf(pki.rsa)).to.equal('refused')
    expect((await attempt(port, pki.ec)).outcome).to.equal('refused')
    expect((await attempt(port, pki.rsa)).outcome).to.equal(200)
  })

  it('succeeds if the server follows another store that has no lists', async () => {
    const options = optionsFor(storeOf({ crl: revoking }))
    const server = https.createServer(mtlsServerOptions(options), (_req, res) => void res.end())
    reloadable(server, options)
    reloadable(server, optionsFor(storeOf({})))
    const { port } = await listen(server)
    expect((await attempt(port, pki.ec)).outcome).to.equal(200)
    expect(Object.hasOwn(server, 'emit')).to.equal(true)
  })

  it('succeeds with a tls server too, and fails there too', async () => {
    const trust = storeOf({ crl: revoking })
    const options = optionsFor(trust)
    const server = tls.createServer(mtlsServerOptions(options), (socket) => {
      socket.end('hello')
    })
    reloadable(server, options)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const read = ({ key, cert }: Issued): Promise<string> =>
      new Promise((resolve) => {
        let text = ''
        tls
          .connect({ port, host: '127.0.0.1', ca: pki.root.cert, key, cert })
          .on('data', (data: Buffer) => (text += data.toString()))
          .on('error', () => undefined)
          .on('close', () => {
            resolve(text)
          })
      })
    expect(await read(pki.rsa)).to.equal('hello')
    expect(await read(pki.ec)).to.equal('')
    server.close()
    await once(server, 'close')
  })
})
