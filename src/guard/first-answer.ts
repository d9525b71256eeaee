/** The limit of the wait for an answer, in milliseconds, and the answer after that. */
export interface TimeLimit<Answer> {
  readonly ms: number
  readonly expire: () => Answer
}

/**
 * Asks the application's code for an answer, and reports the first one that it gives. Later answers
 * are ignored.
 *
 * An answer that comes while `ask` is still running is reported after it has returned, so that what
 * the application throws further down the line isn't mistaken for something that `ask` throws.
 *
 * @param ask - must not throw
 * @param limit - applies only when no answer has come by the time `ask` returns
 */
export function reportFirst<Answer extends object | string>(
  ask: (settle: (answer: Answer) => void) => void,
  report: (answer: Answer) => void,
  limit: TimeLimit<Answer> | undefined,
): void {
  let first: Answer | undefined
  let running = true
  let timer: NodeJS.Timeout | undefined
  const settle = (answer: Answer): void => {
    if (first !== undefined) return
    first = answer
    if (running) return
    if (timer !== undefined) clearTimeout(timer)
    report(answer)
  }
  ask(settle)
  running = false
  if (first !== undefined) {
    report(first)
  } else if (limit !== undefined) {
    const expire = (): void => {
      settle(limit.expire())
    }
    // A request that waits for its answer must not keep a process alive that has nothing else to do.
    timer = setTimeout(expire, limit.ms).unref()
  }
}
