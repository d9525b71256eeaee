/**
 * Work that pauses now and then: it yields after about 10 ms, so that it can be done at once, or in slices
 * between which the event loop does other work.
 */
export type Sliced<Result> = Generator<void, Result, void>

/** How much of a list is read in one slice. The slices are counted in work, and not by a clock. */
export const SLICE = { entries: 8192, bytes: 4_194_304 } as const

/**
 * The largest name, extensions or entry, in bytes. Those of genuine lists have some hundred. They are read in one
 * slice, before the signature is verified, so a forged list could block the process otherwise.
 */
export const MAX_PART_BYTES = 65_536

export function runAtOnce<Result>(work: Sliced<Result>): Result {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}

export async function runInSlices<Result>(work: Sliced<Result>): Promise<Result> {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
  }
}
