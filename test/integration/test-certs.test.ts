import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import express from 'express'
import { Passport } from 'passport'
import { Strategy } from '../../src/index.js'
import { mtlsServerOptions } from '../../src/server/index.js'
import { closeServers, getHttps, listen } from '../support/servers.js'

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** Runs the command line from its source, in a new process. */
async function runProgram(...args: string[]): Promise<string> {
  const argv = ['--no-deprecation', '--import', 'ts-blank-space/register', PROGRAM, ...args]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, argv)
  expect(stderr).to.equal('')
  return stdout
}

/** A client as the command's text shows it. */
interface Shown {
  readonly name: string
  /** Node's code; missing for clients about which verify decides. */
  readonly code: string | undefined
  readonly curl: string
}

const CLIENT =
  /^([a-z-]+), [a-z A-Z]+: (?:Node accepts it, so verify decides: 200 for a user, 401 otherwise|no answer, because Node ends the connection; with rejectUnauthorized: false, 401 and the code ([A-Z_]+))\n {2}(curl .+)$/gm

const readText = (text: string): Shown[] =>
  [...text.matchAll(CLIENT)].map(([, name = '', code, curl = '']) => ({ name, code, curl }))

/** Sends the request that a curl command would send, but to another port. */
function follow({ curl }: Shown, port: number) {
  const option = (name: string) => {
    const file = new RegExp(` --${name} (\\S+)`).exec(curl)?.[1]
    return file === undefined ? undefined : readFileSync(file)
  }
  const { hostname, pathname } = new URL(/https:\S+$/.exec(curl)?.[0] ?? '')
  const client = { ca: option('cacert'), cert: option('cert'), key: option('key') }
  return getHttps(port, { ...client, servername: hostname, path: pathname })
}

describe('the certificates of test-certs, in the server of the README', () => {
  let folder: string
  let clients: Shown[]
  let users: Map<string, { name: string }>
  let rejections: unknown[]

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'test-certs-'))
    const text = await runProgram('test-certs', folder)
    clients = readText(text)
    const fingerprint = /^ {2}alice {2}(\S+)$/m.exec(text)?.[1] ?? ''
    users = new Map([[fingerprint, { name: 'alice' }]])
  })
  beforeEach(() => {
    rejections = []
  })
  afterEach(closeServers)
  after(() => rmSync(folder, { recursive: true, force: true }))

  const read = (name: string) => readFileSync(join(folder, name))

  async function start(rejectUnauthorized?: boolean): Promise<number> {
    const passport = new Passport()
    const onRejected = (
      _cert: unknown,
      _req: unknown,
      reason: string,
      { code }: { code?: string },
    ) => rejections.push([reason, code])
    passport.use(new Strategy({ onRejected }, (cert) => users.get(cert.fingerprint256) ?? false))
    const app = express()
    const guard = passport.authenticate('client-cert', { session: false }) as RequestListener
    app.get('/me', guard, (req, res) => {
      res.json({ user: req.user })
    })
    const options = mtlsServerOptions({
      key: read('server.key'),
      cert: read('server.pem'),
      ca: read('ca.pem'),
      rejectUnauthorized,
    })
    return (await listen(https.createServer(options, app as RequestListener))).port
  }

  const find = (name: string) => {
    const found = clients.find((client) => client.name === name)
    if (found === undefined) throw new Error(`The text doesn't show ${name}`)
    return found
  }

  it('are shown with a command for each client', () => {
    expect(clients.map(({ name }) => name)).to.deep.equal([
      'alice',
      'bob',
      'expired',
      'self-signed',
      'other-ca',
      'server-only',
      'anonymous',
    ])
  })

  for (const rejectUnauthorized of [true, false]) {
    it(`let verify decide about alice and bob, with rejectUnauthorized: ${rejectUnauthorized}`, async () => {
      const port = await start(rejectUnauthorized)
      const [alice, bob] = [await follow(find('alice'), port), await follow(find('bob'), port)]
      expect([alice.status, JSON.parse(alice.body)]).to.deep.equal([
        200,
        { user: { name: 'alice' } },
      ])
      expect(bob.status).to.equal(401)
      expect(rejections).to.deep.equal([['callback_returned_false', undefined]])
    })
  }

  it('get no answer, except alice and bob', async () => {
    const port = await start()
    for (const client of clients.slice(2)) {
      const error: unknown = await follow(client, port).catch((reason: unknown) => reason)
      expect(error, client.name).to.be.instanceOf(Error)
    }
    expect(rejections).to.deep.equal([])
  })

  it('get 401 with rejectUnauthorized: false, and the code that the text shows', async () => {
    const port = await start(false)
    for (const client of clients.slice(2)) {
      expect((await follow(client, port)).status, client.name).to.equal(401)
    }
    expect(rejections).to.deep.equal(
      clients.slice(2).map(({ code }) => ['socket_not_authorized', code]),
    )
    expect(clients.slice(2).filter(({ code }) => code === undefined)).to.deep.equal([])
  })

  it('work with the PKCS #12 file, as in a browser', async () => {
    const port = await start()
    const pfx = { pfx: read('alice.p12'), passphrase: 'test' }
    const { status } = await getHttps(port, { ...pfx, ca: read('ca.pem'), path: '/me' })
    expect(status).to.equal(200)
  })

  it('are described as data too', async () => {
    const data: unknown = JSON.parse(await runProgram('test-certs', folder, '--force', '--json'))
    const { clients: own } = data as { clients: readonly Shown[] }
    expect(own.map(({ name, code, curl }) => ({ name, code, curl }))).to.deep.equal(clients)
  })
})
