import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { openConnection } from '../support/one-connection.js'
import { testPki } from '../support/pki.js'
import { makeFolder, removeFolders } from '../support/rotated-files.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGE = readFileSync(join(ROOT, 'docs/trust.md'), 'utf8')
const [, PROGRAM = ''] = /<!-- tenants-server\.js -->\n\n```js\n([^]*?)^```$/m.exec(PAGE) ?? []

const [, BEHIND_PROXY = ''] = /<!-- tenants-proxy\.js -->\n\n```js\n([^]*?)^```$/m.exec(PAGE) ?? []

const DRIVER = `
  import { once } from 'node:events'
  import { server } from './tenants-server.js'
  if (!server.listening) await once(server, 'listening')
  process.send(server.address().port)
`

describe('docs/trust.md', () => {
  let child: ChildProcess | undefined
  afterEach(() => {
    child?.kill()
    removeFolders()
  })

  /** A folder with the programs of the page, and the module that the reader supplies. */
  async function writePrograms() {
    const { root, server, stranger } = await testPki()
    const folder = makeFolder()
    mkdirSync(join(folder, 'node_modules'))
    for (const name of ['express', 'passport'])
      symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
    symlinkSync(ROOT, join(folder, 'node_modules', 'passport-client-certificate-auth'))
    const hosts = { 'a.example': root.cert, 'b.example': stranger.cert }
    const tenants = Object.entries(hosts).map(([host, ca]) => ({ host, ca }))
    const module = [
      `export const [key, cert] = ${JSON.stringify([server.key, server.cert])}`,
      `export const loadTenants = async () => (${JSON.stringify(tenants)})`,
    ]
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'tenants.js'), module.join('\n'))
    writeFileSync(join(folder, 'tenants-server.js'), PROGRAM)
    writeFileSync(join(folder, 'tenants-proxy.js'), BEHIND_PROXY)
    writeFileSync(join(folder, 'driver.js'), DRIVER)
    return { folder, hosts }
  }

  it('shows a server that accepts clients only for their own tenant', async () => {
    const { ec, unknown } = await testPki()
    const { folder, hosts } = await writePrograms()
    child = fork(join(folder, 'driver.js'), { cwd: folder, execArgv: [], silent: true })
    const [port] = (await once(child, 'message')) as [number]

    const statuses: unknown[] = []
    for (const { key, cert } of [ec, unknown]) {
      for (const servername of Object.keys(hosts)) {
        const tls = { key, cert, servername, rejectUnauthorized: false }
        const connection = await openConnection({ port, protocol: 'http/1.1' }, tls)
        for (const host of Object.keys(hosts)) statuses.push(await connection.get(host))
        connection.close()
      }
    }
    const [ofRoot, ofStranger] = [
      [200, 421, 421, 401],
      [401, 421, 421, 200],
    ]
    expect(statuses).to.deep.equal([...ofRoot, ...ofStranger])
  })

  it('shows how to find the tenant behind a proxy, however a client writes the host', async () => {
    const { ec, unknown } = await testPki()
    const { folder, hosts } = await writePrograms()
    const driver = `
      import http from 'node:http'
      import { once } from 'node:events'
      import passport from 'passport'
      import './tenants-proxy.js'

      const authenticate = passport.authenticate('client-cert', { session: false })
      const server = http.createServer((req, res) => authenticate(req, res, () => res.end()))
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      process.send(server.address().port)
    `
    // The client of the test is the proxy.
    const program = BEHIND_PROXY.replace('10.0.0.0/8', '127.0.0.1')
    writeFileSync(join(folder, 'tenants-proxy.js'), program)
    writeFileSync(join(folder, 'driver.js'), driver)
    child = fork(join(folder, 'driver.js'), { cwd: folder, execArgv: [], silent: true })
    const [port] = (await once(child, 'message')) as [number]

    const statuses: unknown[] = []
    const written = [...Object.keys(hosts), 'A.Example', 'a.example:3443', 'c.example']
    for (const { cert } of [ec, unknown]) {
      for (const host of written) {
        const headers = { host, 'x-amzn-mtls-clientcert': encodeURIComponent(cert) }
        const request = http.get({ host: '127.0.0.1', port, headers })
        const [response] = (await once(request, 'response')) as [http.IncomingMessage]
        response.resume()
        statuses.push(response.statusCode)
      }
    }
    const [ofRoot, ofStranger] = [
      [200, 401, 200, 200, 401],
      [401, 200, 401, 401, 401],
    ]
    expect(statuses).to.deep.equal([...ofRoot, ...ofStranger])
  })
})
