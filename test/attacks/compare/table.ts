import { format } from 'prettier'
import { ATTACKS, run } from './attacks.js'
import { CONTESTANTS } from './packages.js'

export const FILE = new URL('../../../docs/comparison.md', import.meta.url)

export interface Scores {
  /** One line for each attack that could run here. */
  readonly lines: readonly string[]
  /** Why the other attacks couldn't run. */
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

export function toDocument(lines: readonly string[]): Promise<string> {
  const titles = CONTESTANTS.map(({ title }) => title)
  const head = [toLine(['row', 'attack', ...titles]), toLine(['---', '---', '---', '---', '---'])]
  const markdown = `${INTRODUCTION}\n${[...head, ...lines].join('\n')}\n${REMARKS}`
  return format(markdown, { parser: 'markdown', printWidth: 100 })
}

/** The lines of the table, without the spaces that align the columns. */
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

The table was written by \`node --import ts-blank-space/register test/attacks/compare/run.ts\`, from real requests over TLS
to a real Express application. A test checks that it is still true.
`

const REMARKS = `
- **rejected**: the client got a 401, or no handshake, or a 500 because the application's own verify function had failed.
- **accepted**: the request reached the route behind the guard.
- **answers 500**: the client was rejected, but with the status of a server error, although only the certificate was
  missing.
- **hangs**: the client got no answer.
- **crashes**: a rejected promise wasn't handled, so Node ends the process.

How we ran the attacks:

- A1 to A4 run with \`rejectUnauthorized: false\`, as the examples of both older packages do.
  A1 and A2 use the same server for all three packages. For A3 and A4, the server of the two older packages has Node's
  own options, because neither package makes server options. The server of this package has \`mtlsServerOptions\`.
- A2 needs a version of Node with that flaw: 20, 22, 24 before 24.21, or 26 before 26.8.
- C1 gives Passport the strategy itself instead of its name. client-certificate-auth is a middleware, not a
  strategy.
- In C3 and C5, client-certificate-auth gets the function as its synchronous check, because only that check returns a
  value.
- We don't compare headers, because neither of these two versions reads a certificate from a header.
`
