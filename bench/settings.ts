import type { Effort } from './measure.js'

/** How much is measured. */
export interface Settings {
  readonly compare: Effort
  /** The effort for 16 KB values, of which fewer fit into memory. */
  readonly refuse: Effort
  readonly imports: number
  readonly endToEnd: { readonly rounds: number; readonly roundMs: number }
}

export const FULL: Settings = {
  compare: { rounds: 11, batchMs: 4, mostRuns: 256, warmUpMs: 80 },
  refuse: { rounds: 7, batchMs: 1, mostRuns: 32, warmUpMs: 15 },
  imports: 11,
  endToEnd: { rounds: 9, roundMs: 250 },
}

/** Enough to see that everything runs and decides right, and the order of magnitude. */
export const SHORT: Settings = {
  compare: { rounds: 5, batchMs: 2, mostRuns: 256, warmUpMs: 60 },
  refuse: { rounds: 3, batchMs: 0.5, mostRuns: 32, warmUpMs: 8 },
  imports: 11,
  endToEnd: { rounds: 3, roundMs: 200 },
}
