import { trace } from '../../src/util/trace.js'

/** Runs code as if NODE_DEBUG named this package, except that nothing is written. */
export function withTrace<Result>(run: () => Result): Result {
  const before = Object.getOwnPropertyDescriptor(trace, 'enabled') ?? { value: false }
  Object.defineProperty(trace, 'enabled', { value: true, configurable: true })
  try {
    return run()
  } finally {
    Object.defineProperty(trace, 'enabled', { ...before, configurable: true })
  }
}
