import { type ChildProcess, fork } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { connect } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { WebSocket } from 'ws'
import { ca, crlToPem, entryOf, listBy } from '../support/crl-writer.js'
import { issue } from '../support/der-chain.js'
import { int, utcTime } from '../support/der-writer.js'
import { type TestPki, testPki } from '../support/pki.js'
import {
  certbotFolder,
  kubernetesVolume,
  makeFolder,
  removeFolders,
  renamedFiles,
} from '../support/rotated-files.js'
import { getHttps } from '../support/servers.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGE = readFileSync(join(ROOT, 'docs/rotation.md'), 'utf8')
const PROGRAMS = [...PAGE.matchAll(/^<!-- (\S+) -->\n\n```js\n([^]*?)^```$/gm)]

const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const [, UPGRADES = ''] = /^```js\n((?:(?!```)[^])*?acceptUpgrades[^]*?)^```$/m.exec(README) ?? []

/** Runs the programs of the page, and tells the test what happens. */
const DRIVER = `
  import diagnosticsChannel from 'node:diagnostics_channel'
  import { once } from 'node:events'
  import { metricsServer } from './metrics-server.js'
  import { server } from './server.js'
  import { acceptUpgrades } from './upgrades.js'
  import { serve } from './web-sockets.js'
  import { WebSocketServer } from 'ws'

  for (const one of [server, metricsServer]) if (!one.listening) await once(one, 'listening')
  const webSockets = new WebSocketServer({ noServer: true })
  acceptUpgrades(server, (req, socket, head) => {
    webSockets.handleUpgrade(req, socket, head, (ws) => serve(ws, req))
  })
  for (const name of ['reloaded', 'reload-failed']) {
    diagnosticsChannel.subscribe('passport-client-certificate-auth:' + name, ({ files }) =>
      process.send({ [name]: files }),
    )
  }
  process.send({ port: server.address().port, metricsPort: metricsServer.address().port })
`

interface Message {
  readonly port?: number
  readonly metricsPort?: number
  readonly reloaded?: string[]
  readonly 'reload-failed'?: string[]
}

/** Waits for a message with a member, and passes over the others. */
function waitFor(child: ChildProcess, name: keyof Message): Promise<Message> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: Message) => {
      if (message[name] !== undefined) resolve(message)
    })
    child.once('exit', () => {
      reject(new Error(`The program ended before it said ${name}`))
    })
  })
}

/** Waits for a line on standard output. */
function printedBy(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve) => {
    createInterface(child.stdout as Readable).on('line', (line) => {
      if (pattern.test(line)) resolve(line)
    })
  })
}

interface Steps {
  readonly breakList: () => void
  readonly revoke: () => void
}

const toUtc = (ms: number): string =>
  `${new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14)}Z`
const inHours = (hours: number): Buffer => utcTime(toUtc(Date.now() + hours * 3_600_000))
const NEXT_UPDATE_S = Math.floor(Date.now() / 1000) + 12 * 3600
const DATES = { thisUpdate: inHours(-1), nextUpdate: utcTime(toUtc(NEXT_UPDATE_S * 1000)) }
const notAfter = inHours(23)
const clients = ca('Clients', { notAfter })
const strangers = ca('Strangers', { notAfter })
const client = issue({ subject: 'client', by: clients, serialNumber: int(7), notAfter })
const stranger = issue({ subject: 'client', by: strangers, serialNumber: int(7), notAfter })
const listWith = (...entries: Buffer[]): string => crlToPem(listBy(clients, { ...DATES, entries }))

/** The numbers in the text that Prometheus gets, by name and label. */
async function readMetrics(metricsPort: number): Promise<Map<string, number>> {
  const answer = await fetch(`http://localhost:${metricsPort}/metrics`)
  expect(answer.headers.get('content-type')).to.match(/^text\/plain/)
  const metrics = await answer.text()
  expect(metrics).to.match(
    /^(?:(?:# TYPE \w+ \w+|\w+(?:{le="(?:\d+|\+Inf)"})? (?:[\d.]+|\+Inf))\n)+$/,
  )
  const lines = metrics.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines
      .map((line) => line.split(' ') as [string, string])
      .map(([name, number]) => [name, number === '+Inf' ? Infinity : Number(number)]),
  )
}

