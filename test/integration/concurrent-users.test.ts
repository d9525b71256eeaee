import express from 'express'
import { expect } from 'chai'
import { Passport } from 'passport'
import type { RequestListener } from 'node:http'
import { Strategy, type VerifyCallback } from '../../src/index.js'
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

/** Passport given a strategy itself, not its name: it writes every request's actions onto it. */
function appGuardedByInstance(strategy: Strategy): RequestListener {
  const app = express()
  app.use(new Passport().authenticate(strategy, { session: false }) as express.RequestHandler)
  app.get('/', (req, res) => {
    res.json({ user: req.user, certificate: req.clientCertificate?.subject.CN })
  })
  return app as RequestListener
}

afterEach(closeServers)

describe('two users at a time, guarded by a strategy instance', () => {
  type Decide = (name: Name, done: VerifyCallback, decided: Promise<unknown>) => unknown

  /** Both requests wait in verify, then the one that came last is decided first. */
  async function visitBoth(decide: Decide) {
    const { rsa, ec } = await testPki()
    const arrived = { 'rsa-client': gate(), 'ec-client': gate() }
    const decided = { 'rsa-client': gate(), 'ec-client': gate() }
    const strategy = new Strategy((cert, done) => {
      const name = cert.subject.CN as Name
      arrived[name].open()
      return decide(name, done, decided[name].opened)
    })
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

  const ways: [title: string, decide: Decide][] = [
    ['a promise', (name, _done, decided) => decided.then(() => ({ name }))],
    [
      'done',
      (name, done, decided) => {
        void decided.then(() => done(null, { name }))
      },
    ],
  ]

  for (const [title, decide] of ways) {
    it(`are answered as themselves when verify uses ${title}`, async () => {
      const { first, second } = await visitBoth(decide)
      const expected = (name: Name) => ({ user: { name }, certificate: name })
      expect([first.status, second.status]).to.deep.equal([200, 200])
      expect(JSON.parse(first.body)).to.deep.equal(expected('rsa-client'))
      expect(JSON.parse(second.body)).to.deep.equal(expected('ec-client'))
    })
  }

  it('are refused and let in as themselves', async () => {
    for (const refused of ['rsa-client', 'ec-client']) {
      const { first, second } = await visitBoth((name, _done, decided) =>
        decided.then(() => (name === refused ? null : { name })),
      )
      const statuses = { 'rsa-client': first.status, 'ec-client': second.status }
      expect(statuses).to.deep.equal({ 'rsa-client': 200, 'ec-client': 200, [refused]: 401 })
    }
  })
})
