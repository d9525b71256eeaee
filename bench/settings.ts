import type { Effort } from './measure.js'

/** How much is measured. */
export interface Settings {
  readonly compare: Effort
  /** The same for 16 KB texts, of which fewer fit into memory. */
  readonly refuse: Effort
  readonly certificates: number
  readonly imports: number
  readonly endToEnd: { readonly rounds: number; readonly roundMs: number }
}

export const FULL: Settings = {
  compare: { rounds: 15, batchMs: 4, mostRuns: 256, warmUpMs: 100 },
  refuse: { rounds: 9, batchMs: 1, mostRuns: 64, warmUpMs: 25 },
  certificates: 1_000_000,
  imports: 11,
  endToEnd: { rounds: 11, roundMs: 250 },
}

/** Enough to see that everything runs and decides right, and the order of magnitude. */
export const SHORT: Settings = {
  compare: { rounds: 5, batchMs: 2, mostRuns: 256, warmUpMs: 40 },
  refuse: { rounds: 5, batchMs: 0.5, mostRuns: 64, warmUpMs: 12 },
  certificates: 50_000,
  imports: 11,
  endToEnd: { rounds: 3, roundMs: 200 },
}
