import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { SOURCES } from './sources.js'
import { certificates, type Client, issueBig } from './support/certificates.js'
import { send } from './support/client.js'
import { documented, documentedFiles, DOCS } from './support/files.js'
import { describeOutcome } from './support/outcome.js'
import { type Line, type Proxy, PROXIES } from './support/proxies.js'
import { startSite } from './support/site.js'
import { listen } from '../support/servers.js'

const DEFAULT_BYTES = 16 * 1024
const RAISED_BYTES = 64 * 1024

interface Size {
  readonly title: string
  /** The number of alternative names that makes a certificate of this size. */
  readonly names: number
  readonly lines: readonly Line[]
}

const SIZES: readonly Size[] = [
  { title: '10 KB', names: 250, lines: [] },
  { title: '10 KB, and 4 KB of cookies', names: 250, lines: [['Cookie', 'c'.repeat(4096)]] },
  { title: '16 KB', names: 400, lines: [] },
]

describe('docs/proxies/header-size.md', () => {
  const written = readFileSync(new URL('proxies/header-size.md', DOCS), 'utf8')
  const table = written
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.replace(/ +/g, ' '))

  for (const size of SIZES) {
    for (const proxy of PROXIES) {
      it(`shows the result for a certificate of ${size.title} behind ${proxy.title}`, async () => {
        const client = await issueBig(size.names)
        const cells = [
          size.title,
          proxy.title,
          await attempt(proxy, documented(proxy, 'required'), client, size.lines, DEFAULT_BYTES),
          await attempt(proxy, documented(proxy, 'required'), client, size.lines, RAISED_BYTES),
          await attemptAllRaised(proxy, client, size.lines),
        ]
        const line = table.find((row) => row.startsWith(`| ${size.title} | ${proxy.title} |`))
        expect(line).to.equal(`| ${cells.join(' | ')} |`)
      })
    }
  }

  it('names a command-line option that raises the limit of every server', () => {
    const option = '--max-http-header-size=65536'
    expect(written).to.include(option)
    const { stdout } = spawnSync(process.execPath, [option, '-p', 'http.maxHeaderSize'], {
      encoding: 'utf8',
    })
    expect(Number(stdout)).to.equal(RAISED_BYTES)
    expect(http.maxHeaderSize).to.equal(DEFAULT_BYTES)
  })

  it('names the error that a server gets', async () => {
    expect(written).to.include('HPE_HEADER_OVERFLOW')
    const server = http.createServer()
    const error = once(server, 'clientError') as Promise<
      [NodeJS.ErrnoException, NodeJS.WritableStream]
    >
    const running = await listen(server)
    const socket = connect(running.port, '127.0.0.1')
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(DEFAULT_BYTES)}\r\n\r\n`)
    const [{ code }, client] = await error
    client.end('HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n')
    expect(await text(socket)).to.match(/^HTTP\/1\.1 431 /)
    await running.close()
    expect(code).to.equal('HPE_HEADER_OVERFLOW')
  })
})

/** Raises the proxy's limit too, if it has one. */
async function attemptAllRaised(
  proxy: Proxy,
  client: Client,
  lines: readonly Line[],
): Promise<string> {
  if (proxy.largeHeaders === null) return 'no limit'
  const file = documentedFiles(proxy).at(-1)
  if (file === undefined) throw new Error('The proxy has no documented configuration')
  return attempt(proxy, file, client, lines, RAISED_BYTES)
}

async function attempt(
  proxy: Proxy,
  file: URL,
  client: Client,
  lines: readonly Line[],
  maxHeaderSize: number,
): Promise<string> {
  const { victim } = await certificates()
  const routes = { '/': SOURCES[proxy.name] }
  const site = await startSite(proxy, file, routes, { maxHeaderSize })
  try {
    const reply = await send({ port: site.port, client, path: '/', lines })
    return describeOutcome({
      reply,
      visit: site.backend.takeVisits()[0],
      reachedNode: site.backend.bytesRead() > 0,
      client,
      victim: victim.raw,
      testCase: { title: 'big', client: null, entry: 'due' },
    })
  } finally {
    await site.stop()
  }
}
