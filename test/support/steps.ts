// Counts the steps of a task instead of timing it, so that the result is the same on every machine,
// under any load and on every version of Node. The steps are how often V8 entered each block of the
// project's code, and how many characters, bytes and elements that code gave to native functions,
// such as `indexOf`.
//
// It can't count operations that aren't functions: `===` and `+` on strings, object spreads, and
// the growth of an array. Import this module before the code that it counts, because V8 only counts
// the blocks of functions that it compiles afterwards. V8 keeps one set of counters per process,
// which coverage tools read too, so this module ends the coverage of the process in which it runs.
import { type Profiler, Session } from 'node:inspector'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString, stopCoverage } from 'node:v8'
import { countNatives } from './native-steps.js'

/** The project, without its dependencies and without the code that does the counting. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const NOT_COUNTED = ['node_modules', 'test/support'].map((folder) => ROOT + folder)

// V8 doesn't count a function that a compiler has inlined.
for (const compiler of ['opt', 'maglev']) setFlagsFromString(`--no-${compiler}`)
stopCoverage()
const session = new Session()
session.connect()
session.post('Profiler.enable')
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

/** The number of steps of each task. No task may wait for anything. */
export function stepsOf(...tasks: (() => unknown)[]): number[] {
  // Reading the counters resets them.
  takeCoverage()
  return tasks.map((task) => {
    const natives = countNatives(task)
    return natives + takeCoverage().reduce((sum, script) => sum + countBlocks(script), 0)
  })
}

/** Up to the total length of headers that Node accepts by default. */
const LENGTHS = [10, 12, 14].map((power) => 2 ** power)

/**
 * The exponent with which the steps grow with the length of the input: 1 is linear, 2 is quadratic.
 * It is the larger of two measurements, because a limit in the code may end the growth at some
 * length.
 *
 * @param prepare - makes the task for an input of a length; not counted
 */
export function growthOf(prepare: (length: number) => () => unknown): number {
  const [few, some, many] = stepsOf(...LENGTHS.map(prepare)) as [number, number, number]
  // Each length is four times the length before it.
  return Math.max(Math.log2(some / few), Math.log2(many / some)) / 2
}

function takeCoverage(): Profiler.ScriptCoverage[] {
  let scripts: Profiler.ScriptCoverage[] | undefined
  // V8 answers before `post` returns.
  session.post('Profiler.takePreciseCoverage', (_error, { result }) => (scripts = result))
  if (scripts === undefined) throw new Error('V8 returned no counters')
  return scripts
}

function countBlocks({ url, functions }: Profiler.ScriptCoverage): number {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url
  if (!path.startsWith(ROOT) || NOT_COUNTED.some((folder) => path.startsWith(folder))) return 0
  return functions.reduce((sum, { functionName, isBlockCoverage, ranges }) => {
    const entries = ranges.reduce((all, { count }) => all + count, 0)
    if (entries === 0 || isBlockCoverage) return sum + entries
    throw new Error(`${path}: "${functionName}" ran before test/support/steps.ts was imported`)
  }, 0)
}
