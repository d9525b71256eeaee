import { createRequire } from 'node:module'
import https from 'node:https'
import type { RequestListener } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { inherits } from 'node:util'
import express from 'express'
import { expect } from 'chai'
import { Passport } from 'passport'
import manifest from '../../../package.json' with { type: 'json' }
import { restoreClock, turnClock } from '../../support/clock.js'
import { comparison, type Difference, expectRows, shownBy } from '../../support/migration-page.js'
import { testPki } from '../../support/pki.js'
import { throwAny } from '../../support/run-verify.js'
import { closeServers, getHttps, listenHttps } from '../../support/servers.js'
import { unhandledRejections } from '../../support/unhandled.js'

type Done = (...args: unknown[]) => void
type Verify = (this: unknown, cert: Record<string, unknown>, done: Done) => unknown
type Actions = Record<'success' | 'fail' | 'error', (...args: unknown[]) => void>
type AnyStrategy = Actions & { name: string; authenticate: (req: object) => void }

/** Both packages, as an application in CommonJS loads them. */
interface Package {
  Strategy: new (...args: unknown[]) => AnyStrategy
}
const require = createRequire(import.meta.url)
const BEFORE = require('passport-client-cert') as Package
const NOW = require('passport-client-certificate-auth') as Package

const CERT = {
  subject: { CN: 'ann' },
  valid_from: 'Jan  1 00:00:00 2024 GMT',
  valid_to: 'Dec 31 23:59:59 2099 GMT',
}
const requestOf = (cert: unknown = CERT) => ({
  socket: { authorized: cert !== false, getPeerCertificate: () => cert },
})
const verifyAll: Verify = (_cert, done) => done(null, { id: 1 })

/** The result of creating a strategy with these arguments. */
function start(Strategy: Package['Strategy'], ...args: unknown[]): string {
  try {
    return new Strategy(...args).name
  } catch (error) {
    const { name, code } = error as Error & { code?: string }
    return code === undefined ? name : `${name} ${code}`
  }
}

/** Every action of the strategy on a request. */
async function run(
  { Strategy }: Package,
  verify: Verify,
  req: object = requestOf(),
  log: unknown[] = [],
): Promise<unknown[]> {
  const strategy = new Strategy(verify)
  for (const action of ['success', 'fail', 'error'] as const) {
    strategy[action] = (...args) => log.push([action, ...args])
  }
  try {
    strategy.authenticate(req)
  } catch (error) {
    log.push(['thrown', (error as Error | null)?.constructor.name])
  }
  await setImmediate()
  return log
}

/** The status for a client with a valid certificate in an Express application. */
async function statusOf({ Strategy }: Package, verify: Verify, after?: () => void) {
  const app = express()
  const passport = new Passport()
  passport.use(new Strategy(verify) as never)
  app.use(passport.authenticate('client-cert', { session: false }) as express.RequestHandler)
  app.get('/', (req, res) => {
    res.json({ authInfo: (req as { authInfo?: unknown }).authInfo })
  })
  app.use(((_error, _req, res, _next) => {
    res.status(500).end()
  }) as express.ErrorRequestHandler)
  const { port } = await listenHttps(app as RequestListener)
  const { key, cert } = (await testPki()).rsa
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
  const first = await getHttps(port, { key, cert, agent })
  after?.()
  const { status, body } = after === undefined ? first : await getHttps(port, { key, cert, agent })
  agent.destroy()
  return { status, body }
}

const INFO = { message: 'Unknown device', reason: 'unknown' }
const REJECTED = { message: 'Client certificate required', reason: 'socket_not_authorized' }
const CONSTRUCTS = 'client-cert'
const INVALID = ['TypeError ERR_INVALID_ARG_VALUE', 'TypeError ERR_INVALID_ARG_TYPE'] as const

