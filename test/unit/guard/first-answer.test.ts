import { expect } from 'chai'
import type { TimeLimit } from '../../../src/guard/first-answer.js'
import { fakeTimers, type FakeTimers, restoreTimers } from '../../support/fake-timers.js'
import { ReportedAnswer } from '../../support/reported-answer.js'

type Settle = (answer: string) => void

const limit = { ms: 500, expire: () => 'expired' }

function reportFirst(
  ask: (settle: Settle) => void,
  report: (answer: string) => void,
  within: TimeLimit<string> | undefined,
): void {
  const answer = new ReportedAnswer(report)
  ask((given) => {
    answer.give(given)
  })
  answer.waitWithin(within)
}

describe('the first answer', () => {
  let timers: FakeTimers
  let reported: string[]
  let settle: Settle
  const keep = (given: Settle) => void (settle = given)
  const report = (answer: string) => void reported.push(answer)

  beforeEach(() => {
    reported = []
    timers = fakeTimers()
  })
  afterEach(restoreTimers)

  it('is reported when the application has returned, not before', () => {
    const order: string[] = []
    reportFirst(
      (answer: Settle) => {
        answer('first')
        answer('second')
        order.push('asked')
      },
      (answer) => order.push(answer),
      limit,
    )
    expect(order).to.deep.equal(['asked', 'first'])
  })

  it('starts no timer when it comes at once', () => {
    reportFirst((answer: Settle) => answer('first'), report, limit)
    expect(timers.started).to.equal(0)
    timers.advance(1000)
    expect(reported).to.deep.equal(['first'])
  })

  it('has as long as the limit says, and no longer', () => {
    reportFirst(keep, report, limit)
    timers.advance(499)
    expect(reported).to.deep.equal([])
    timers.advance(1)
    expect(reported).to.deep.equal(['expired'])
  })

  it('clears the timer', () => {
    reportFirst(keep, report, limit)
    timers.advance(499)
    settle('first')
    expect(timers.pending).to.deep.equal([])
    timers.advance(1000)
    expect(reported).to.deep.equal(['first'])
  })

  it('is ignored when it comes after the limit', () => {
    reportFirst(keep, report, limit)
    timers.advance(500)
    settle('first')
    expect(reported).to.deep.equal(['expired'])
  })

  it('may come at any time without a limit', () => {
    reportFirst(keep, report, undefined)
    expect(timers.started).to.equal(0)
    settle('first')
    expect(reported).to.deep.equal(['first'])
  })

  it('is waited for with a timer that does not keep the process alive', () => {
    reportFirst(keep, report, limit)
    expect(timers.pending.map(({ keepsAlive }) => keepsAlive)).to.deep.equal([false])
  })
})
