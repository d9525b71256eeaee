import { fork } from 'node:child_process'
import { once } from 'node:events'

/** Another process that answers one message after another. */
export interface Child<Question, Answer> {
  readonly ask: (question: Question) => Promise<Answer>
  readonly end: () => void
}

/** Starts a module that calls {@link answerWith}. */
export function startChild<Question extends object, Answer>(module: URL): Child<Question, Answer> {
  const child = fork(module)
  const exited = once(child, 'exit').then(([code]: unknown[]) => {
    throw new Error(`${module.pathname} ended with ${String(code)}`)
  })
  // A pending `ask()` gets this error.
  exited.catch(() => undefined)
  return {
    async ask(question) {
      const answered = once(child, 'message') as Promise<[Answer]>
      child.send(question)
      const [answer] = await Promise.race([answered, exited])
      return answer
    },
    end: () => child.disconnect(),
  }
}

/**
 * Runs in the child process. If the function throws, the child ends, and then the benchmarks end.
 */
export function answerWith(answer: (question: never) => unknown): void {
  process.on('message', (question) => {
    void (async () => process.send?.(await answer(question as never)))()
  })
  process.on('disconnect', () => process.exit())
}
