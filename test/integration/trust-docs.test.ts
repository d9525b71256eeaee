import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { openConnection } from '../support/one-connection.js'
import { testPki } from '../support/pki.js'
import { makeFolder, removeFolders } from '../support/rotated-files.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGE = readFileSync(join(ROOT, 'docs/trust.md'), 'utf8')
const [, PROGRAM = ''] = /<!-- tenants-server\.js -->\n\n```js\n([^]*?)^```$/m.exec(PAGE) ?? []

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

  it('shows a server that accepts clients only for their own tenant', async () => {
    const { root, server, stranger, ec, unknown } = await testPki()
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
    writeFileSync(join(folder, 'driver.js'), DRIVER)
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
})
