import https from 'node:https'
import { setImmediate } from 'node:timers/promises'
import { createSelfSigned, testPki } from '../../support/pki.js'
import { closeServers, getHttps } from '../../support/servers.js'
import { attempt } from '../support/socket-client.js'
import { restoreClock, turnClock } from '../../support/clock.js'
import { renegotiate, whyNoRenegotiation } from '../support/socket-renegotiation.js'
import { type App, type Outcome, outcomeOf, settle, startApp, visitAs } from './app.js'
import type { Contestant } from './packages.js'

export interface Attack {
  readonly row: string
  readonly title: string
  /** Why this attack can't run here, or `null`. */
  readonly whyNot?: () => string | null
  readonly run: (contestant: Contestant) => Promise<Outcome>
}

const HOUR_MS = 60 * 60 * 1000

/** Accepts every client with a certificate as the user named in it. */
const acceptEveryClient = (contestant: Contestant) =>
  contestant.guard((cert, done) => done(null, { cn: cert.subject.CN }))

async function createMaterial() {
  const { server, root } = await testPki()
  const { key, cert } = server
  return { key, cert, ca: root.cert, rejectUnauthorized: false, ticketKeys: Buffer.alloc(48, 4) }
}

/** nodejs/node#35317 is fixed within lines 24 and 26, and in no older line. */
function whyNoAnonymousResumption(): string | null {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isAffected = major < 24 || (major === 24 && minor < 21) || (major === 26 && minor < 8)
  return isAffected
    ? null
    : `Node ${process.version} doesn't show a resumed session without a certificate as authorized`
}

export const ATTACKS: readonly Attack[] = [
  {
    row: 'A1',
    title: 'Renegotiation with a self-signed `CN=admin`, TLS 1.2',
    whyNot: whyNoRenegotiation,
    async run(contestant) {
      // Uses no package's server options, because this attack tries the strategy itself.
      const app = await startApp(acceptEveryClient(contestant), {
        ...(await createMaterial()),
        requestCert: true,
      })
      const admin = await createSelfSigned({ subject: 'CN=admin' })
      const { first, second } = await renegotiate(app.port, (await testPki()).ec, admin)
      assertDone(first === 200 && second !== null)
      return outcomeOf(second)
    },
  },
  {
    row: 'A2',
    title: 'Session without a certificate, resumed, TLS 1.3',
    whyNot: whyNoAnonymousResumption,
    async run(contestant) {
      const app = await startApp(acceptEveryClient(contestant), {
        ...(await createMaterial()),
        requestCert: true,
      })
      const { session } = await attempt(app.port, {})
      const { outcome, isResumed } = await attempt(app.port, { session })
      assertDone(isResumed)
      return outcomeOf(outcome)
    },
  },
  {
    row: 'A3',
    title: 'Certificate that expires between two requests of a connection',
    async run(contestant) {
      const app = await startApp(
        acceptEveryClient(contestant),
        contestant.serverOptions(await createMaterial()),
      )
      const notAfter = new Date(Date.now() + HOUR_MS)
      const { key, cert } = await (await testPki()).root.issue({ notAfter })
      const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
      assertDone((await getHttps(app.port, { key, cert, agent })).status === 200)
      turnClock(2 * HOUR_MS)
      const { status } = await getHttps(app.port, { key, cert, agent })
      restoreClock()
      agent.destroy()
      return outcomeOf(status)
    },
  },
  {
    row: 'A4',
    title: 'Session ticket from a server with another CA and the same ticket keys',
    async run(contestant) {
      const material = await createMaterial()
      const other = { ...material, ca: (await testPki()).stranger.cert }
      const [from, to] = [
        await startApp(acceptEveryClient(contestant), contestant.serverOptions(material)),
        await startApp(acceptEveryClient(contestant), contestant.serverOptions(other)),
      ]
      const { key, cert } = (await testPki()).ec
      const { outcome, session } = await attempt(from.port, { key, cert })
      assertDone(outcome === 200 && session !== undefined)
      return outcomeOf((await attempt(to.port, { key, cert, session })).outcome)
    },
  },
  {
    row: 'C1',
    title:
      'Two clients at once, `authenticate(instance)`: the rejected client gets the answer of the other',
    async run(contestant) {
      const waiting: (() => void)[] = []
      const guard = contestant.guard((cert, done) => {
        const isAllowed = cert.subject.CN === 'rsa-client'
        waiting.push(() => done(null, isAllowed ? { id: 'admin' } : false))
      })
      const app = await startApp(guard, contestant.serverOptions(await createMaterial()))
      let release: () => void = () => undefined
      const released = new Promise<void>((resolve) => (release = resolve))
      const admin = visitAs('rsa', app, released)
      await app.arrivalOf('rsa-client')
      const attacker = visitAs('ec', app, released)
      await app.arrivalOf('ec-client')
      assertDone(waiting.length === 2)
      waiting[0]?.()
      await settle()
      waiting[1]?.()
      release()
      await admin
      return attacker
    },
  },
  {
    row: 'C2',
    title: "`done(null, false, 'text with a line break')`",
    run: (contestant) =>
      visitGuarded(
        contestant,
        contestant.guard((_cert, done) => done(null, false, 'a\r\nb: c')),
      ),
  },
  {
    row: 'C3',
    title: '`async` verify that resolves to `null`',
    run: (contestant) =>
      visitGuarded(
        contestant,
        contestant.guardReturning(async () => setImmediate(null)),
      ),
  },
  {
    row: 'C4',
    title: '`done` called twice, first with `false`, then with a user',
    run: (contestant) =>
      visitGuarded(
        contestant,
        contestant.guard((_cert, done) => {
          done(null, false)
          done(null, { id: 'admin' })
        }),
      ),
  },
  {
    row: 'C5',
    title: 'Verify that throws `null`',
    run: (contestant) =>
      visitGuarded(
        contestant,
        contestant.guardReturning(() => {
          throw null as unknown
        }),
        true,
      ),
  },
  {
    row: 'C5',
    title: '`async` verify that throws an error',
    run: (contestant) =>
      visitGuarded(
        contestant,
        contestant.guardReturning(async () => {
          await setImmediate()
          throw new Error('The database is down')
        }),
        true,
      ),
  },
]

/** Fails the run if the attack didn't take place, so that it isn't reported as rejected. */
function assertDone(isDone: boolean): void {
  if (!isDone) throw new Error('The attack could not be carried out')
}

/** A client of a trusted CA, whom the application's verify function rejects. */
async function visitGuarded(
  { serverOptions }: Contestant,
  guard: Parameters<typeof startApp>[0],
  isFaulty = false,
): Promise<Outcome> {
  const app: App = await startApp(guard, serverOptions(await createMaterial()))
  const outcome = await visitAs('ec', app)
  if (app.entered() || outcome === 'accepted') return 'accepted'
  // A 500 is right when the application's own verify function fails.
  return isFaulty && outcome === 'answers 500' ? 'rejected' : outcome
}

export async function run(attack: Attack, contestant: Contestant): Promise<Outcome> {
  try {
    return await attack.run(contestant)
  } finally {
    await closeServers()
  }
}
