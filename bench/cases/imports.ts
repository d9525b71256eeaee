import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { median, medianRatio } from '../measure.js'
import type { Cell, Outcome } from '../results.js'

const PROGRAMS = { import: 'load-time.mjs', require: 'load-time.cjs' }
const OURS = ['passport-client-certificate-auth']
const THEIRS = ['passport-strategy', 'node:crypto']

/** Measures how long a program takes to load the package, each time in a new process. */
export function measureImports(runs: number): Outcome {
  const rows = Object.entries(PROGRAMS).map(([how, file]): Cell[] => {
    const program = fileURLToPath(new URL(`../processes/${file}`, import.meta.url))
    const [ours, theirs]: [number[], number[]] = [[], []]
    for (let run = 0; run < runs; run += 1) {
      ours.push(loadingMs(program, OURS))
      theirs.push(loadingMs(program, THEIRS))
    }
    const value = medianRatio(ours, theirs)
    return [how, median(ours).toFixed(2), median(theirs).toFixed(2), { value, target: 'imports' }]
  })
  return {
    sections: [
      {
        title: 'Loading',
        about:
          `The package against ${THEIRS.join(' and ')}, which it depends on. Each runs ${runs} times in a ` +
          `new process, in turns. Milliseconds.`,
        head: ['by', 'this package', THEIRS.join(' and '), 'ratio'],
        rows,
      },
    ],
  }
}

function loadingMs(program: string, names: readonly string[]): number {
  const output = execFileSync(process.execPath, [program, ...names], { encoding: 'utf8' })
  const milliseconds = Number(output)
  if (!(milliseconds > 0)) throw new Error(`The program wrote: ${output}`)
  return milliseconds
}
