import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { toChart } from './chart.js'
import { toMarkdown } from './report.js'
import type { Bars, Section } from './results.js'
import type { Settings } from './settings.js'
import { CHARTED } from './support/pki.js'

const RESULTS = fileURLToPath(new URL('RESULTS.md', import.meta.url))
const CHART = fileURLToPath(new URL('chart.svg', import.meta.url))

/** Writes what was measured for people to read. */
export async function writeFiles(
  sections: readonly Section[],
  bars: readonly Bars[],
  machine: string,
  settings: Settings,
): Promise<void> {
  await writeFile(CHART, toChart(bars, CHARTED))
  const text = [introduce(machine, settings), ...sections.map(toMarkdown), ''].join('\n\n')
  const config = await resolveConfig(RESULTS)
  await writeFile(RESULTS, await format(text, { ...config, filepath: RESULTS }))
  for (const file of [RESULTS, CHART]) {
    const written = await readFile(file, 'latin1')
    if (/[^\n\x20-\x7e]/.test(written)) throw new Error(`${file} is not plain ASCII`)
  }
}

function introduce(machine: string, { compare }: Settings): string {
  return `# Benchmark results

Written by \`npm run bench\`. ${machine}.

![Time to authenticate one request](chart.svg)

How it is measured:

- What is compared runs in one process, by turns: a batch of the first, a batch of the second, and so
  on, in ${compare.rounds} rounds. A time is the median over the rounds. A ratio is the median of the ratios of
  times of the same round, so that whatever slows the machine down slows both. Ratios are what to look
  at; the times are this machine's.
- A strategy runs as Passport runs it: on an object created from it, with the actions set on that.
  Verify answers at once. What a strategy is compared with does without Passport where it can.
- Every request is made anew before the timed part, and all its texts are strings of their own: V8
  keeps the hash of a string, and a header that has just come over the network has none.
- Garbage is collected before each batch, which is not timed. To collect what a run leaves would take
  about a tenth more for the fastest ones. In the whole applications it is timed like everything else.
- Each result is checked: the right user, or the right reason. A wrong one ends the run with an error.

Met or missed is said beside each ratio that has a target; all targets are at the end.`
}
