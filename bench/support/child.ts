import { fork } from 'node:child_process'
import { once } from 'node:events'

/** A separate process that answers one message after another. */
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
  // Each call that is waiting for an answer hears of it.
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

/** The other end. An error that the function throws ends the process, and so the benchmarks. */
export function answerWith(answer: (question: never) => unknown): void {
  process.on('message', (question) => {
    void (async () => process.send?.(await answer(question as never)))()
  })
  process.on('disconnect', () => process.exit())
}