const DIFFERENCES: readonly Difference<Package>[] = [
  {
    what: "An option that doesn't exist, such as `session`",
    expected: [CONSTRUCTS, INVALID[0]],
    run: ({ Strategy }) => start(Strategy, { session: false }, verifyAll),
  },
  {
    what: "`passReqToCallback` that isn't a boolean, such as `1`",
    expected: [CONSTRUCTS, INVALID[1]],
    run: ({ Strategy }) => start(Strategy, { passReqToCallback: 1 }, verifyAll),
  },
  {
    what: 'The option `name`',
    expected: [CONSTRUCTS, 'devices'],
    run: ({ Strategy }) => start(Strategy, { name: 'devices' }, verifyAll),
  },
  {
    what: 'A missing verify function',
    expected: ['Error', INVALID[1]],
    run: ({ Strategy }) => start(Strategy, {}),
  },
  {
    what: 'A subclass that calls `Strategy.call(this, verify)`',
    expected: [CONSTRUCTS, 'TypeError'],
    run: ({ Strategy }) => {
      function Mine(this: object) {
        ;(Strategy as unknown as (this: object, verify: Verify) => void).call(this, verifyAll)
      }
      inherits(Mine, Strategy)
      return start(Mine as never)
    },
  },
  {
    what: '`this` in verify',
    expected: [true, false],
    run: async (older) => {
      const seen: unknown[] = []
      await run(older, function () {
        seen.push(this instanceof older.Strategy)
      })
      return seen[0]
    },
  },
  {
    what: 'Code that follows `done()` in verify',
    expected: [
      ['success', 'after done'],
      ['after done', 'success'],
    ],
    run: async (older) => {
      const log: unknown[] = []
      await run(
        older,
        (_cert, done) => {
          done(null, { id: 1 })
          log.push(['after done'])
        },
        requestOf(),
        log,
      )
      return log.map((entry) => (entry as unknown[])[0])
    },
  },
  {
    what: '`done` called a second time',
    expected: [['fail', 'success'], ['fail']],
    run: async (older) => {
      const log = await run(older, (_cert, done) => {
        done(null, false)
        done(null, { id: 1 })
      })
      return log.map((entry) => (entry as unknown[])[0])
    },
  },
  {
    what: "`done('text')`",
    expected: ['text', 'cause: text'],
    run: async (older) => {
      const [entry] = await run(older, (_cert, done) => done('text'))
      const [action, error] = entry as [string, unknown]
      expect(action).to.equal('error')
      return error instanceof Error ? `cause: ${String(error.cause)}` : error
    },
  },
  {
    what: '`done(null, user, info)`',
    expected: ['{"authInfo":{}}', JSON.stringify({ authInfo: INFO })],
    run: async (older) =>
      (await statusOf(older, (_cert, done) => done(null, { id: 1 }, INFO))).body,
  },
  {
    what: '`done(null, false, info)`',
    expected: [[['fail']], [['fail', INFO, 401]]],
    run: (older) => run(older, (_cert, done) => done(null, false, INFO)),
  },
  {
    what: '`info` for a client without an accepted certificate',
    expected: [[['fail']], [['fail', { ...REJECTED, detail: 'certificate_not_requested' }, 401]]],
    run: async (older) => {
      const log = (await run(older, verifyAll, requestOf(false))) as [string, object?, number?][]
      return log.map(([action, info, ...rest]) =>
        info === undefined
          ? [action]
          : [action, { ...REJECTED, ...(info as { message: string }) }, ...rest],
      )
    },
  },
  {
    what: "verify throws `null`, `undefined` or `'route'`",
    expected: [
      [200, 200, 200],
      [500, 500, 500],
    ],
    run: async (older) => {
      const statuses: number[] = []
      for (const thrown of [null, undefined, 'route']) {
        statuses.push((await statusOf(older, (_cert, _done) => throwAny(thrown))).status)
      }
      return statuses
    },
  },
  {
    what: 'verify returns a promise that is rejected',
    expected: [
      [[], 1],
      [['error'], 0],
    ],
    run: async (older) => {
      const actions: unknown[] = []
      const unhandled = await unhandledRejections(async () => {
        const log = await run(older, (_cert, _done) => Promise.reject(new Error('no database')))
        actions.push(...log.map((entry) => (entry as unknown[])[0]))
      })
      return [actions, unhandled.length]
    },
  },
  {
    what: "An authorized client whose certificate Node can't show",
    expected: ['fail', 'error'],
    run: async (older) => ((await run(older, verifyAll, requestOf({}))) as [[string]])[0][0],
  },
  {
    what: 'A request without a socket, as in unit tests',
    expected: ['thrown', 'fail'],
    run: async (older) => ((await run(older, verifyAll, {})) as [[string]])[0][0],
  },
  {
    what: '`req.clientCertificate`',
    expected: [undefined, CERT],
    run: async (older) => {
      const req: { clientCertificate?: unknown; socket: object } = requestOf()
      await run(older, verifyAll, req)
      return req.clientCertificate
    },
  },
  {
    what: 'A certificate that expires while its connection lasts',
    expected: [200, 401],
    run: async (older) => {
      const century = 100 * 365 * 24 * 60 * 60 * 1000
      const { status } = await statusOf(older, verifyAll, () => turnClock(century))
      return status
    },
  },
  {
    what: 'A renegotiation (TLS 1.2) with an invalid certificate',
    expected: ['accepted', 'rejected'],
    run: (older) => comparison('A1')[older === BEFORE ? 3 : 5],
  },
  {
    what: 'Two requests at once with `authenticate(strategy)`',
    expected: ['accepted', 'rejected'],
    run: (older) => comparison('C1')[older === BEFORE ? 3 : 5],
  },
  {
    what: 'TypeScript: the parameters of `VerifyFunctionWithRequest`',
    expected: ['shown'],
    run: shownBy('test/types/verify.ts', 'VerifyFunctionWithRequest = (req, cert, done) =>'),
  },
  {
    what: 'TypeScript: `cert.subject.CN`',
    expected: ['shown'],
    run: shownBy('test/types/verify.ts', 'cert.subject.CN, string | string[] | undefined'),
  },
  {
    what: 'TypeScript: `error` of `VerifyCallback`',
    expected: ['shown'],
    run: shownBy('test/types/older-names.ts', '@ts-expect-error any value can be thrown'),
  },
  {
    what: 'TypeScript: the request',
    expected: ['shown'],
    run: shownBy('test/types/express.ts', '(req: express.Request, cert, done) =>'),
  },
  {
    what: 'Node older than 20.19',
    expected: ['>=20.19.0'],
    run: () => manifest.engines.node,
  },
]

describe('docs/migrating/passport-client-cert.md', () => {
  afterEach(closeServers)
  afterEach(restoreClock)

  for (const { what, expected, run: show } of DIFFERENCES) {
    it(`is right about the difference: ${what}`, async () => {
      if (expected.length === 2) expect(await show(BEFORE)).to.deep.equal(expected[0])
      await closeServers()
      restoreClock()
      expect(await show(NOW)).to.deep.equal(expected.at(-1))
    })
  }

  it('has exactly one row for each of these differences', () => {
    expectRows('passport-client-cert', 'Differences', DIFFERENCES)
  })
})
