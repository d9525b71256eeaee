// Runs in its own process, where no warning has been issued yet: runs the verify functions that its
// arguments name, one after another, and writes the warnings after each.
import { setImmediate } from 'node:timers/promises'
import { fakeTimers } from './fake-timers.js'
import { calling, returning, runVerify } from './run-verify.js'

const user = { id: 'alice' }

const VERIFIES = {
  'returns a user': calling(() => Promise.resolve(user)),
  'returns null': calling(() => Promise.resolve(null)),
  'returns undefined': calling(() => Promise.resolve()),
  rejects: calling(() => Promise.reject(new Error('boom'))),
  'never settles': calling(() => new Promise(() => undefined)),
  'returns a query': calling(() => ({
    then: (resolve: (value: unknown) => void) => resolve(user),
  })),
  'calls done first': calling((done) => {
    done(null, user)
    return Promise.resolve(user)
  }),
  'calls done within the second': calling((done) => {
    setTimeout(() => done(null, user), 999).unref()
    return Promise.resolve(user)
  }),
  'answers with rows': returning(() => []),
  'calls done with rows': calling((done) => {
    done(null, [user])
    return undefined
  }),
  'answers with a promise': returning(() => Promise.resolve(user)),
}

const [limit, ...names] = process.argv.slice(2) as [string, ...(keyof typeof VERIFIES)[]]
const warnings: unknown[] = []
process.emitWarning = ((message: string, options: object) => {
  warnings.push([message, options])
}) as typeof process.emitWarning

const timers = fakeTimers()
const written: unknown[] = []
for (const name of names) {
  timers.started = 0
  const verifyTimeoutMs = limit === 'false' ? false : Number(limit)
  runVerify(VERIFIES[name], () => undefined, { verifyTimeoutMs })
  await setImmediate()
  const alive = timers.pending.some(({ keepsAlive }) => keepsAlive)
  timers.advance(999)
  const early = warnings.length
  timers.advance(1)
  written.push({ name, alive, started: timers.started, early, warnings: warnings.splice(0) })
}
process.stdout.write(JSON.stringify(written))
