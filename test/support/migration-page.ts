import { readFileSync } from 'node:fs'
import { expect } from 'chai'

/** One row of a table on a page in docs/migrating. */
export interface Difference<Subject> {
  /** The first cell of the row, to the letter. */
  readonly what: string
  /** What the older package does with it, where it can be run; and what this one does. */
  readonly expected: readonly [before: unknown, now: unknown] | readonly [now: unknown]
  readonly run: (subject: Subject) => unknown
}

/** The first cell of every row of every table on a page, below the heading. */
function rowsOf(page: string, heading: string): string[] {
  const text = readFileSync(new URL(`../../docs/migrating/${page}.md`, import.meta.url), 'utf8')
  const [, below = ''] = text.split(`\n## ${heading}\n`)
  const [section = ''] = below.split('\n## ')
  return section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (What|-+) /.test(line))
    .map((line) => line.slice(2, line.indexOf(' |')).trim())
}

/** Fails for a row without a test, and for a test whose row has gone. */
export function expectRows(
  page: string,
  heading: string,
  differences: readonly Pick<Difference<never>, 'what'>[],
): void {
  const shown = differences.map(({ what }) => what)
  expect(rowsOf(page, heading)).to.deep.equal(shown)
}

/** What a test in another file shows: it must exist, and hold these words. */
export function shownBy(file: string, words: string): () => string {
  return () => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
    return text.includes(words) ? 'shown' : `${file} has no ${words}`
  }
}

/** The cells of a row of docs/comparison.md, which a test of its own keeps true. */
export function comparison(row: string): string[] {
  const text = readFileSync(new URL('../../docs/comparison.md', import.meta.url), 'utf8')
  const line = text.split('\n').find((one) => one.startsWith(`| ${row} `)) ?? ''
  return line.split('|').map((cell) => cell.trim())
}
