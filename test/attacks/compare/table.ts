import { format } from 'prettier'
import { ATTACKS, run } from './attacks.js'
import { CONTESTANTS } from './packages.js'

export const FILE = new URL('../../../docs/comparison.md', import.meta.url)

export interface Scores {
  /** One line per attack that could be run here. */
  readonly lines: readonly string[]
  /** Why the others could not. */
  readonly missing: readonly string[]
}

export async function score(): Promise<Scores> {
  const [lines, missing]: [string[], string[]] = [[], []]
  for (const attack of ATTACKS) {
    const problem = attack.whyNot?.() ?? null
    if (problem !== null) {
      missing.push(`${attack.row}: ${problem}`)
      continue
    }
    const outcomes: string[] = []
    for (const contestant of CONTESTANTS) outcomes.push(await run(attack, contestant))
    lines.push(toLine([attack.row, attack.title, ...outcomes]))
  }
  return { lines, missing }
}

function toLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** The whole document. */
export function toDocument(lines: readonly string[]): Promise<string> {
  const titles = CONTESTANTS.map(({ title }) => title)
  const head = [toLine(['row', 'attack', ...titles]), toLine(['---', '---', '---', '---', '---'])]
  const markdown = `${INTRODUCTION}\n${[...head, ...lines].join('\n')}\n${REMARKS}`
  return format(markdown, { parser: 'markdown', printWidth: 100 })
}

/** The lines of a table, without the spaces that align them. */
export function linesOf(document: string): string[] {
  return document
    .split('\n')
    .filter((line) => /^\| [A-Z]\d/.test(line))
    .map((line) => line.replace(/ +/g, ' '))
}

const INTRODUCTION = `# Comparison under attack

This page compares passport-client-cert 2.1.0 and client-certificate-auth 0.3.0 with this package. Newer versions of
client-certificate-auth, and version 1.x of this package, couldn't be installed and weren't run, so nothing here is about
them.

The table is written by \`node --import ts-blank-space/register test/attacks/compare/run.ts\`, from real requests over TLS
to a real Express application. A test checks that it is still true.
`

const REMARKS = `
- **refused**: the client was rejected with a 401, in the handshake, or with a 500 where the application's own verify
  function had failed.
- **got in**: the request reached the route behind the guard.
- **answers 500**: the client was rejected, but with the status of a fault of the server, although only the certificate
  was missing.
- **hangs**: the client got no answer.
- **crashes**: a promise was rejected and not handled, so Node ends the process.

How it was done:

- A1 to A4 run with \`rejectUnauthorized: false\`, as the examples of both older packages do.
  A1 and A2 are run against the same server for all three. For A3 and A4, the two older versions have a server with
  Node's own options, and this package has \`mtlsServerOptions\`, because neither of the two makes server options.
- A2 needs a release of Node with that flaw: 20, 22, 24 before 24.21, 26 before 26.8.
- C1 gives Passport the strategy itself instead of its name. client-certificate-auth is a middleware and no strategy.
- In C3 and C5, client-certificate-auth is given the function as its synchronous check, the only one that returns.
- Headers aren't compared, because neither of these two versions reads a certificate from a header.
`