async function expectMetrics(metricsPort: number, port: number): Promise<void> {
  const secondsOf = (pem: string): number => Date.parse(new X509Certificate(pem).validTo) / 1000
  const name = 'client_certificate_expiration_seconds'
  const before = await readMetrics(metricsPort)
  expect(before.get('trust_store_ca_expiry_timestamp_seconds')).to.equal(Infinity)
  expect(before.get('trust_store_crl_expiry_timestamp_seconds')).to.equal(Infinity)
  expect(before.get(`${name}_count`)).to.equal(0)

  const end = secondsOf(client.pem)
  const leftBefore = end - Date.now() / 1000
  const { key, pem: cert } = client
  const { status } = await getHttps(port, { path: '/me', key, cert, rejectUnauthorized: false })
  expect(status).to.equal(200)
  const after = await readMetrics(metricsPort)
  expect(after.get('trust_store_ca_expiry_timestamp_seconds')).to.equal(secondsOf(clients.pem))
  expect(after.get('trust_store_crl_expiry_timestamp_seconds')).to.equal(NEXT_UPDATE_S)
  expect(after.get(`${name}_count`)).to.equal(1)
  const sum = after.get(`${name}_sum`) as number
  expect(sum).to.be.within(end - Date.now() / 1000, leftBefore)
  for (const limit of [43_200, 86_400, 31_104_000]) {
    expect(after.get(`${name}_bucket{le="${limit}"}`)).to.equal(sum <= limit ? 1 : 0)
  }
  expect(after.get(`${name}_bucket{le="+Inf"}`)).to.equal(1)
}

