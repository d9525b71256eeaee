import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'

/** One of the functions to compare. */
export interface Contestant {
  readonly name: string
  /**
   * Makes everything that the runs need, and returns a function that runs them. Only that function
   * is timed. It returns the number of correct runs, because V8 may optimise away an unused result.
   */
  readonly prepare: (runs: number) => () => number
}

export interface Effort {
  readonly rounds: number
  /** The time of one contestant in one round, unless it takes more than `mostRuns` runs. */
  readonly batchMs: number
  readonly mostRuns: number
  /** The time before the rounds, preparation included. */
  readonly warmUpMs: number
}

/** The results of `compare`. */
export interface Comparison {
  /** The median time of one run. */
  readonly microseconds: (name: string) => number
  /** How many times longer the first takes than the second, as the median over all rounds. */
  readonly ratio: (first: string, second: string) => number
}

const FEWEST_RUNS = 4
const WARM_UP_SHARE = 4

/**
 * Runs contestants in turns, so that a temporary slowdown of the machine affects all of them. Each
 * ratio compares two times of the same round.
 */
export async function compare(
  contestants: readonly Contestant[],
  effort: Effort,
): Promise<Comparison> {
  const entries: { contestant: Contestant; runs: number; times: number[] }[] = []
  for (const contestant of contestants) {
    entries.push({ contestant, runs: await warmUp(contestant, effort), times: [] })
  }
  for (let round = 0; round < effort.rounds; round += 1) {
    collectGarbage()
    // Each round starts with another contestant, because the first one also gets the freed memory.
    const first = round % entries.length
    for (const { contestant, runs, times } of [
      ...entries.slice(first),
      ...entries.slice(0, first),
    ]) {
      times.push(await timeBatch(contestant, runs))
    }
  }
  const samples = new Map(entries.map(({ contestant, times }) => [contestant.name, times]))
  const timesOf = (name: string): readonly number[] => {
    const times = samples.get(name)
    if (times === undefined) throw new Error(`Unknown contestant: ${name}`)
    return times
  }
  return {
    microseconds: (name) => median(timesOf(name)),
    ratio: (first, second) => medianRatio(timesOf(first), timesOf(second)),
  }
}

/** Runs a contestant until V8 has compiled it, and finds the number of runs in a batch. */
async function warmUp(
  contestant: Contestant,
  { warmUpMs, batchMs, mostRuns }: Effort,
): Promise<number> {
  const end = performance.now() + warmUpMs
  let runs = FEWEST_RUNS
  while (performance.now() < end) {
    const microseconds = await timeBatch(contestant, runs)
    const fitting = Math.round((batchMs * 1000) / microseconds)
    runs = Math.min(Math.max(fitting, FEWEST_RUNS), mostRuns)
  }
  return runs
}

/** @returns microseconds for one run */
async function timeBatch({ name, prepare }: Contestant, runs: number): Promise<number> {
  // Gives native objects that aren't used any more the time to be finalized.
  await setImmediate()
  const warmUp = prepare(Math.max(Math.ceil(runs / WARM_UP_SHARE), FEWEST_RUNS))
  const run = prepare(runs)
  // Two collections make the prepared objects old, so no collection in the timed part has to copy
  // them.
  collectGarbage('young')
  collectGarbage('young')
  // The processor's caches still have the code and data of the contestant before.
  warmUp()
  const start = performance.now()
  const correct = run()
  const elapsedMs = performance.now() - start
  if (correct !== runs) throw new Error(`${name}: ${correct} of ${runs} runs were correct`)
  return (elapsedMs * 1000) / runs
}

export function collectGarbage(kind: 'all' | 'young' = 'all'): void {
  if (gc === undefined) throw new Error('Run this with node --expose-gc')
  // With `type: 'major'`, some garbage would be left.
  if (kind === 'all') gc()
  else gc({ type: 'minor' })
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  if (low === undefined || high === undefined) throw new Error('Nothing was measured')
  return (low + high) / 2
}

/** The median of the ratios within each round. */
export function medianRatio(first: readonly number[], second: readonly number[]): number {
  return median(ratiosOf(first, second))
}

/** The ratios of what was measured in the same round. */
export function ratiosOf(first: readonly number[], second: readonly number[]): number[] {
  return first.map((value, round) => value / (second[round] ?? NaN))
}

/**
 * Where the median of a distribution lies with a confidence of 95 %, from samples of it: between two of
 * them, whatever the distribution is. Source: the normal approximation of the binomial distribution.
 */
export function medianInterval(values: readonly number[]): readonly [low: number, high: number] {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const reach = (1.96 * Math.sqrt(sorted.length)) / 2
  const last = sorted.length - 1
  const low = sorted[Math.max(Math.floor(middle - reach), 0)]
  const high = sorted[Math.min(Math.ceil(middle + reach), last)]
  if (low === undefined || high === undefined) throw new Error('Nothing was measured')
  return [low, high]
}
