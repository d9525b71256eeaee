const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout }

/** A timer that hasn't fired and hasn't been cleared. */
export interface PendingTimer {
  readonly dueMs: number
  /** Whether the timer would keep the process running. */
  keepsAlive: boolean
}

/** Timers that fire only when a test turns the clock. */
export interface FakeTimers {
  readonly pending: readonly PendingTimer[]
  /** How many timers were started in all. */
  started: number
  /** Turns the clock, and fires the timers that are due, in order. */
  advance(byMs: number): void
}

/** Replaces `setTimeout()` and `clearTimeout()`. Call `restoreTimers()` in `afterEach()`. */
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
      throw new Error('The timers never end')
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
