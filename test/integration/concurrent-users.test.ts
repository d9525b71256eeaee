import express from 'express'
import { expect } from 'chai'
import { Passport } from 'passport'
import type { RequestListener } from 'node:http'
import { type ChainedPeerCertificate, Strategy, type VerifyFunction } from '../../src/index.js'
import { testPki } from '../support/pki.js'
import { closeServers, getHttps, listenHttps } from '../support/servers.js'

type Name = 'rsa-client' | 'ec-client'

/** A promise that the test resolves. */
function gate<T = void>() {
  let open: (value: T) => void = () => undefined
  const opened = new Promise<T>((resolve) => {
    open = resolve
  })
  return { open: (value: T) => open(value), opened }
}

/**
 * Passport writes every request's actions onto the strategy when it gets the instance instead of
 * the name.
 */
function appGuardedByInstance(strategy: Strategy): RequestListener {
  const app = express()
  app.use(new Passport().authenticate(strategy, { session: false }) as express.RequestHandler)
  app.get('/', (req, res) => {
    res.json({ user: req.user, certificate: req.clientCertificate?.subject.CN })
  })
  return app as RequestListener
}

afterEach(closeServers)

describe('two users at a time behind a strategy instance', () => {
  type Decide = (name: Name, decided: Promise<unknown>) => Promise<unknown>
  type MakeVerify = (decide: (cert: ChainedPeerCertificate) => Promise<unknown>) => VerifyFunction

  const byPromise: MakeVerify = (decide) => (cert) => decide(cert)
  const byDone: MakeVerify = (decide) => (cert, done) => {
    void decide(cert).then((user) => done(null, user as object | null))
  }

  /** Holds both requests in verify, and decides the last one first. */
  async function visitBoth(makeVerify: MakeVerify, decide: Decide) {
    const { rsa, ec } = await testPki()
    const arrived = { 'rsa-client': gate(), 'ec-client': gate() }
    const decided = { 'rsa-client': gate(), 'ec-client': gate() }
    const verify = makeVerify((cert) => {
      const name = cert.subject.CN as Name
      arrived[name].open()
      return decide(name, decided[name].opened)
    })
    const strategy = new Strategy(verify)
    const { port } = await listenHttps(appGuardedByInstance(strategy))
    const first = getHttps(port, { key: rsa.key, cert: rsa.cert })
    await arrived['rsa-client'].opened
    const second = getHttps(port, { key: ec.key, cert: ec.cert })
    await arrived['ec-client'].opened
    decided['ec-client'].open()
    const secondAnswer = await second
    decided['rsa-client'].open()
    return { first: await first, second: secondAnswer }
  }

  for (const [title, makeVerify] of Object.entries({ 'a promise': byPromise, done: byDone })) {
    it(`get their own answers when verify uses ${title}`, async () => {
      const { first, second } = await visitBoth(makeVerify, (name, decided) =>
        decided.then(() => ({ name })),
      )
      const expected = (name: Name) => ({ user: { name }, certificate: name })
      expect([first.status, second.status]).to.deep.equal([200, 200])
      expect(JSON.parse(first.body)).to.deep.equal(expected('rsa-client'))
      expect(JSON.parse(second.body)).to.deep.equal(expected('ec-client'))
    })

    it(`get their own decisions when verify uses ${title}`, async () => {
      for (const rejected of ['rsa-client', 'ec-client']) {
        const { first, second } = await visitBoth(makeVerify, (name, decided) =>
          decided.then(() => (name === rejected ? null : { name })),
        )
        const statuses = { 'rsa-client': first.status, 'ec-client': second.status }
        expect(statuses).to.deep.equal({ 'rsa-client': 200, 'ec-client': 200, [rejected]: 401 })
      }
    })
  }
})
