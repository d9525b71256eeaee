import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import type { TrustedProxies } from '../../../src/extractor/index.js'
import type { StrategyOptions } from '../../../src/index.js'
import { toUrlPem } from '../../support/header-values.js'
import { testPki } from '../../support/pki.js'
import { closeServers, listen } from '../../support/servers.js'
import {
  createBackend,
  expectAcceptance,
  expectRejections,
  type Line,
  sendLines,
  startBackend,
  whileListening,
} from '../support/header-backend.js'
import { sendRequest, type Task } from '../support/header-request.js'
import { closingOf, observeConnections, resetFromElsewhere } from '../support/header-resets.js'

const NGINX: StrategyOptions = {
  certificateHeader: 'X-SSL-Client-Cert',
  headerEncoding: 'url-pem',
  verifyHeader: 'X-SSL-Client-Verify',
  verifyValue: 'SUCCESS',
}

/**
 * A forged request. A certificate is public, so any peer can send one, and a verify header with it.
 */
async function spoof(): Promise<Line[]> {
  const { rsa } = await testPki()
  return [
    ['X-SSL-Client-Cert', toUrlPem(rsa)],
    ['X-SSL-Client-Verify', 'SUCCESS'],
  ]
}

interface Attacker {
  readonly options: StrategyOptions
  readonly task: Omit<Task, 'port' | 'connections'>
  /** The reason for the rejection if the address is known. */
  readonly reason: string
}

async function createServer({ identity }: Attacker['task']): Promise<http.Server> {
  if (identity === undefined) return http.createServer()
  const { server, root } = await testPki()
  const { key, cert } = server
  return https.createServer({
    ...{ key, cert, ca: root.cert },
    ...{ requestCert: true, rejectUnauthorized: false },
  })
}

afterEach(closeServers)

describe('B1 a client that bypasses the proxy and sends the header', () => {
  const otherPeers: Readonly<Record<string, TrustedProxies>> = {
    'another address': '192.0.2.1',
    'other networks': ['10.0.0.0/8', '128.0.0.0/1', 'uniquelocal', 'linklocal', '::1'],
    'a Unix-domain socket': 'unix',
    'a function that returns false': () => false,
    'a function that throws': () => {
      throw new Error('No answer')
    },
    'a function that returns a promise': (() => Promise.resolve(true)) as never,
    'a function that asks for a certificate': ({ certificate }) => certificate !== null,
  }

  for (const [title, trustedProxies] of Object.entries(otherPeers)) {
    it(`B1 rejects the header when trustedProxies is ${title}`, async () => {
      const lines = await spoof()
      const claims: Line[] = [
        ['X-Forwarded-For', '192.0.2.1'],
        ['Forwarded', 'for=192.0.2.1;by=10.0.0.1'],
        ['X-Real-IP', '10.0.0.1'],
      ]
      await expectRejections(
        { ...NGINX, trustedProxies },
        { alone: lines, 'with the address of a proxy': [...claims, ...lines] },
        'untrusted_proxy',
      )
    })
  }

  it('B1 accepts the same header from the proxy', async () => {
    await expectAcceptance({ ...NGINX, trustedProxies: '127.0.0.1' }, await spoof(), 'rsa-client')
  })
})

describe('B2 a client that resets its connection, so that its address is gone', () => {
  const trustedProxies = ['unix', '192.0.2.1']

  /**
   * A client that sends the proxy's headers, and a proxy that has a certificate and sends no client
   * certificate.
   */
  async function attackers(): Promise<Record<'client' | 'proxy', Attacker>> {
    const { ec } = await testPki()
    return {
      client: {
        options: { ...NGINX, trustedProxies },
        task: { header: (await spoof()).map((line) => line.join(': ')).join('\r\n') },
        reason: 'untrusted_proxy',
      },
      proxy: {
        options: { ...NGINX, trustedProxies: 'loopback', fallbackToSocket: true },
        task: {
          header: 'X-SSL-Client-Verify: NONE',
          identity: { key: ec.key, cert: ec.cert },
        },
        reason: 'verification_header_mismatch',
      },
    }
  }

  for (const [who, title] of [
    ['client', "doesn't trust an unknown address"],
    ['proxy', "doesn't take the certificate of a proxy without an address for a client's"],
  ] as const) {
    it(`B2 ${title}, for a request that waits`, async () => {
      const { options, task } = (await attackers())[who]
      const { app, log, verified } = createBackend(options)
      const server = await createServer(task)
      const { port } = await listen(server)
      const received = once(server, 'request') as Promise<Parameters<RequestListener>>
      const reset = await sendRequest({ port, ...task })
      const [req, res] = await received
      await Promise.all([reset(), closingOf(req.socket)])
      expect(req.socket.remoteAddress).to.equal(undefined)
      app(req, res)
      await setImmediate()
      expect(log).to.deep.equal(['untrusted_proxy'])
      expect(verified).to.deep.equal([])
    })

    it(`B2 ${title}, in hundreds of requests`, async () => {
      const { options, task, reason } = (await attackers())[who]
      const { app, log, verified } = createBackend(options)
      const peers: (string | undefined)[] = []
      const server = await createServer(task)
      server.on('request', (req: IncomingMessage, res: ServerResponse) => {
        peers.push(req.socket.remoteAddress)
        app(req, res)
      })
      const closings = observeConnections(server)
      const { port } = await listen(server)
      expect(await resetFromElsewhere({ port, connections: 300, ...task })).to.equal(300)
      await closings(port)
      expect(log).to.deep.equal(
        peers.map((address) => (address === undefined ? 'untrusted_proxy' : reason)),
      )
      expect(verified).to.deep.equal([])
    })
  }

  it('B2 trusts the peer of a Unix-domain socket, which has no address either', async () => {
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
