import { format } from 'prettier'
import { ATTACKS, MISTAKES } from './naive.js'
import { type Case, caseOf, CASES } from './support/cases.js'
import { documented, type Mode, naive } from './support/files.js'
import { versionOf } from './support/launch.js'
import { proxyOf, PROXIES } from './support/proxies.js'
import { type Reading, outcomeOf } from './support/run.js'

/** The whole of docs/proxies/RESULTS.md, written from real requests. */
export async function writeResults(): Promise<string> {
  const versions = PROXIES.map((proxy) => `${proxy.title} ${versionOf(proxy)}`)
  const markdown = [
    INTRODUCTION,
    `${VERSIONS}${versions.join(', ')}; Node ${process.versions.node}.\n`,
    LEGEND,
    '## Certificates required\n',
    ...(await tableOf('required')),
    '\n## Certificates optional\n',
    ...(await tableOf('optional')),
    MISTAKES_INTRODUCTION,
    ...(await mistakesTable('recommended')),
    WITHOUT_INTRODUCTION,
    ...(await mistakesTable('without verifyHeader')),
  ].join('\n')
  return format(markdown, { parser: 'markdown', printWidth: 100 })
}

/** The document without the versions, which differ between machines. */
export function decisionsOf(document: string): string[] {
  return document.split('\n').filter((line) => !line.startsWith(VERSIONS))
}

async function tableOf(mode: Mode): Promise<string[]> {
  const lines = tableHead(['a client with', ...PROXIES.map(({ title }) => title)])
  for (const testCase of CASES) lines.push(await lineOf(testCase, mode))
  return lines
}

async function lineOf(testCase: Case, mode: Mode): Promise<string> {
  const outcomes: string[] = []
  for (const proxy of PROXIES) {
    outcomes.push(await outcomeOf(proxy, documented(proxy, mode), testCase))
  }
  return toLine([testCase.title, ...outcomes])
}

async function mistakesTable(reading: Reading): Promise<string[]> {
  const titles = Object.values(ATTACKS)
  const lines = tableHead(['proxy', 'mistake', ...titles])
  for (const { proxy: name, file, title } of MISTAKES) {
    const proxy = proxyOf(name)
    const outcomes: string[] = []
    for (const attack of titles) {
      outcomes.push(await outcomeOf(proxy, naive(file), caseOf(attack), reading))
    }
    lines.push(toLine([proxy.title, title, ...outcomes]))
  }
  return lines
}

function tableHead(titles: readonly string[]): string[] {
  return [toLine(titles), toLine(titles.map(() => '---'))]
}

function toLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

const VERSIONS = 'Run with '

const INTRODUCTION = `# Results

These tables show how each proxy and the strategy treat each kind of client, with the configurations in
this folder and the options on the proxy's page. The tests in \`test/e2e\` wrote them, from real TLS
connections through real proxies to a real Express application. A test fails when a decision changes.
Run \`WRITE_RESULTS=1 npm run test:e2e\` to write them again.
`

const LEGEND = `
- **200**: the client was accepted, and verify got exactly the certificate that the client presented in
  the handshake. With \`includeChain\`, the cell also shows the number of linked issuers.
- **401** with a reason: the request reached Node, and the strategy rejected it.
- **proxy:** the proxy rejected the client, in the TLS handshake or with this status, so nothing reached
  Node.

A client that forges headers has the certificate of another client, the victim, but not the victim's
key. It sends that certificate in the proxy's own header and encoding, and a verify header that says
that the verification succeeded. "Both headers" are \`X-SSL-Client-Cert\` and \`X-SSL-Client-Verify\`. If
such a client also has its own certificate, it may be accepted under its own name, or be rejected.
`

const MISTAKES_INTRODUCTION = `
## What a mistake in the configuration gives away

The configurations in \`test/e2e/naive\` are the optional ones of each proxy, each with one mistake.
**As the victim** means that the attack succeeded: the application takes the attacker for the victim.
**Unverified** means that the attacker was accepted with a self-signed certificate that has the victim's
name.

With the recommended options:
`

const WITHOUT_INTRODUCTION = `
Without \`verifyHeader\`, so the strategy only reads the certificate header:
`
