import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { connect } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
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

/** Runs the programs of the page, and tells the test what happens. */
const DRIVER = `
  import diagnosticsChannel from 'node:diagnostics_channel'
  import { EventEmitter, once } from 'node:events'
  import { X509Certificate } from 'node:crypto'
  import { readFileSync } from 'node:fs'
  import { earliestExpiry, histogram, observeExpiry } from './metrics.js'
  import { server } from './server.js'
  import './watch.js'
  import { serve } from './web-sockets.js'

  if (!server.listening) await once(server, 'listening')
  const certificate = new X509Certificate(readFileSync('client.crt')).toLegacyObject()
  observeExpiry(certificate)
  const ws = Object.assign(new EventEmitter(), {
    close: (code, reason) => process.send({ closed: [code, reason] }),
  })
  serve(ws, { clientCertificate: certificate })
  for (const name of ['reloaded', 'reload-failed']) {
    diagnosticsChannel.subscribe('passport-client-certificate-auth:' + name, ({ files }) =>
      process.send({ [name]: files }),
    )
  }
  const { port } = server.address()
  process.send({ port, seconds: [earliestExpiry.seconds, ...histogram.observed] })
`

interface Message {
  readonly port?: number
  readonly seconds?: number[]
  readonly closed?: [code: number, reason: string]
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

interface Steps {
  readonly breakList: () => void
  readonly revoke: () => void
}

const inHours = (hours: number): Buffer => {
  const date = new Date(Date.now() + hours * 3_600_000).toISOString()
  return utcTime(`${date.replace(/\D/g, '').slice(2, 14)}Z`)
}
const DATES = { thisUpdate: inHours(-1), nextUpdate: inHours(12) }
const notAfter = inHours(23)
const clients = ca('Clients', { notAfter })
const strangers = ca('Strangers', { notAfter })
const client = issue({ subject: 'client', by: clients, serialNumber: int(7), notAfter })
const stranger = issue({ subject: 'client', by: strangers, serialNumber: int(7), notAfter })
const listWith = (...entries: Buffer[]): string => crlToPem(listBy(clients, { ...DATES, entries }))

describe('docs/rotation.md', () => {
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
    expect(PROGRAMS).to.have.lengthOf(4)
  })

  it('has the same cron job as docs/revocation.md', () => {
    const [cronJob = ''] = /^17 \* .+$/m.exec(PAGE) ?? []
    expect(cronJob).to.include('openssl ca')
    expect(readFileSync(join(ROOT, 'docs/revocation.md'), 'utf8')).to.include(`\n${cronJob}\n`)
  })

  /** Runs the programs of the page in a folder, with other paths. */
  async function start(folder: string, paths: Readonly<Record<string, string>>): Promise<number> {
    mkdirSync(join(folder, 'node_modules'))
    for (const name of ['express', 'passport']) {
      symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
    }
    symlinkSync(ROOT, join(folder, 'node_modules', 'passport-client-certificate-auth'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'client.crt'), client.pem)
    for (const [, name = '', text = ''] of PROGRAMS) {
      const edited = text.replace(/'(ca\.crt|crl\.pem|tls\.crt|tls\.key)'/g, (_, file: string) => {
        return `'${paths[file] ?? file}'`
      })
      writeFileSync(join(folder, name), edited)
    }
    writeFileSync(join(folder, 'driver.js'), DRIVER)
    child = fork(join(folder, 'driver.js'), { cwd: folder, execArgv: [], silent: true })
    const { port = 0, seconds = [] } = await waitFor(child, 'port')
    expect(seconds).to.have.lengthOf(2)
    for (const each of seconds) expect(each).to.be.within(1, 24 * 3600)
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
    const closed = waitFor(child as ChildProcess, 'closed')
    steps.revoke()
    expect((await closed).closed).to.deep.equal([1008, 'certificate_revoked'])
    expect(await outcomes(port)).to.deep.equal([401, 'refused'])
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
