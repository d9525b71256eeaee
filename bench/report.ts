import type { Cell, Section } from './results.js'
import {
  describeLimit,
  isMet,
  type Measured,
  TARGETS,
  type TargetName,
  worstOf,
} from './targets.js'

/** A table for the console. */
export function toText({ title, about, head, rows }: Section): string {
  const cells = rows.map((row) => row.map(show))
  const widths = head.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)),
  )
  const lines = [head, ...cells].map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0, isText(rows, column)))
      .join('  ')
      .trimEnd(),
  )
  return [`\n${title}`, ...wrap(about), '', ...lines].join('\n')
}

function pad(cell: string, width: number, isLeft: boolean): string {
  return isLeft ? cell.padEnd(width) : cell.padStart(width)
}

/** Whether a column holds words and not figures. */
function isText(rows: Section['rows'], column: number): boolean {
  const cell = rows[0]?.[column]
  return typeof cell === 'string' && !/^[0-9.]+$/.test(cell)
}

function wrap(text: string): string[] {
  return text.match(/\S.{0,98}\S(?=\s|$)/g) ?? []
}

export function toMarkdown({ title, about, head, rows }: Section): string {
  const lines = [
    head,
    head.map((_, column) => (isText(rows, column) ? '---' : '--:')),
    ...rows.map((row) => row.map((cell) => show(cell).replaceAll('|', '\\|'))),
  ]
  const table = lines.map((line) => `| ${line.join(' | ')} |`).join('\n')
  return [`## ${title}`, about, table].join('\n\n')
}

/** Each target, with the worst that was measured against it. */
export function summarize(sections: readonly Section[]): Section {
  const measured = sections.flatMap(({ rows }) => rows.flat()).filter(isMeasured)
  return {
    title: 'Targets',
    about: 'Against each target, the worst of all rows above that it is for.',
    head: ['target', 'limit', 'measured'],
    rows: (Object.keys(TARGETS) as TargetName[]).map((target) => [
      TARGETS[target].says,
      describeLimit(target),
      worstOf(measured.filter((one) => one.target === target)) ?? 'not measured',
    ]),
  }
}

function isMeasured(cell: Cell): cell is Measured {
  return typeof cell === 'object'
}

function show(cell: Cell): string {
  if (typeof cell === 'string') return cell
  if (typeof cell === 'number') return formatNumber(cell)
  return `${formatNumber(cell.value)} ${isMet(cell) ? 'met' : 'missed'}`
}

/** Three digits that count, or all before the point. */
export function formatNumber(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toFixed(digits)
}
