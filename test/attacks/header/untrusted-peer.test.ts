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
  expectRefusals,
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

/** A certificate is public: anybody can send one, with the word of a proxy beside it. */
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
  /** Why it is refused where its address is known. */
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
  const trustedProxies = ['unix', '192.0.2.1']

  /** A client that sends the header of a proxy, and a proxy that sends none but has a certificate. */
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
    ['client', 'an unknown address is never that of a proxy'],
    ['proxy', 'a proxy whose address is gone does not become a client by its own certificate'],
  ] as const) {
    it(`B2 RST race: ${title}, for a request that waits`, async () => {
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

    it(`B2 RST race: ${title}, in hundreds of requests`, async () => {
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
