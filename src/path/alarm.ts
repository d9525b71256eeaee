/** An object that has something to do at a later time. */
export interface Sleeper {
  /**
   * @param now - milliseconds since the epoch
   * @returns when to wake it again; `Infinity` for never
   */
  wake: (now: number) => number
}

/**
 * `setTimeout()` takes more than 2^31 - 1 ms for 1 ms. Waking up each hour also notices that the clock was
 * changed.
 */
const LONGEST_DELAY_MS = 3_600_000

/** Stops the timer of an object that no longer exists. */
const abandoned = new FinalizationRegistry<Alarm>((alarm) => {
  alarm.stop()
})

/** Wakes an object with one timer, which keeps neither the object nor the process alive. */
export class Alarm {
  #dueMs = Infinity
  #timer: NodeJS.Timeout | undefined
  readonly #sleeper: WeakRef<Sleeper>

  constructor(sleeper: Sleeper) {
    this.#sleeper = new WeakRef(sleeper)
    abandoned.register(sleeper, this)
  }

  /** Wakes the object at this time, or earlier if an earlier time was set. */
  by(dueMs: number): void {
    if (dueMs >= this.#dueMs) return
    this.#dueMs = dueMs
    this.#wait()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#dueMs = Infinity
  }

  #wait(): void {
    clearTimeout(this.#timer)
    const delayMs = Math.max(this.#dueMs - Date.now(), 0)
    this.#timer = setTimeout(this.#ring, Math.min(delayMs, LONGEST_DELAY_MS)).unref()
  }

  readonly #ring = (): void => {
    const now = Date.now()
    if (now < this.#dueMs) {
      this.#wait()
      return
    }
    this.#dueMs = Infinity
    this.by(this.#sleeper.deref()?.wake(now) ?? Infinity)
  }
}
