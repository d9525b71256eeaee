const restores: (() => void)[] = []

/** Counts the calls of a method on any object, and still runs the method. */
export function countCalls<Owner extends object>(
  owner: Owner,
  name: keyof Owner,
  counts: (self: Owner) => boolean = () => true,
): () => number {
  const original = owner[name] as (...args: unknown[]) => unknown
  let calls = 0
  const counting = function (this: unknown, ...args: unknown[]): unknown {
    if (counts(this as Owner)) calls += 1
    return original.apply(this, args)
  }
  const own = Object.getOwnPropertyDescriptor(owner, name)
  Object.defineProperty(owner, name, { configurable: true, writable: true, value: counting })
  restores.push(() => {
    Reflect.deleteProperty(owner, name)
    if (own !== undefined) Object.defineProperty(owner, name, own)
  })
  return () => calls
}

/** Call it in `afterEach()`. */
export function stopCounting(): void {
  for (const restore of restores.splice(0)) restore()
}
