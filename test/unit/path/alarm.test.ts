import { expect } from 'chai'
import { Alarm, type Sleeper } from '../../../src/path/alarm.js'
import { restoreClock, turnClock } from '../../support/clock.js'
import { collectGarbage } from '../../support/collect-garbage.js'
import { type FakeTimers, fakeTimers, restoreTimers } from '../../support/fake-timers.js'

const HOUR = 3_600_000
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

describe('an alarm', () => {
  let timers: FakeTimers
  beforeEach(() => {
    timers = fakeTimers()
  })
  afterEach(() => {
    restoreTimers()
    restoreClock()
  })

  it('wakes an object at its time, and again when the object says so', () => {
    const woken: number[] = []
    const sleeper: Sleeper = { wake: (now) => (woken.push(now) === 1 ? now + HOUR : Infinity) }
    const start = Date.now()
    Date.now = () => start
    new Alarm(sleeper).by(start + HOUR)
    for (const passed of [HOUR, 2 * HOUR, 3 * HOUR]) {
      Date.now = () => start + passed
      timers.advance(HOUR)
    }
    expect(woken).to.deep.equal([start + HOUR, start + 2 * HOUR])
    expect(timers.pending).to.deep.equal([])
  })

  it('rings for the last time, if the object no longer exists', async () => {
    let calls = 0
    // The object is in use for the rest of this turn.
    const forget = (): void => {
      const sleeper: Sleeper = { wake: () => (calls += 1) }
      new Alarm(sleeper).by(Date.now() + HOUR)
    }
    forget()
    await turn()
    collectGarbage()
    // Node calls the finalizer, which stops the timer, in a later turn.
    turnClock(2 * HOUR)
    timers.advance(HOUR)
    expect(calls).to.equal(0)
    expect(timers.pending).to.deep.equal([])
  })
})
