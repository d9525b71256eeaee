const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout }

/** A timer that was started and has neither fired nor been cleared. */
export interface PendingTimer {
  readonly dueMs: number
  /** Whether it would keep the process alive. */
  keepsAlive: boolean
}

/** Timers that fire when a test turns the clock, and at no other time. */
export interface FakeTimers {
  readonly pending: readonly PendingTimer[]
  /** How many were ever started. */
  started: number
  /** Fires, in order, what is due by then. */
  advance(byMs: number): void
}

/** Replaces `setTimeout()` and `clearTimeout()`. Call `restoreTimers()` in an `afterEach`. */
export function fakeTimers(): FakeTimers {
  let nowMs = 0
  const pending: (PendingTimer & { fire: () => void })[] = []
  const remove = (timer: unknown): void => {
    const index = pending.indexOf(timer as never)
    if (index >= 0) pending.splice(index, 1)
  }
  const fake: FakeTimers = {
    pending,
    started: 0,
    advance(byMs) {
      nowMs += byMs
      for (let fired = 0; fired < 1000; fired += 1) {
        const [due] = pending
          .filter(({ dueMs }) => dueMs <= nowMs)
          .sort((a, b) => a.dueMs - b.dueMs)
        if (due === undefined) return
        remove(due)
        due.fire()
      }
      throw new Error('The timers never come to an end')
    },
  }
  const start = (fire: () => void, ms: number): object => {
    const timer = {
      dueMs: nowMs + ms,
      keepsAlive: true,
      fire,
      unref() {
        timer.keepsAlive = false
        return timer
      },
    }
    fake.started += 1
    pending.push(timer)
    return timer
  }
  Object.assign(globalThis, { setTimeout: start, clearTimeout: remove })
  return fake
}

export function restoreTimers(): void {
  Object.assign(globalThis, real)
}
