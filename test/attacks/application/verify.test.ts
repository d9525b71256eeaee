import { setImmediate } from 'node:timers/promises'
import { inspect } from 'node:util'
import { expect } from 'chai'
import type { StrategyOptions, VerifyCallback, VerifyFunction } from '../../../src/index.js'
import { closeServers } from '../../support/servers.js'
import { unhandledRejections } from '../../support/unhandled.js'
import { startApplication, visitAs } from '../support/header-application.js'

afterEach(closeServers)

const user = { id: 'somebody' }

describe('C2 verify passes a string as info', () => {
  for (const info of [
    'Unknown device',
    'a\r\nSet-Cookie: admin=1',
    '\u0443\u0441\u0442\u0440',
    200,
  ]) {
    it(`C2 answers a plain 401, without a challenge, for ${inspect(info)}`, async () => {
      const { port, log, errors } = await startApplication((_cert, done) => done(null, false, info))
      const { status, headers } = await visitAs('ec', port)
      expect(status).to.equal(401)
      expect(headers).not.to.have.any.keys('www-authenticate', 'set-cookie')
      expect(log).to.deep.equal(['callback_returned_false'])
      expect(errors).to.deep.equal([])
    })
  }
})

describe('C3 verify that never calls done', () => {
  const answers: readonly [unknown, status: number, entry: string][] = [
    [user, 200, 'accepted ec-client'],
    [undefined, 401, 'callback_returned_false'],
    [null, 401, 'callback_returned_false'],
    [false, 401, 'callback_returned_false'],
    ['', 401, 'callback_returned_false'],
    [0, 401, 'callback_returned_false'],
  ]
  for (const [value, status, entry] of answers) {
    it(`C3 answers ${status} when async verify resolves to ${inspect(value)}`, async () => {
      const { port, log } = await startApplication(async (_cert) => {
        await setImmediate()
        return value
      })
      expect(await visitAs('ec', port)).to.include({ status })
      expect(log).to.deep.equal([entry])
    })
  }

  const unanswered: Readonly<Record<string, VerifyFunction>> = {
    'a promise of a user, although done is declared': async (_cert, _done) => {
      await setImmediate()
      return user
    },
    'a user, although done is declared': (_cert, _done) => user,
    'a user, through a wrapper': (...args: unknown[]) => args.length > 0 && user,
    'a promise that never settles': (_cert) => new Promise(() => undefined),
    nothing: (_cert, _done) => undefined,
  }
  for (const [what, verify] of Object.entries(unanswered)) {
    it(`C3 answers 500 when verify returns ${what}, and accepts no client`, async () => {
      const application = await startApplication(verify, 'by name', { verifyTimeoutMs: 50 })
      expect(await visitAs('ec', application.port)).to.include({ status: 500 })
      const { log, entered, errors } = application
      expect({ log, entered }).to.deep.equal({ log: [], entered: [] })
      expect(errors).to.have.lengthOf(1)
      expect(errors[0]).to.have.property('code', 'ERR_VERIFY_TIMEOUT')
    })
  }
})

describe('C8 verify that returns something, and rejects the client with done', () => {
  const row = { cn: 'ec-client', isEnabled: false }
  /** Rejects the client after several turns, so a returned row would be read first. */
  async function reject(done: VerifyCallback): Promise<void> {
    for (let turn = 0; turn < 4; turn += 1) await setImmediate()
    done(null, row.isEnabled && row)
  }
  let runs = 0
  const then = (resolve: (value: unknown) => void): void => {
    runs += 1
    resolve(row)
  }
  /** Lazy, like the queries of postgres.js. */
  class LazyQuery extends Promise<unknown> {
    static override get [Symbol.species](): PromiseConstructor {
      return Promise
    }
    override then<A, B>(...handlers: Parameters<Promise<unknown>['then']>): Promise<A | B> {
      runs += 1
      return Promise.resolve(row).then(...handlers) as Promise<A | B>
    }
  }

  const returned: Readonly<Record<string, () => unknown>> = {
    'the row': () => row,
    'a promise of the row': () => Promise.resolve(row),
    'a lazy query': () => ({ then }),
    'a lazy query that is a function': () => Object.assign(() => row, { then }),
    'a lazy query that is a promise': () => new LazyQuery(() => undefined),
    true: () => true,
  }
  for (const [what, make] of Object.entries(returned)) {
    for (const [title, verify] of Object.entries<VerifyFunction>({
      '(cert, done)': (_cert, done) => {
        void reject(done)
        return make()
      },
      '(...args)': (...args: unknown[]) => {
        void reject(args[1] as VerifyCallback)
        return make()
      },
    })) {
      it(`C8 rejects the client when ${title} returns ${what}`, async () => {
        runs = 0
        const { port, log, entered, errors } = await startApplication(verify)
        expect(await visitAs('ec', port)).to.include({ status: 401 })
        expect({ runs, log, entered, errors }).to.deep.equal({
          runs: 0,
          log: ['callback_returned_false'],
          entered: [],
          errors: [],
        })
      })
    }
  }
})

