import { format } from 'prettier'
import { ATTACKS, MISTAKES } from './naive.js'
import { type Case, caseOf, CASES } from './support/cases.js'
import { documented, type Mode, naive } from './support/files.js'
import { versionOf } from './support/launch.js'
import { proxyOf, PROXIES } from './support/proxies.js'
import { type Reading, outcomeOf } from './support/run.js'

/** The whole of docs/proxies/RESULTS.md, from real requests. */
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

/** The document without what differs from one machine to another. */
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

What became of each kind of client behind each proxy, with the configurations in this folder and the
options of the proxy's page. Written by the tests in \`test/e2e\`, from real TLS connections through
real proxies to a real Express application; a test fails when a decision changes. To write it anew:
\`WRITE_RESULTS=1 npm run test:e2e\`.
`

const LEGEND = `
- **200**: the client was let in, and the certificate that verify got was, byte for byte, the one of
  its handshake. With \`includeChain\`: how many issuers were linked to it.
- **401** with a reason: the request reached Node, and the strategy refused it.
- **proxy:** the proxy refused the client, in the TLS handshake or with this status. Nothing reached Node.

A client that forges has somebody else's certificate, the victim's, and not the key of it. It sends
that certificate in the header that the proxy uses, in the proxy's own encoding, and a verify header
that says that all is well. Both headers are \`X-SSL-Client-Cert\` and \`X-SSL-Client-Verify\`.
A client with a certificate of its own that forges may be let in as who it is, or be refused.
`

const MISTAKES_INTRODUCTION = `
## What a mistake in the configuration gives away

The configurations in \`test/e2e/naive\`: the optional one of each proxy, with one mistake. **As the
victim** means that the attacker won: the application takes it for somebody else. **Unverified** means
that it was let in with a certificate that it had made itself, with the victim's name in it.

With the recommended options:
`

const WITHOUT_INTRODUCTION = `
Without \`verifyHeader\`, only the certificate header being read:
`
