import { isMet, limitOf, type Measured, TARGETS, type TargetName } from './targets.js'

/** Text, a time in microseconds, or a ratio that has a target. */
export type Cell = string | number | Measured

/** One table. */
export interface Section {
  readonly title: string
  /** Describes the measurement to a reader who hasn't seen the code. */
  readonly about: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** The result of one case. */
export interface Outcome {
  readonly sections: readonly Section[]
}

export function toMarkdown({ title, about, head, rows }: Section): string {
  const lines = [
    head,
    head.map((_, column) => (isText(rows[0]?.[column]) ? '---' : '--:')),
    ...rows.map((row) => row.map((cell) => show(cell).replaceAll('|', '\\|'))),
  ]
  const table = lines.map((line) => `| ${line.join(' | ')} |`).join('\n')
  return [`## ${title}`, about, table].join('\n\n')
}

/** Lists the targets, each with the measurement that is furthest from it. */
export function summarize(sections: readonly Section[]): Section {
  const cells = sections.flatMap(({ rows }) => rows.flat())
  const measured = cells.filter((cell) => typeof cell === 'object')
  return {
    title: 'Targets',
    about: 'The last column is the worst value of all rows with the target.',
    head: ['target', 'limit', 'measured'],
    rows: (Object.keys(TARGETS) as TargetName[]).map((target) => {
      const { words, isLowest } = limitOf(target)
      const [worst = 'not measured'] = measured
        .filter((one) => one.target === target)
        .sort((a, b) => (isLowest ? a.value - b.value : b.value - a.value))
      return [TARGETS[target].says, words, worst]
    }),
  }
}

function isText(cell: Cell | undefined): boolean {
  return typeof cell === 'string' && !/^[0-9.]+$/.test(cell)
}

function show(cell: Cell): string {
  if (typeof cell === 'string') return cell
  if (typeof cell === 'number') return formatNumber(cell)
  return `${formatNumber(cell.value)} ${isMet(cell) ? 'met' : 'missed'}`
}

/** Three significant digits, or all digits before the point. */
function formatNumber(value: number): string {
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)
}
