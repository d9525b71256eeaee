// How the time for a task grows with the length of its input, as an exponent: 1 is linear, 2 is
// quadratic. Growth, unlike a time limit, says the same on a fast machine and on a slow one.
import { performance } from 'node:perf_hooks'

const LENGTHS = [13, 14, 15, 16, 17, 18].map((power) => 2 ** power)
/** Anything faster is noise, and harmless at lengths that no header reaches. */
const FLOOR_MS = 0.1
/** Longer inputs would only confirm what is to be seen by then. */
const ENOUGH_MS = 400
const RUNS = 5
const ATTEMPTS = 10

/** An input of one length, and the least time that it took so far. */
interface Point {
  readonly length: number
  readonly task: () => unknown
  ms: number
}

/**
 * The exponent with which the time grows. Measured again, up to nine times, while it is not below
 * the limit: interruptions add to a time and never take from it, so the least of many is the truest.
 *
 * @param prepare - makes the task for an input of a length; not measured
 */
export function growthOf(prepare: (length: number) => () => unknown, limit: number): number {
  const points: Point[] = LENGTHS.map((length) => ({
    length,
    task: prepare(length),
    ms: Infinity,
  }))
  let growth = Infinity
  for (let attempt = 0; attempt < ATTEMPTS && growth >= limit; attempt += 1) {
    const measured: Point[] = []
    for (const point of points) {
      measure(point)
      measured.push(point)
      if (point.ms > ENOUGH_MS) break
    }
    growth = slopeOf(measured)
  }
  return growth
}

function measure(point: Point): void {
  for (let run = 0; run < RUNS; run += 1) {
    const start = performance.now()
    point.task()
    point.ms = Math.min(point.ms, performance.now() - start)
    if (point.ms > ENOUGH_MS) return
  }
}

/** Of the straight line with the least squares through the logarithms. */
function slopeOf(measured: readonly Point[]): number {
  const points = measured.map(({ length, ms }) => ({
    x: Math.log(length),
    y: Math.log(Math.max(ms, FLOOR_MS)),
  }))
  const x = mean(points.map((point) => point.x))
  const y = mean(points.map((point) => point.y))
  const covariance = mean(points.map((point) => (point.x - x) * (point.y - y)))
  const variance = mean(points.map((point) => (point.x - x) ** 2))
  // One point alone: the shortest input took so long that there was no other.
  return variance === 0 ? Infinity : covariance / variance
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
