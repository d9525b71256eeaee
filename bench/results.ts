import type { Measured } from './targets.js'

/** A text, a time in microseconds, or a ratio that has a target. */
export type Cell = string | number | Measured

/** One table. */
export interface Section {
  readonly title: string
  /** What was done, for somebody who has not read the code. */
  readonly about: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** Two times to be shown beside each other; microseconds. */
export interface Bars {
  readonly title: string
  readonly ours: number
  readonly theirs: number
  readonly theirName: string
  readonly timesFaster: number
}

/** What one part of the benchmarks hands over. */
export interface Outcome {
  readonly sections: readonly Section[]
  readonly bars?: readonly Bars[]
}
