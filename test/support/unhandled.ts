import { setImmediate } from 'node:timers/promises'

/** Runs a function, and returns the reasons of promise rejections that no handler caught. */
export async function unhandledRejections(run: () => unknown): Promise<unknown[]> {
  const reasons: unknown[] = []
  const collect = (reason: unknown) => void reasons.push(reason)
  // Mocha's own listener would end the test.
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', collect)
  try {
    await run()
    await setImmediate()
  } finally {
    process.off('unhandledRejection', collect)
    for (const listener of others) process.on('unhandledRejection', listener)
  }
  return reasons
}
