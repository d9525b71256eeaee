import { readFileSync } from 'node:fs'
import { expect } from 'chai'

/** One row of a table on a page in docs/migrating. */
export interface Difference<Subject> {
  /** The first cell of the row, exactly as on the page. */
  readonly what: string
  /** The results of the older package, if the test can run it, and of this package. */
  readonly expected: readonly [before: unknown, now: unknown] | readonly [now: unknown]
  readonly run: (subject: Subject) => unknown
}

/** The first cell of every table row under a heading of a page. */
function rowsOf(page: string, heading: string): string[] {
  const text = readFileSync(new URL(`../../docs/migrating/${page}.md`, import.meta.url), 'utf8')
  const [, below = ''] = text.split(`\n## ${heading}\n`)
  const [section = ''] = below.split('\n## ')
  return section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (What|-+) /.test(line))
    .map((line) => line.slice(2, line.indexOf(' |')).trim())
}

/** Fails if a row has no test, or if a test has no row. */
export function expectRows(
  page: string,
  heading: string,
  differences: readonly Pick<Difference<never>, 'what'>[],
): void {
  const shown = differences.map(({ what }) => what)
  expect(rowsOf(page, heading)).to.deep.equal(shown)
}

/**
 * For a difference that a test in another file shows: checks that the file contains these words.
 */
export function shownBy(file: string, words: string): () => string {
  return () => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
    return text.includes(words) ? 'shown' : `${file} has no ${words}`
  }
}

/** The cells of a row of docs/comparison.md, which has its own test. */
export function comparison(row: string): string[] {
  const text = readFileSync(new URL('../../docs/comparison.md', import.meta.url), 'utf8')
  const line = text.split('\n').find((one) => one.startsWith(`| ${row} `)) ?? ''
  return line.split('|').map((cell) => cell.trim())
}
