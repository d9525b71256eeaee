import { type ChildProcess, fork } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { attempt } from '../attacks/support/socket-client.js'
import { type TestPki, testPki } from '../support/pki.js'
import { kubernetesVolume, removeFolders } from '../support/rotated-files.js'

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

  it('shows programs that follow a volume of Kubernetes', async () => {
    const files = { 'ca.crt': pki.root.cert, 'tls.crt': pki.server.cert, 'tls.key': pki.server.key }
    const volume = kubernetesVolume(files)
    const pathOf = (...names: string[]): string => volume.pathOf(join(...names))
    mkdirSync(pathOf('node_modules'))
    for (const name of ['express', 'passport']) {
      symlinkSync(join(ROOT, 'node_modules', name), pathOf('node_modules', name))
    }
    symlinkSync(ROOT, pathOf('node_modules', 'passport-client-certificate-auth'))
    writeFileSync(pathOf('package.json'), '{ "type": "module" }')
    writeFileSync(pathOf('client.crt'), pki.ec.cert)
    for (const [, name = '', text = ''] of PROGRAMS) writeFileSync(pathOf(name), text)
    writeFileSync(pathOf('driver.js'), DRIVER)

    child = fork(pathOf('driver.js'), {
      cwd: dirname(pathOf('driver.js')),
      execArgv: [],
      silent: true,
    })
    const { port = 0, seconds = [] } = await waitFor(child, 'port')
    expect(seconds).to.have.lengthOf(2)
    for (const each of seconds) expect(each).to.be.within(1, 24 * 3600)

    // The page's server has routes below /me only, so an accepted client gets 404.
    const outcomes = async () => {
      const attempts = [await attempt(port, pki.ec), await attempt(port, pki.unknown)]
      return attempts.map(({ outcome }) => outcome)
    }
    expect(await outcomes()).to.deep.equal([404, 'refused'])
    const closed = waitFor(child, 'closed')
    const failed = waitFor(child, 'reload-failed')
    volume.rotate({ ...files, 'ca.crt': pki.root.cert.slice(0, 100) })
    expect((await failed)['reload-failed']).to.deep.equal(['ca.crt'])
    expect(await outcomes()).to.deep.equal([404, 'refused'])
    volume.rotate({ ...files, 'ca.crt': pki.stranger.cert })
    expect((await closed).closed).to.deep.equal([1008, 'certificate_chain_untrusted'])
    expect(await outcomes()).to.deep.equal(['refused', 404])
  })
})
