import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls, { type SecureVersion } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { probeServer } from '../../src/cli/inspect/probe.js'
import { reportOnServer } from '../../src/cli/inspect/server-report.js'
import { type Issued, testPki } from '../support/pki.js'
import { tlsSocketOf } from '../support/tls-visit.js'
import { failureOf, runCommand } from '../support/run-command.js'

const servers: net.Server[] = []

/** Starts a server, which ends after the test. */
async function start(server: net.Server, host = '127.0.0.1'): Promise<number> {
  servers.push(server)
  server.listen(0, host)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

type Mode = 'none' | 'optional' | 'required'

async function createServer(
  mode: Mode,
  options: https.ServerOptions = {},
  app: RequestListener = (_req, res) => res.end(),
): Promise<https.Server> {
  const { server, root } = await testPki()
  const client = { requestCert: mode !== 'none', rejectUnauthorized: mode === 'required' }
  const own = { key: server.key, cert: server.cert, ca: root.cert }
  return https.createServer({ ...own, ...client, ...options }, app)
}

const CLIENT: Readonly<Record<Mode, string>> = {
  none: 'the server asks for no client certificate in the handshake',
  optional: 'the server asks for a client certificate, and answers without one too',
  required: 'the server demands a client certificate',
}
const DEMANDS: Readonly<Record<Mode, string>> = {
  none: 'not_requested',
  optional: 'optional',
  required: 'required',
}

/** The first lines, which are about the server. */
const headOf = (out: string): string => out.slice(0, out.indexOf('\n\n'))

describe('inspect host:port', () => {
  afterEach(() => {
    for (const server of servers.splice(0)) {
      if (server instanceof https.Server || server instanceof http.Server)
        server.closeAllConnections()
      server.close()
    }
  })

  for (const version of ['TLSv1.2', 'TLSv1.3'] as SecureVersion[]) {
    for (const mode of ['none', 'optional', 'required'] as Mode[]) {
      it(`tells whether the server asks for a certificate: ${mode}, ${version}`, async () => {
        const limits = { minVersion: version, maxVersion: version }
        const port = await start(await createServer(mode, limits))
        const { status, out, err } = await runCommand(['inspect', `localhost:${port}`])
        expect({ status, err }).to.deep.equal({ status: 0, err: '' })
        // With TLS 1.2, the server ends the handshake itself.
        const isCut = mode === 'required' && version === 'TLSv1.2'
        expect(headOf(out)).to.equal(
          [
            `the TLS server localhost, port ${port}`,
            `  protocol     ${isCut ? 'unknown, because the handshake did not complete' : version}`,
            `  trust        ${isCut ? 'not checked, because the handshake did not complete' : "Node doesn't trust it: SELF_SIGNED_CERT_IN_CHAIN"}`,
            `  client       ${CLIENT[mode]}`,
            `  answer       ${mode === 'required' ? 'none in HTTP' : 'HTTP/1.1 200 OK'}`,
          ].join('\n'),
        )
        const { server } = await testPki()
        expect(out).to.include('\ncertificate 1 of 2\n  subject      CN=localhost\n')
        expect(out).to.include(
          '  names        DNS: localhost\n               IP Address: 127.0.0.1\n',
        )
        expect(out).to.include(
          `  SHA-256      ${new X509Certificate(server.cert).fingerprint256}\n`,
        )
        const json = await runCommand(['inspect', '--json', `https://localhost:${port}/`])
        expect(JSON.parse(json.out)).to.deep.include({
          source: 'server',
          host: 'localhost',
          port,
          protocol: isCut ? null : version,
          trustedByNode: isCut ? null : false,
          trustError: isCut ? null : 'SELF_SIGNED_CERT_IN_CHAIN',
          clientCertificate: DEMANDS[mode],
          statusLine: mode === 'required' ? null : 'HTTP/1.1 200 OK',
          problems: [],
        })
      })
    }
  }

  it('shows the chain that the server sends, and no problems of CAs', async () => {
    const { intermediate, root } = await testPki()
    const leaf = await intermediate.issue({
      subject: 'CN=chained',
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'],
    })
    const cert = leaf.cert + intermediate.cert + root.cert
    const port = await start(await createServer('none', { key: leaf.key, cert }))
    const { out } = await runCommand(['inspect', `127.0.0.1:${port}`])
    const subjects = [...out.matchAll(/^ {2}subject +(.*)$/gm)].map(([, subject]) => subject)
    expect(subjects).to.deep.equal([
      'CN=chained',
      'O=Test,CN=Test intermediate',
      'O=Test,CN=Test root',
    ])
    expect(out).to.include('\ncertificate 1 of 3\n')
    expect(out).not.to.include('problems')
  })

  it('shows that the certificate of the server has expired', async () => {
    const { expired } = await testPki()
    const { key, cert }: Issued = expired
    const port = await start(await createServer('optional', { key, cert }))
    const { out } = await runCommand(['inspect', `localhost:${port}`])
    expect(out).to.match(
      /\nproblems\n {2}- certificate 1 of 2: expired on \d{4}-\d\d-\d\d, 2 days ago\n$/,
    )
  })

  it('sends the name of the host in the handshake, but no address, and a HEAD request', async () => {
    const names: (string | undefined)[] = []
    const requests: string[] = []
    const server = await createServer('none', {}, (req, res) => {
      requests.push(`${req.method} ${req.url} ${req.headers.host}`)
      names.push(tlsSocketOf(req).servername || undefined)
      res.writeHead(403).end()
    })
    const port = await start(server)
    const { out } = await runCommand(['inspect', `https://localhost:${port}/a/b`])
    expect(out).to.include('  answer       HTTP/1.1 403 Forbidden\n')
    await runCommand(['inspect', `127.0.0.1:${port}`])
    expect(names).to.deep.equal(['localhost', undefined])
    expect(requests).to.deep.equal([`HEAD /a/b localhost:${port}`, `HEAD / 127.0.0.1:${port}`])
  })

  it('connects to IPv6 addresses in brackets', async function () {
    const hosts: (string | undefined)[] = []
    const server = await createServer('none', {}, (req, res) => {
      hosts.push(req.headers.host)
      res.end()
    })
    let port: number
    try {
      port = await start(server, '::1')
    } catch {
      this.skip()
    }
    for (const address of [`[::1]:${port}`, `https://[::1]:${port}`]) {
      const { out } = await runCommand(['inspect', address])
      expect(headOf(out)).to.match(new RegExp(`^the TLS server ::1, port ${port}\n`))
    }
    expect(hosts).to.deep.equal([`[::1]:${port}`, `[::1]:${port}`])
  })

  it('tells a server that closes the connection without a certificate, and one that answers otherwise', async () => {
    const { server, root } = await testPki()
    const options = {
      key: server.key,
      cert: server.cert,
      ca: root.cert,
      requestCert: true,
      rejectUnauthorized: false,
    }
    const closing = await start(
      tls.createServer(options, (socket) => socket.once('data', () => socket.end())),
    )
    const { out } = await runCommand(['inspect', `localhost:${closing}`])
    expect(headOf(out)).to.include(
      '  client       the server asks for a client certificate, and closes the connection without one\n' +
        '  answer       none in HTTP',
    )
    const other = await start(
      tls.createServer(options, (socket) => socket.end('220 mail\u001b[2J\r\n')),
    )
    const { out: mail } = await runCommand(['inspect', `localhost:${other}`])
    expect(headOf(mail)).to.include(`${CLIENT.optional}\n  answer       none in HTTP`)
  })

  it('says that it does not know if the server stays silent', async () => {
    const { server, root } = await testPki()
    const options = {
      key: server.key,
      cert: server.cert,
      ca: root.cert,
      requestCert: true,
      rejectUnauthorized: false,
    }
    const port = await start(tls.createServer(options, () => undefined))
    const address = { host: '127.0.0.1', port, path: '/' }
    const probe = await probeServer(address, 1500)
    expect(probe.outcome).to.equal('silent')
    const { text, data } = reportOnServer(address, probe, Date.now())
    expect(headOf(text)).to.include(
      "  client       the server asks for a client certificate, and didn't answer in time without one\n",
    )
    expect(data).to.deep.include({ clientCertificate: 'unknown' })
    const trusted = reportOnServer(address, { ...probe, trust: true }, Date.now())
    expect(headOf(trusted.text)).to.include('\n  trust        Node trusts it\n')
    expect(trusted.data).to.deep.include({ trustedByNode: true, trustError: null })
  })

  it('explains a server of plain HTTP, a port without a server, and one that closes at once', async () => {
    const plain = await start(http.createServer((_req, res) => res.end()))
    expect(failureOf(await runCommand(['inspect', `localhost:${plain}`]))).to.equal(
      `localhost:${plain}: the server answered, but not with TLS; it may speak plain HTTP`,
    )
    const closing = await start(net.createServer((socket) => socket.destroy()))
    expect(failureOf(await runCommand(['inspect', `localhost:${closing}`]))).to.equal(
      `localhost:${closing}: the server closed the connection during the handshake; it may not speak TLS`,
    )
    const gone = net.createServer()
    const port = await start(gone)
    gone.close()
    await once(gone, 'close')
    expect(failureOf(await runCommand(['inspect', `127.0.0.1:${port}`]))).to.equal(
      `127.0.0.1:${port}: nothing listens there; check the port, and whether the server runs`,
    )
  })

  it('explains a server that does not begin the handshake in time, and one that cannot agree', async () => {
    const mute = await start(net.createServer())
    const address = { host: '127.0.0.1', port: mute, path: '/' }
    const error = await probeServer(address, 50).catch((reason: unknown) => reason)
    expect(String(error)).to.equal(
      `UsageError: 127.0.0.1:${mute}: no answer in time; check the port and firewalls`,
    )
    const odd = await createServer('none', {
      ciphers: 'ECDHE-RSA-AES128-GCM-SHA256',
      maxVersion: 'TLSv1.2',
    })
    const port = await start(odd)
    expect(failureOf(await runCommand(['inspect', `127.0.0.1:${port}`]))).to.match(
      /^127\.0\.0\.1:\d+: the TLS handshake failed \(ERR_SSL_\S*HANDSHAKE_FAILURE\)$/,
    )
  })

  it('explains a name without an address', async () => {
    expect(failureOf(await runCommand(['inspect', 'no-such-host.invalid:443']))).to.match(
      /^no-such-host\.invalid:443: the name (?:has no address; check the spelling|server didn't answer; check the network)$/,
    )
  })

  it('works in the program, where Node trusts the CAs that it is told to', async () => {
    const { root } = await testPki()
    const folder = await mkdtemp(join(tmpdir(), 'inspect-'))
    try {
      const ca = join(folder, 'ca.pem')
      await writeFile(ca, root.cert)
      const port = await start(await createServer('required'))
      const program = fileURLToPath(new URL('../../dist/cjs/cli/main.js', import.meta.url))
      const child = spawn(process.execPath, [program, 'inspect', `localhost:${port}`], {
        env: { ...process.env, NODE_EXTRA_CA_CERTS: ca },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let out = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
      const [status] = (await once(child, 'close')) as [number]
      expect(status).to.equal(0)
      expect(headOf(out)).to.include('  trust        Node trusts it\n')
      expect(headOf(out)).to.include(CLIENT.required)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