describe('C4 verify with more than one outcome', () => {
  const late = new Error('late')
  const rejections: Readonly<Record<string, VerifyFunction>> = {
    'done(false), done(user)': (_cert, done) => {
      done(null, false)
      done(null, user)
    },
    'done(false), done(user) later': (_cert, done) => {
      done(null, false)
      void setImmediate().then(() => done(null, user))
    },
    'done(false), throw': (_cert, done) => {
      done(null, false)
      throw late
    },
    'done(false), rejection': async (_cert, done) => {
      done(null, false)
      await setImmediate()
      throw late
    },
    'done(false), promise of a user': async (_cert, done) => {
      done(null, false)
      await setImmediate()
      return user
    },
    'promise of null, done(user) later': function (_cert) {
      // eslint-disable-next-line prefer-rest-params -- a second parameter would change the style
      const done = arguments[1] as VerifyCallback
      void setImmediate(undefined)
        .then(() => setImmediate())
        .then(() => done(null, user))
      return Promise.resolve(null)
    },
    'a thenable that changes its mind': (_cert) => ({
      then(resolve: (value: unknown) => void, reject: (error: unknown) => void) {
        resolve(null)
        resolve(user)
        reject(late)
        throw late
      },
    }),
  }
  for (const [title, verify] of Object.entries(rejections)) {
    it(`C4 rejects the client when the first outcome does, for ${title}`, async () => {
      const app = await startApplication(verify)
      const unhandled = await unhandledRejections(async () => {
        expect(await visitAs('ec', app.port)).to.include({ status: 401 })
        for (let turn = 0; turn < 4; turn += 1) await setImmediate()
      })
      const { log, entered, errors } = app
      expect({ unhandled, log, entered, errors }).to.deep.equal({
        unhandled: [],
        log: ['callback_returned_false'],
        entered: [],
        errors: [],
      })
    })
  }

  const acceptances: Readonly<Record<string, VerifyFunction>> = {
    'done(user), done(false)': (_cert, done) => {
      done(null, user)
      done(null, false)
    },
    'done(user), done(user)': (_cert, done) => {
      done(null, user)
      done(null, { id: 'another user' })
    },
    'done(user), throw': (_cert, done) => {
      done(null, user)
      throw late
    },
    'done(user), rejection': async (_cert, done) => {
      done(null, user)
      await setImmediate()
      throw late
    },
  }
  for (const [title, verify] of Object.entries(acceptances)) {
    it(`C4 accepts the client once when the first outcome does, for ${title}`, async () => {
      const app = await startApplication(verify)
      const unhandled = await unhandledRejections(async () => {
        expect(await visitAs('ec', app.port)).to.include({ status: 200 })
      })
      const { log, entered, errors } = app
      expect({ unhandled, log, entered, errors }).to.deep.equal({
        unhandled: [],
        log: ['accepted ec-client'],
        entered: [user],
        errors: [],
      })
    })
  }

  it('C4 answers 500 after a throw, even if done accepts the client later', async () => {
    const app = await startApplication((_cert, done) => {
      void setImmediate().then(() => done(null, user))
      throw late
    })
    expect(await visitAs('ec', app.port)).to.include({ status: 500 })
    await setImmediate()
    expect(app.entered).to.deep.equal([])
    expect(app.errors).to.deep.equal([late])
  })
})

const trap = {
  get message(): string {
    throw new Error('trap')
  },
  toString() {
    throw new Error('trap')
  },
  [inspect.custom]() {
    throw new Error('trap')
  },
}
const thrown: readonly unknown[] = [
  null,
  undefined,
  0,
  '',
  'route',
  'router',
  Symbol('s'),
  Object.freeze(new Error('e')),
  trap,
]
/** Doesn't inspect the trap, because that would throw. */
const nameOf = (value: unknown) => (value === trap ? 'a trap' : inspect(value).split('\n')[0])

describe('C5 a thrown value of any kind', () => {
  for (const value of thrown) {
    it(`C5 answers 500 when verify throws ${String(nameOf(value))}`, async () => {
      const verifies: VerifyFunction[] = [
        () => {
          throw value
        },
        async () => {
          await setImmediate()
          throw value
        },
        async (_cert) => {
          await setImmediate()
          throw value
        },
      ]
      for (const verify of verifies) {
        const { port, entered, errors } = await startApplication(verify)
        expect(await visitAs('ec', port)).to.include({ status: 500 })
        expect(entered).to.deep.equal([])
        expect(errors).to.have.lengthOf(1)
      }
    })

    it(`C5 doesn't change the answer when hooks throw ${String(nameOf(value))}`, async () => {
      const hooks: (() => unknown)[] = [
        () => {
          throw value
        },
        async () => {
          await setImmediate()
          throw value
        },
        () => ({
          then() {
            throw value
          },
        }),
      ]
      for (const hook of hooks) {
        const options: StrategyOptions = { onAuthenticated: hook, onRejected: hook }
        const { port } = await startApplication(
          (cert) => (cert.subject.CN === 'ec-client' ? user : null),
          'by name',
          options,
        )
        const reported: unknown[] = []
        const unhandled = await reporting(reported, () =>
          unhandledRejections(async () => {
            expect(await visitAs('ec', port)).to.include({ status: 200 })
            expect(await visitAs('rsa', port)).to.include({ status: 401 })
          }),
        )
        expect(unhandled).to.deep.equal([])
        expect(reported).to.have.lengthOf.at.least(2)
      }
    })
  }
})

/** Collects what the hooks report instead of printing it, and formats it as the console would. */
async function reporting<T>(reported: unknown[], run: () => Promise<T>): Promise<T> {
  const { error } = console
  console.error = (...values: unknown[]) => {
    reported.push(values.map((value) => inspect(value)).join(' '))
  }
  try {
    return await run()
  } finally {
    console.error = error
  }
}
