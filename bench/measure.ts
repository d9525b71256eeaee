import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'

/** One of several that are compared. */
export interface Contestant {
  readonly name: string
  /**
   * Makes everything that so many runs need. The function it returns does the runs, and only that
   * is timed. It returns how many came out right, because V8 may optimise away an unused answer.
   */
  readonly prepare: (runs: number) => () => number
}

export interface Effort {
  readonly rounds: number
  /** How long one contestant runs in one round, unless that takes too many runs. */
  readonly batchMs: number
  readonly mostRuns: number
  /** How long before that, preparation included. */
  readonly warmUpMs: number
}

/** The result of `compare()`. */
export interface Comparison {
  /** The median time of one run. */
  readonly microseconds: (name: string) => number
  /** How many times as long the first takes as the second: the median over all rounds. */
  readonly ratio: (first: string, second: string) => number
}

const FEWEST_RUNS = 4
const WARM_UP_SHARE = 4

/**
 * Runs contestants by turns, so that whatever slows the machine down for a while slows all of them.
 * Each ratio is one of two times of the same round.
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
    // The contestant that comes first also starts with memory that was just given back.
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
    if (times === undefined) throw new Error(`No contestant is called ${name}`)
    return times
  }
  return {
    microseconds: (name) => median(timesOf(name)),
    ratio: (first, second) => medianRatio(timesOf(first), timesOf(second)),
  }
}

/** Runs a contestant until it is compiled, and finds out how many runs make a batch. */
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
  // Lets the objects that native code has left behind be finalized.
  await setImmediate()
  const warmUp = prepare(Math.max(Math.ceil(runs / WARM_UP_SHARE), FEWEST_RUNS))
  const run = prepare(runs)
  // Twice, so that what was prepared is old and no collection in the timed part has to copy it.
  collectGarbage('young')
  collectGarbage('young')
  // The code that ran before has left its own code and data in the processor's caches.
  warmUp()
  const start = performance.now()
  const right = run()
  const elapsedMs = performance.now() - start
  if (right !== runs) throw new Error(`${name}: ${right} of ${runs} runs came out right`)
  return (elapsedMs * 1000) / runs
}

export function collectGarbage(kind: 'all' | 'young' = 'all'): void {
  if (gc === undefined) throw new Error('Run this with node --expose-gc')
  // With `type: 'major'`, some would be left.
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

/** The median of the ratios of what was measured in the same round. */
export function medianRatio(first: readonly number[], second: readonly number[]): number {
  return median(first.map((value, round) => value / (second[round] ?? NaN)))
}
