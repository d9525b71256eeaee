import { setImmediate } from 'node:timers/promises'
import { format, inspect } from 'node:util'
import { expect } from 'chai'
import { runHook } from '../../../src/util/hooks.js'
import { rejectWith, throwAny } from '../../support/run-verify.js'
import { unhandledRejections } from '../../support/unhandled.js'

describe('an audit hook', () => {
  const original = console.error
  let written: unknown[][]

  beforeEach(() => {
    written = []
    console.error = (...args: unknown[]) => void written.push(args)
  })

  afterEach(() => {
    console.error = original
  })

  it('is given its arguments, once', async () => {
    const calls: unknown[][] = []
    const hook = (...args: unknown[]) => void calls.push(args)
    runHook('onRejected', hook, null, 'request', 'reason')
    await setImmediate()
    expect(calls).to.deep.equal([[null, 'request', 'reason']])
    expect(written).to.deep.equal([])
  })

  it('may be left out', async () => {
    expect(await unhandledRejections(() => runHook('onRejected', undefined))).to.deep.equal([])
    expect(written).to.deep.equal([])
  })

  it('starts only after the code that decided has finished', async () => {
    const order: string[] = []
    runHook('onAuthenticated', () => order.push('hook'))
    order.push('decision')
    await setImmediate()
    expect(order).to.deep.equal(['decision', 'hook'])
  })

  const boom = new Error('boom')
  const failures: [title: string, hook: () => unknown, error: unknown][] = [
    ['throws', () => throwAny(boom), boom],
    ['rejects', () => rejectWith(boom), boom],
    ['returns a thenable that throws', () => ({ then: () => throwAny(boom) }), boom],
    [
      'returns a trap of a thenable',
      () => ({
        get then() {
          return throwAny(boom)
        },
      }),
      boom,
    ],
    ['throws a text', () => throwAny('boom'), 'boom'],
    ['throws null', () => throwAny(null), null],
    ['throws undefined', () => throwAny(undefined), undefined],
    ['rejects with a number', () => rejectWith(0), 0],
    ['rejects with null', () => rejectWith(null), null],
  ]

  for (const [title, hook, error] of failures) {
    it(`that ${title} is written to console.error with the package's name`, async () => {
      const unhandled = await unhandledRejections(() => runHook('onRejected', hook))
      expect(unhandled).to.deep.equal([])
      expect(written).to.deep.equal([
        ['passport-client-certificate-auth: onRejected failed:', error],
      ])
    })
  }

  it('that throws what cannot be printed is reported all the same, and does not end the process', async () => {
    // Formats like console.error, which throws at the same place.
    console.error = (...args: unknown[]) => void written.push([format(...args)])
    const unprintable = { [inspect.custom]: () => throwAny(boom) }
    const unhandled = await unhandledRejections(() =>
      runHook('onRejected', () => throwAny(unprintable)),
    )
    expect(unhandled).to.deep.equal([])
    expect(written).to.have.lengthOf(1)
    expect(written[0]?.[0]).to.include('passport-client-certificate-auth: onRejected failed')
  })
})
