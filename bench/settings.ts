import type { Effort } from './measure.js'

/** The length of the measurements. */
export interface Settings {
  readonly compare: Effort
  /** For values of 16 KB, because fewer of them fit into memory. */
  readonly garbage: Effort
  readonly imports: number
  readonly endToEnd: { readonly rounds: number; readonly roundMs: number }
  readonly cpuTime: {
    /** How often all processes are started anew: no two of them are compiled in the same way. */
    readonly starts: number
    readonly rounds: number
    readonly requests: number
    readonly warmUpRequests: number
  }
}

export const FULL: Settings = {
  compare: { rounds: 11, batchMs: 4, mostRuns: 256, warmUpMs: 80 },
  garbage: { rounds: 7, batchMs: 1, mostRuns: 32, warmUpMs: 15 },
  imports: 11,
  endToEnd: { rounds: 9, roundMs: 250 },
  cpuTime: { starts: 3, rounds: 40, requests: 400, warmUpRequests: 6000 },
}

/** Enough to see that everything works, and the order of magnitude. */
export const SHORT: Settings = {
  compare: { rounds: 5, batchMs: 2, mostRuns: 256, warmUpMs: 60 },
  garbage: { rounds: 3, batchMs: 0.5, mostRuns: 32, warmUpMs: 8 },
  imports: 11,
  endToEnd: { rounds: 3, roundMs: 200 },
  cpuTime: { starts: 1, rounds: 10, requests: 200, warmUpRequests: 2000 },
}
