import { EventEmitter } from 'node:events'
import https from 'node:https'
import type { SecureContextOptions } from 'node:tls'
import { expect } from 'chai'
import {
  type MtlsServerOptions,
  mtlsServerOptions,
  reloadable,
  type TrustServerOptions,
} from '../../../src/server/index.js'
import { createTrustStore } from '../../../src/trust.js'
import { attempt } from '../../attacks/support/socket-client.js'
import { type Issued, type TestPki, testPki } from '../../support/pki.js'
import { rejectedWith } from '../../support/rejected-with.js'
import { closeServers, listen } from '../../support/servers.js'

describe('a server that follows a trust store', () => {
  let pki: TestPki
  let material: Omit<TrustServerOptions, 'trust'>

  before(async () => {
    pki = await testPki()
    material = { key: pki.server.key, cert: pki.server.cert, ticketKeys: Buffer.alloc(48, 7) }
  })
  afterEach(closeServers)

  async function start(trust = createTrustStore({ ca: pki.root.cert })) {
    const options = { ...material, trust }
    const server = https.createServer(mtlsServerOptions(options), (_req, res) => {
      res.end('ok')
    })
    const { port } = await listen(server)
    const reload = reloadable(server, options)
    const outcomes = async (...clients: Issued[]) => {
      const attempts = await Promise.all(clients.map((client) => attempt(port, client)))
      return attempts.map(({ outcome }) => outcome)
    }
    return { trust, server, port, reload, outcomes }
  }

  /** A server without sockets, which notes the contexts that it gets. */
  function recorder() {
    const contexts: SecureContextOptions[] = []
    return Object.assign(new EventEmitter(), {
      contexts,
      setSecureContext: (options: SecureContextOptions) => void contexts.push(options),
    })
  }

  it('accepts clients of a new CA and rejects clients of a removed CA', async () => {
    const { trust, outcomes } = await start()
    expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal([200, 'refused'])
    await trust.replace({ ca: pki.stranger.cert })
    expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal(['refused', 200])
  })

  it('uses the intermediates of the store to build paths', async () => {
    const { trust, outcomes } = await start()
    expect(await outcomes(pki.chained)).to.deep.equal(['refused'])
    await trust.replace({ intermediates: pki.intermediate.cert })
    expect(await outcomes(pki.chained)).to.deep.equal([200])
  })

  it('uses the CAs that the store has when it begins to follow', async () => {
    const trust = createTrustStore({ ca: pki.stranger.cert })
    const server = https.createServer(mtlsServerOptions({ ...material, trust }))
    await trust.replace({ ca: pki.root.cert })
    const { port } = await listen(
      server.on('request', (_req, res: { end(): void }) => {
        res.end()
      }),
    )
    expect((await attempt(port, pki.ec)).outcome).to.equal('refused')
    reloadable(server, { ...material, trust })
    expect((await attempt(port, pki.ec)).outcome).to.equal(200)
  })

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`resumes no session from before a CA was removed, over ${maxVersion}`, async () => {
      const { trust, port } = await start()
      const client = { ...pki.ec, maxVersion }
      const { session } = await attempt(port, client)
      const resumed = await attempt(port, { ...client, session })
      expect(resumed).to.include({ outcome: 200, isResumed: true })
      await trust.replace({ ca: pki.stranger.cert })
      expect(await attempt(port, { ...client, session })).to.include({ outcome: 'refused' })
    })

    it(`resumes no session of a server with another store, over ${maxVersion}`, async () => {
      const one = await start()
      const other = await start(createTrustStore({ ca: pki.stranger.cert }))
      const client = { ...pki.ec, maxVersion }
      const { session } = await attempt(one.port, client)
      expect(await attempt(other.port, { ...client, session })).to.include({ outcome: 'refused' })
      await one.trust.replace({ ca: [pki.root.cert, pki.stranger.cert] })
      const again = await attempt(one.port, { ...client, session })
      expect(again).to.include({ outcome: 200, isResumed: false })
    })
  }

  it('keeps its TLS sessions when only other options of the store change', async () => {
    const server = recorder()
    const trust = createTrustStore({ ca: pki.root.cert })
    reloadable(server, { ...material, trust })
    await trust.replace({ maxDepth: 1 })
    await trust.replace({ ca: [Buffer.from(pki.root.cert)] })
    expect(server.contexts).to.have.lengthOf(1)
    await trust.replace({ ca: pki.stranger.cert })
    await trust.replace({ maxDepth: 2 })
    expect(server.contexts).to.have.lengthOf(2)
  })

  it('replaces its own certificate, and keeps the other options', async () => {
    const server = recorder()
    const trust = createTrustStore({ ca: pki.root.cert })
    const reload = reloadable(server, { ...material, trust })
    const { key, cert } = await pki.root.issue()
    await reload({ key, cert })
    await reload()
    await trust.replace({ ca: pki.stranger.cert })
    const [, ...later] = server.contexts
    expect(later).to.have.lengthOf(3)
    for (const context of later)
      expect(context).to.include({ key, cert, ticketKeys: material.ticketKeys })
    expect(later[2]?.ca).to.deep.equal([`${pki.stranger.cert.trim()}\n`])
  })

  it("isn't changed by a change of the options that it was given", async () => {
    const server = recorder()
    const trust = createTrustStore({ ca: pki.root.cert })
    const options: TrustServerOptions = { ...material, trust }
    const reload = reloadable(server, options)
    options.key = pki.ec.key
    await reload()
    expect(server.contexts[1]?.key).to.equal(material.key)
  })

  const unusable: [title: string, changes: (pki: TestPki) => object, message: RegExp][] = [
    ['the key of another certificate', ({ ec }) => ({ key: ec.key }), /mismatch/],
    ['no certificate', () => ({ cert: undefined }), /option "cert" must be given/],
    ['a misspelt option', () => ({ Key: 'x' }), /option "Key" is unknown \(did you mean 'key'\?\)/],
    [
      'lists',
      () => ({ crl: 'x' }),
      /"crl" must not be given together with "trust": pass the lists/,
    ],
    [
      'another rejectUnauthorized',
      () => ({ rejectUnauthorized: false }),
      /"rejectUnauthorized" can't change while the server runs/,
    ],
    ['ca', ({ root }) => ({ ca: root.cert }), /"ca" must not be given together with "trust"/],
    [
      'another trust store',
      ({ root }) => ({ trust: createTrustStore({ ca: root.cert }) }),
      /"trust" must be the trust store that the server follows/,
    ],
    ['no trust store', () => ({ trust: undefined }), /"trust" must be the trust store/],
  ]
  for (const [title, changes, message] of unusable) {
    it(`keeps its options, and rejects with the reason, for ${title}`, async () => {
      const server = recorder()
      const trust = createTrustStore({ ca: pki.root.cert })
      const reload = reloadable(server, { ...material, trust })
      expect((await rejectedWith(reload(changes(pki)))).message).to.match(message)
      expect(server.contexts).to.have.lengthOf(1)
      await trust.replace({ ca: pki.stranger.cert })
      expect(server.contexts).to.have.lengthOf(2)
    })
  }

  it("leaves the store and all servers unchanged if one of them can't use the new CAs", async () => {
    const { trust, outcomes } = await start()
    const other = recorder()
    reloadable(other, { ...material, trust })
    expect((await rejectedWith(trust.replace({ ca: pki.intermediate.cert }))).message).to.match(
      /CA certificate 1 of the trust store can't be used in a handshake/,
    )
    expect(trust.generation).to.equal(1)
    expect(trust.validate(pki.ec.cert).ok).to.equal(true)
    expect(await outcomes(pki.ec, pki.unknown)).to.deep.equal([200, 'refused'])
    expect(other.contexts).to.have.lengthOf(1)
  })

  it("doesn't read the certificate in a handshake if the store doesn't check revocation", async () => {
    const server = recorder()
    const trust = createTrustStore({ ca: pki.root.cert })
    reloadable(server, { ...material, trust })
    let reads = 0
    const read = () => void (reads += 1)
    const isSessionReused = () => false
    const connection = {}
    const destroy = () => undefined
    const readers = { getPeerFinished: read, getSession: read }
    const socket = { _parent: connection, destroy, isSessionReused, ...readers }
    server.emit('connection', connection)
    server.emit('secureConnection', socket)
    expect(reads).to.equal(0)
    await trust.replace({ revocation: () => 'good' })
    server.emit('secureConnection', socket)
    expect(reads).to.be.above(0)
  })

  it('follows one store only: the last', async () => {
    const server = recorder()
    const [first, second] = [pki.root, pki.stranger].map(({ cert }) =>
      createTrustStore({ ca: cert }),
    )
    if (first === undefined || second === undefined) throw new Error('No stores')
    const reload = reloadable(server, { ...material, trust: first })
    reloadable(server, { ...material, trust: second })
    await first.replace({ ca: pki.stranger.cert })
    expect(server.contexts).to.have.lengthOf(2)
    // A program that renews the certificate may still have it.
    expect((await rejectedWith(reload({ key: pki.server.key }))).message).to.match(
      /the server follows another trust store now/,
    )
    expect(server.contexts).to.have.lengthOf(2)
    await second.replace({ ca: pki.root.cert })
    expect(server.contexts).to.have.lengthOf(3)
  })

  it('is not a server whose load function returns the store, which would follow too late', async () => {
    const trust = createTrustStore({ ca: pki.root.cert })
    const server = recorder()
    const load = (): MtlsServerOptions => ({ ...material, trust }) as unknown as MtlsServerOptions
    expect((await rejectedWith(reloadable(server, load)())).message).to.match(
      /"trust" must not come from a function/,
    )
    expect(server.contexts).to.be.empty
  })

  it("throws at once for options that it can't use", () => {
    const trust = createTrustStore({ ca: pki.root.cert })
    const begin = (given: object) => () => reloadable(recorder(), { ...material, trust, ...given })
    expect(begin({ trust: {} })).to.throw(TypeError, /"trust" must be a trust store/)
    expect(begin({ cert: '' })).to.throw(TypeError, /"cert"/)
  })
})
