import https from 'node:https'
import { expect } from 'chai'
import { type MtlsServerOptions, mtlsServerOptions, reloadable } from '../../../src/server/index.js'
import { type TestPki, testPki } from '../../support/pki.js'
import { closeServers, listen } from '../../support/servers.js'
import { attempt } from '../support/socket-client.js'
import { revoke } from '../support/socket-crl.js'
import { guarded } from '../support/socket-guard.js'

afterEach(closeServers)

describe('A11 reloads that fail silently', () => {
  let pki: TestPki
  let material: MtlsServerOptions

  before(async () => {
    pki = await testPki()
    const { key, cert } = pki.server
    material = { key, cert, ca: pki.root.cert, rejectUnauthorized: false }
  })

  async function start(load: () => MtlsServerOptions | Promise<MtlsServerOptions>) {
    const server = https.createServer(mtlsServerOptions(material), guarded().listener)
    const { port } = await listen(server)
    return { port, reload: reloadable(server, load) }
  }

  it('A11 rejects a revoked client although an earlier reload never settles', async () => {
    const loads: Promise<MtlsServerOptions>[] = [new Promise(() => undefined)]
    const { port, reload } = await start(() => loads.shift() ?? material)
    void reload()
    expect(await attempt(port, pki.ec)).to.include({ outcome: 200 })
    const crl = await revoke(pki.root, pki.ec)
    loads.push(Promise.resolve({ ...material, crl }))
    await reload()
    expect(await attempt(port, pki.ec)).to.include({ outcome: 401 })
    expect(await attempt(port, pki.rsa)).to.include({ outcome: 200 })
  })

  it('A11 rejects a revoked client although an earlier reload settles late', async () => {
    const settle: ((options: MtlsServerOptions) => void)[] = []
    const { port, reload } = await start(() => new Promise((resolve) => settle.push(resolve)))
    const [first, second] = [reload(), reload()]
    settle[1]?.({ ...material, crl: await revoke(pki.root, pki.ec) })
    await second
    settle[0]?.(material)
    await first
    expect(await attempt(port, pki.ec)).to.include({ outcome: 401 })
  })

  it('A11 reports a CA bundle without a line break as an error, and keeps accepting clients', async () => {
    const glued = pki.root.cert.trimEnd() + pki.stranger.cert
    expect(() => mtlsServerOptions({ ...material, ca: glued })).to.throw(TypeError, 'option "ca"')
    const { port, reload } = await start(() => ({ ...material, ca: glued }))
    const error = await reload().catch((reason: unknown) => reason)
    expect(error).to.be.instanceOf(TypeError)
    expect(await attempt(port, pki.ec)).to.include({ outcome: 200 })
  })
})
