import http from 'node:http'
import https from 'node:https'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import tls from 'node:tls'
import { expect } from 'chai'
import type { StrategyOptions } from '../../../src/index.js'
import { toRfc9440, toUrlPem } from '../../support/header-values.js'
import { type Issued, testPki } from '../../support/pki.js'
import { closeServers, listen } from '../../support/servers.js'
import { createBackend, type Line } from '../support/header-backend.js'

const NGINX: StrategyOptions = { certificateSource: 'nginx', trustedProxies: 'loopback' }
const LARGE_HEADERS = { maxHeaderSize: 1 << 17 }

let own: Issued
let victim: Issued

before(async () => {
  ;({ ec: own, rsa: victim } = await testPki())
})

afterEach(closeServers)

const nginxLines = (client: Issued): Line[] => [
  ['X-SSL-Client-Cert', toUrlPem(client)],
  ['X-SSL-Client-Verify', 'SUCCESS'],
]

/**
 * The lines that a client sends, enough fillers to reach the limit, and the lines that a proxy
 * appends.
 */
function inOrder(sent: readonly Line[], fillers: number, added: readonly Line[]): string {
  const filler = Array.from({ length: fillers }, (): Line => ['a', ''])
  const lines: Line[] = [['Host', 'localhost'], ['Connection', 'close'], ...sent, ...filler]
  const head = [...lines, ...added].map(([name, value]) => `${name}:${value}\r\n`).join('')
  return `GET / HTTP/1.1\r\n${head}\r\n`
}

async function send(port: number, head: string): Promise<number> {
  const socket = connect(port, '127.0.0.1')
  socket.write(head, 'latin1')
  return Number((await text(socket)).slice('HTTP/1.1 '.length).slice(0, 3))
}

/** Starts a backend whose server keeps at most `maxHeadersCount` lines. */
async function startLimited(options: StrategyOptions, maxHeadersCount?: number) {
  const backend = createBackend(options)
  const server: Server = http.createServer(LARGE_HEADERS, backend.app)
  if (maxHeadersCount !== undefined) server.maxHeadersCount = maxHeadersCount
  return { ...backend, port: (await listen(server)).port }
}

describe('B18 more header lines than Node keeps', () => {
  for (const limit of [undefined, 60, 100, 33, 1, 2000, 0]) {
    it(`B18 rejects a forged certificate when Node dropped the proxy's lines, with the limit ${limit ?? 'of the default'}`, async () => {
      const { port, log, verified } = await startLimited(NGINX, limit)
      const most = limit ?? 1000
      const fillers = new Set(
        [most - 8, most - 4, most, most + 28, most + 40, 104, 1040].filter((count) => count > 0),
      )
      for (const count of fillers) {
        const head = inOrder(nginxLines(victim), count, nginxLines(own))
        // Newer versions of Node answer 431 themselves.
        expect(await send(port, head), `${count} lines`).to.be.oneOf([401, 431])
      }
      expect(verified).to.deep.equal([])
      expect(log.filter((entry) => entry.startsWith('accepted'))).to.deep.equal([])
    })
  }

  const disguises: Readonly<Record<string, readonly [StrategyOptions, Line[]]>> = {
    'an alias': [NGINX, [['X_SSL_Client_Cert', 'x']]],
    'a Connection header': [NGINX, [['Connection', 'x-ssl-client-cert']]],
    'an error header of the proxy': [
      { certificateSource: 'gcp', trustedProxies: 'loopback' },
      [['X-Client-Cert-Error', 'client_cert_validation_failed']],
    ],
  }
  for (const [what, [options, added]] of Object.entries(disguises)) {
    it(`B18 rejects the request when Node dropped ${what}`, async () => {
      const { port, log, verified } = await startLimited(options)
      const gcp: Line[] = [
        ['X-Client-Cert-Leaf', toRfc9440(victim)],
        ['X-Client-Cert-Present', 'true'],
        ['X-Client-Cert-Chain-Verified', 'true'],
      ]
      const sent = options === NGINX ? nginxLines(victim) : gcp
      expect(await send(port, inOrder(sent, 1040, added))).to.be.oneOf([401, 431])
      expect(verified).to.deep.equal([])
      expect(await send(port, inOrder(sent, 10, []))).to.equal(200)
      expect(log.at(-1)).to.equal('accepted rsa-client')
    })
  }

  it("B18 doesn't fall back to the proxy's own certificate", async () => {
    const { server, root } = await testPki()
    const identity = await root.issue({ subject: 'CN=front-proxy' })
    const options: StrategyOptions = {
      certificateHeader: 'X-SSL-Client-Cert',
      headerEncoding: 'url-pem',
      fallbackToSocket: true,
    }
    const backend = createBackend(options)
    const tlsOptions = { ...LARGE_HEADERS, ...server, ca: root.cert, requestCert: true }
    const { port } = await listen(https.createServer(tlsOptions, backend.app))
    const socket = tls.connect({ port, host: '127.0.0.1', ca: root.cert, ...identity })
    socket.write(inOrder([], 1040, nginxLines(own).slice(0, 1)))
    expect(Number((await text(socket)).slice('HTTP/1.1 '.length, 12))).to.be.oneOf([401, 431])
    expect(backend.verified).to.deep.equal([])
  })

  it('B18 accepts an honest request with many lines', async () => {
    for (const limit of [60, 100, 2000, 0]) {
      const { port } = await startLimited(NGINX, limit)
      expect(await send(port, inOrder([], 50, nginxLines(own))), String(limit)).to.equal(200)
    }
  })
})
