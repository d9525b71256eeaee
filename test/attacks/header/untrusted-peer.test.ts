import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { TrustedProxies } from '../../../src/extractor/index.js'
import type { StrategyOptions } from '../../../src/index.js'
import { toUrlPem } from '../../support/header-values.js'
import { testPki } from '../../support/pki.js'
import { closeServers, listenHttp, listenHttps } from '../../support/servers.js'
import {
  createBackend,
  expectAcceptance,
  expectRefusals,
  type Line,
  sendLines,
  startBackend,
  whileListening,
} from '../support/header-backend.js'
import { observePeers, resetFromElsewhere } from '../support/header-resets.js'

const NGINX: StrategyOptions = {
  certificateHeader: 'X-SSL-Client-Cert',
  headerEncoding: 'url-pem',
  verifyHeader: 'X-SSL-Client-Verify',
  verifyValue: 'SUCCESS',
}

/** A certificate is public: anybody can send one, with the word of a proxy beside it. */
async function spoof(): Promise<Line[]> {
  const { rsa } = await testPki()
  return [
    ['X-SSL-Client-Cert', toUrlPem(rsa)],
    ['X-SSL-Client-Verify', 'SUCCESS'],
  ]
}

afterEach(closeServers)

describe('B1 direct spoof: somebody reaches Node past the proxy and sends the header', () => {
  const elsewhere: Readonly<Record<string, TrustedProxies>> = {
    'another address': '192.0.2.1',
    'other networks': ['10.0.0.0/8', '128.0.0.0/1', 'uniquelocal', 'linklocal', '::1'],
    'a Unix-domain socket': 'unix',
    'nobody, by a function': () => false,
    'nobody, by a function that throws': () => {
      throw new Error('No answer')
    },
    'nobody, by a function that promises': (() => Promise.resolve(true)) as never,
    'who has a certificate': ({ certificate }) => certificate !== null,
  }

  for (const [title, trustedProxies] of Object.entries(elsewhere)) {
    it(`B1 direct spoof is refused where the proxy is ${title}`, async () => {
      const lines = await spoof()
      const claims: Line[] = [
        ['X-Forwarded-For', '192.0.2.1'],
        ['Forwarded', 'for=192.0.2.1;by=10.0.0.1'],
        ['X-Real-IP', '10.0.0.1'],
      ]
      await expectRefusals(
        { ...NGINX, trustedProxies },
        { alone: lines, 'with the address of a proxy': [...claims, ...lines] },
        'untrusted_proxy',
      )
    })
  }

  it('B1 direct spoof is what the proxy itself may send', async () => {
    await expectAcceptance({ ...NGINX, trustedProxies: '127.0.0.1' }, await spoof(), 'rsa-client')
  })
})

describe('B2 RST race: a client resets its connection and has no address any more', () => {
  const CONNECTIONS = 1000
  const trustedProxies = ['unix', '192.0.2.1']

  it('B2 RST race: an unknown address is never that of a proxy', async () => {
    const { app, log, verified } = createBackend({ ...NGINX, trustedProxies })
    const { listener, peers, settled } = observePeers(app, CONNECTIONS)
    const { port } = await listenHttp(listener)
    const header = (await spoof()).map((line) => line.join(': ')).join('\r\n')
    expect(await resetFromElsewhere({ port, connections: CONNECTIONS, header })).to.equal(
      CONNECTIONS,
    )
    await settled()
    expect(peers.filter((address) => address === undefined)).not.to.deep.equal([])
    expect(new Set(log)).to.deep.equal(new Set(['untrusted_proxy']))
    expect(log).to.have.lengthOf(peers.length)
    expect(verified).to.deep.equal([])
  })

  it('B2 RST race: a proxy whose address is gone does not become a client by its own certificate', async () => {
    const proxy = (await testPki()).ec
    const { app, log, verified } = createBackend({
      ...NGINX,
      trustedProxies: 'loopback',
      fallbackToSocket: true,
    })
    const { listener, peers, settled } = observePeers(app, CONNECTIONS)
    const { port } = await listenHttps(listener)
    const identity = { key: proxy.key, cert: proxy.cert }
    const task = { port, connections: CONNECTIONS, header: 'X-SSL-Client-Verify: NONE', identity }
    expect(await resetFromElsewhere(task)).to.equal(CONNECTIONS)
    await settled()
    expect(log).to.have.lengthOf(peers.length)
    const reasons = peers.map((address) =>
      address === undefined ? 'untrusted_proxy' : 'verification_header_mismatch',
    )
    expect(log).to.deep.equal(reasons)
    expect(reasons).to.include('untrusted_proxy')
    expect(verified).to.deep.equal([])
  })

  it('B2 RST race: a Unix-domain socket, which has no address either, is trusted by its name', async () => {
    const { app, log } = createBackend({ ...NGINX, trustedProxies })
    const folder = mkdtempSync(join(tmpdir(), 'backend-'))
    const path = join(folder, 'socket')
    await whileListening(http.createServer(app), path, async () => {
      expect(await sendLines(path, await spoof())).to.equal(200)
    })
    rmSync(folder, { recursive: true })
    expect(log).to.deep.equal(['accepted rsa-client'])
    const { port } = await startBackend({ ...NGINX, trustedProxies })
    expect(await sendLines(port, await spoof())).to.equal(401)
  })
})
