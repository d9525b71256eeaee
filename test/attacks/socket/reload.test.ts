import { EventEmitter, once } from 'node:events'
import https from 'node:https'
import { expect } from 'chai'
import { type MtlsServerOptions, mtlsServerOptions, reloadable } from '../../../src/server/index.js'
import { createAuthority, type Issued, type TestPki, testPki } from '../../support/pki.js'
import { closeServers, getHttps, listen } from '../../support/servers.js'
import { attempt } from '../support/socket-client.js'
import { guarded } from '../support/socket-guard.js'

const RELOADS = 200

afterEach(closeServers)

describe('A4 reloads under load', () => {
  let pki: TestPki
  let departing: Issued
  let both: MtlsServerOptions
  let rest: MtlsServerOptions

  before(async () => {
    pki = await testPki()
    const authority = await createAuthority({ subject: 'CN=Departing root' })
    departing = await authority.issue({ subject: 'CN=departing' })
    const { key, cert } = pki.server
    const ticketKeys = Buffer.alloc(48, 9)
    rest = { key, cert, ca: pki.root.cert, rejectUnauthorized: false, ticketKeys }
    both = { ...rest, ca: [pki.root.cert, authority.cert] }
  })

  async function start() {
    const app = guarded()
    const server = https.createServer(mtlsServerOptions(both), app.listener)
    const { port } = await listen(server)
    const source = { material: both }
    const reload = reloadable(server, () => source.material)
    return { ...app, port, source, reload }
  }

  it(`A4 fails no request during ${RELOADS} reloads, although some of them are unusable`, async () => {
    const { port, source, reload, log } = await start()
    const { key, cert } = await pki.root.issue({
      subjectAltName: [{ type: 'ip', value: '127.0.0.1' }],
    })
    const broken = { ...both, key: pki.ec.key }
    const materials = [{ ...both, key, cert }, broken, rest, both]
    const answers = new EventEmitter()
    const outcomes: unknown[] = []
    let isDone = false
    const keepSending = async (send: () => Promise<unknown>) => {
      while (!isDone) {
        outcomes.push(await send())
        answers.emit('answer')
      }
    }
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
    let session: Buffer | undefined
    const senders = [
      () => attempt(port, pki.ec).then(({ outcome }) => outcome),
      () => getHttps(port, { key: pki.ec.key, cert: pki.ec.cert, agent }).then((a) => a.status),
      async () => {
        const { outcome, ...next } = await attempt(port, { ...pki.ec, session })
        ;({ session } = next)
        return outcome
      },
    ].map(keepSending)
    const results: string[] = []
    for (let count = 0; count < RELOADS; count += 1) {
      source.material = materials[count % materials.length] ?? both
      const [[{ status }]] = await Promise.all([
        Promise.allSettled([reload()]),
        once(answers, 'answer'),
      ])
      results.push(status)
    }
    isDone = true
    await Promise.all(senders)
    agent.destroy()
    expect(results.filter((status) => status === 'rejected')).to.have.lengthOf(RELOADS / 4)
    expect(outcomes.length).to.be.at.least(RELOADS)
    expect(new Set(outcomes)).to.deep.equal(new Set([200]))
    expect(new Set(log)).to.deep.equal(new Set(['accepted ec-client']))
  })

  it('A4 rejects clients of a removed CA from the next handshake on', async () => {
    const { port, source, reload, log } = await start()
    const { session } = await attempt(port, departing)
    const resumed = await attempt(port, { ...departing, session })
    expect(resumed).to.include({ outcome: 200, isResumed: true })
    source.material = rest
    const inFlight = Array.from({ length: 20 }, () => attempt(port, pki.ec))
    await reload()
    const withTicket = await attempt(port, { ...departing, session })
    const without = await attempt(port, departing)
    expect(withTicket).to.include({ outcome: 401, isResumed: false })
    expect(without).to.include({ outcome: 401, isResumed: false })
    for (const { outcome } of await Promise.all(inFlight)) expect(outcome).to.equal(200)
    expect(log.filter((entry) => entry !== 'accepted ec-client')).to.deep.equal([
      'accepted departing',
      'accepted departing',
      'socket_not_authorized',
      'socket_not_authorized',
    ])
  })
})