describe('docs/rotation.md, with the upgrades of README.md', () => {
  let pki: TestPki
  let child: ChildProcess | undefined

  before(async () => {
    pki = await testPki()
  })
  afterEach(() => {
    child?.removeAllListeners('exit').kill()
    removeFolders()
  })

  it('has a program in each block of JavaScript', () => {
    expect(PROGRAMS).to.have.lengthOf(PAGE.split('```js').length - 1)
    expect(PROGRAMS).to.have.lengthOf(5)
  })

  it('has the same cron job as docs/revocation.md', () => {
    const [cronJob = ''] = /^17 \* .+$/m.exec(PAGE) ?? []
    expect(cronJob).to.include('openssl ca')
    expect(readFileSync(join(ROOT, 'docs/revocation.md'), 'utf8')).to.include(`\n${cronJob}\n`)
  })

  /** Runs the programs of the page in a folder, with other paths. */
  async function start(folder: string, paths: Readonly<Record<string, string>>): Promise<number> {
    mkdirSync(join(folder, 'node_modules'))
    for (const name of ['express', 'passport', 'ws']) {
      symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
    }
    symlinkSync(ROOT, join(folder, 'node_modules', 'passport-client-certificate-auth'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'client.crt'), client.pem)
    for (const [, name = '', text = ''] of PROGRAMS) {
      const edited = text.replace(/'(ca\.crt|crl\.pem|tls\.crt|tls\.key)'/g, (_, file: string) => {
        return `'${paths[file] ?? file}'`
      })
      const anyPort = edited.replace(/\.listen\((?:3443|9464)\b/, '.listen(0')
      writeFileSync(join(folder, name), anyPort)
    }
    writeFileSync(join(folder, 'upgrades.js'), UPGRADES)
    writeFileSync(join(folder, 'users.js'), `export const findUser = async () => ({ id: 1 })`)
    writeFileSync(join(folder, 'driver.js'), DRIVER)
    child = fork(join(folder, 'driver.js'), { cwd: folder, execArgv: [], silent: true })
    const { port = 0, metricsPort = 0 } = await waitFor(child, 'port')
    await expectMetrics(metricsPort, port)
    return port
  }

  const outcomes = (port: number) =>
    Promise.all(
      [client, stranger].map(async ({ key, pem }) => {
        const answer = getHttps(port, { path: '/me', key, cert: pem, rejectUnauthorized: false })
        return answer.then(({ status }) => status).catch(() => 'refused')
      }),
    )

  /** The name in the server's certificate. */
  async function nameOf(port: number): Promise<string> {
    const { key, pem: cert } = client
    const socket = connect({ host: '127.0.0.1', port, key, cert, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const name = socket.getPeerCertificate().subject.CN
    socket.destroy()
    return String(name)
  }

  /** A renewal while a new list comes: the paths of the page, and what changes in them. */
  async function followsLists(
    folder: string,
    paths: Readonly<Record<string, string>>,
    steps: Steps,
  ) {
    const port = await start(folder, paths)
    expect(await outcomes(port)).to.deep.equal([200, 'refused'])
    const failed = waitFor(child as ChildProcess, 'reload-failed')
    steps.breakList()
    expect((await failed)['reload-failed']).to.include(paths['crl.pem'] ?? 'crl.pem')
    expect(await outcomes(port)).to.deep.equal([200, 'refused'])
    const { key, pem: cert } = client
    const ws = new WebSocket(`wss://127.0.0.1:${port}`, { key, cert, rejectUnauthorized: false })
    await once(ws, 'open')
    const printed = printedBy(child as ChildProcess, /^closing a WebSocket: /)
    const closed = once(ws, 'close') as Promise<[code: number, reason: Buffer]>
    steps.revoke()
    const [code, reason] = await closed
    expect([code, String(reason)]).to.deep.equal([1008, 'certificate_revoked'])
    expect(await printed).to.equal('closing a WebSocket: certificate_revoked')
    expect(await outcomes(port)).to.deep.equal(['refused', 'refused'])
    return port
  }

  const tls = () => ({ 'tls.crt': pki.server.cert, 'tls.key': pki.server.key })

  it('shows programs that follow a volume of Kubernetes', async () => {
    const files = { 'ca.crt': clients.pem, 'crl.pem': listWith(), ...tls() }
    const volume = kubernetesVolume(files)
    const port = await followsLists(
      dirname(volume.pathOf('x')),
      {},
      {
        breakList: () => volume.rotate({ ...files, 'crl.pem': listWith().slice(0, 100) }),
        revoke: () => volume.rotate({ ...files, 'crl.pem': listWith(entryOf(7)) }),
      },
    )
    const reloaded = waitFor(child as ChildProcess, 'reloaded')
    volume.rotate({
      ...files,
      'ca.crt': strangers.pem,
      'crl.pem': crlToPem(listBy(strangers, DATES)),
    })
    await reloaded
    expect(await outcomes(port)).to.deep.equal(['refused', 200])
  })

  it('shows programs that follow certbot, and a cron job that renames lists', async () => {
    const live = certbotFolder({ 'fullchain.pem': pki.server.cert, 'privkey.pem': pki.server.key })
    const lists = renamedFiles({ 'ca.crt': clients.pem, 'crl.pem': listWith() })
    const paths = {
      'tls.crt': live.pathOf('fullchain.pem'),
      'tls.key': live.pathOf('privkey.pem'),
      'ca.crt': lists.pathOf('ca.crt'),
      'crl.pem': lists.pathOf('crl.pem'),
    }
    const port = await followsLists(makeFolder(), paths, {
      breakList: () => lists.rotate({ 'crl.pem': listWith().slice(0, 100) }),
      revoke: () => lists.rotate({ 'crl.pem': listWith(entryOf(7)) }),
    })
    const { key, cert } = await pki.root.issue({ subject: 'CN=renewed' })
    const reloaded = waitFor(child as ChildProcess, 'reloaded')
    live.rotate({ 'fullchain.pem': cert, 'privkey.pem': key })
    expect((await reloaded).reloaded).to.include(paths['tls.crt'])
    expect(await nameOf(port)).to.equal('renewed')
  })
})
