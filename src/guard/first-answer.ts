/** The limit of the wait for an answer, in milliseconds, and the answer after that. */
export interface TimeLimit<Answer> {
  readonly ms: number
  readonly expire: () => Answer
}

/**
 * Waits for the first answer of the application's code, and reports it. Later answers are ignored.
 *
 * An answer that comes before `waitWithin()` is called is reported by `waitWithin()`, so that what the
 * application throws further down the line isn't mistaken for something that its answer threw.
 *
 * It is a class because every request makes one, and an object takes less memory than closures.
 */
export abstract class FirstAnswer<Answer extends object | string> {
  #first: Answer | undefined = undefined
  #isAsking = true
  #timer: NodeJS.Timeout | undefined = undefined

  give(answer: Answer): void {
    if (this.#first !== undefined) return
    this.#first = answer
    if (this.#isAsking) return
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    this.report(answer)
  }

  /**
   * To be called once, when the application's code has returned.
   *
   * @param limit - applies only when no answer has come yet
   */
  waitWithin(limit: TimeLimit<Answer> | undefined): void {
    this.#isAsking = false
    if (this.#first !== undefined) {
      this.report(this.#first)
    } else if (limit !== undefined) {
      this.#startTimer(limit)
    }
  }

  #startTimer({ ms, expire }: TimeLimit<Answer>): void {
    const giveExpired = (): void => {
      this.give(expire())
    }
    // A request that waits for its answer must not keep a process alive that has nothing else to do.
    this.#timer = setTimeout(giveExpired, ms).unref()
  }

  /** Called once, with the first answer. */
  protected abstract report(answer: Answer): void
}
