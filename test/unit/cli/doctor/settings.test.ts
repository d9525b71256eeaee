import { expect } from 'chai'
import { files, read, URL_ } from '../../../support/doctor-settings.js'
import { removeFiles } from '../../../support/doctor.js'
import { testPki } from '../../../support/pki.js'

describe('the settings of doctor', () => {
  after(removeFiles)

  it('take host, port, name, path and query from the URL', async () => {
    const { target, url, direct } = await read({}, 'https://api.example.com:8443/me?a=b#c')
    expect(target).to.deep.equal({
      isTls: true,
      host: 'api.example.com',
      port: 8443,
      name: 'api.example.com',
      path: '/me?a=b',
      authority: 'api.example.com:8443',
      ca: undefined,
      isInsecure: false,
      timeoutMs: 10_000,
    })
    expect(url).to.equal('https://api.example.com:8443/me')
    expect(direct).to.equal(undefined)
  })

  it('have the usual port, and no brackets around an IPv6 address', async () => {
    const { target } = await read({}, 'https://[::1]')
    expect(target).to.include({
      host: '::1',
      name: '::1',
      port: 443,
      path: '/',
      authority: '[::1]',
    })
  })

  it('connect to another host with --connect, but expect the same name', async () => {
    const { target } = await read({ connect: '10.0.0.1' })
    expect(target).to.include({
      host: '10.0.0.1',
      name: 'api.example.com',
      authority: 'api.example.com',
    })
  })

  it('read the CAs of the server, --insecure and --timeout', async () => {
    const { root } = await testPki()
    const { 'ca.pem': ca = '' } = await files()
    const { target } = await read({ ca, insecure: true, timeout: '60' })
    expect(target).to.include({ ca: root.cert, isInsecure: true, timeoutMs: 60_000 })
    expect((await read({ timeout: '1' })).target.timeoutMs).to.equal(1000)
  })

  it('ask the direct port for the same path of the same site, unless it names another path', async () => {
    const url = `${URL_}?a=b`
    expect((await read({ direct: 'http://10.0.1.7:3000' }, url)).direct).to.include({
      isTls: false,
      host: '10.0.1.7',
      name: '10.0.1.7',
      port: 3000,
      path: '/me?a=b',
      authority: 'api.example.com',
    })
    expect((await read({ direct: 'http://node/x?y' }, url)).direct).to.include({
      port: 80,
      path: '/x?y',
    })
    expect((await read({ direct: 'https://node/' }, url)).direct).to.include({
      port: 443,
      isTls: true,
    })
  })

  it('load a certificate with its intermediate, and one in the file of its key', async () => {
    const { chained, intermediate, rsa } = await testPki()
    const all = await files()
    const { identities } = await read({ cert: all['chained.pem'], key: all['chained.key'] })
    expect(identities.good).to.deep.include({
      leaf: chained.raw,
      issuer: intermediate.raw,
      key: chained.key,
    })
    expect(identities.good.cert).to.equal(chained.cert + intermediate.cert)
    const both = all['combined.pem']
    expect((await read({ cert: both, key: both })).identities.good).to.deep.include({
      leaf: rsa.raw,
      issuer: undefined,
    })
  })

  it('load the other certificate', async () => {
    const { chained } = await testPki()
    const all = await files()
    const { other } = await read({
      'other-cert': all['chained.pem'],
      'other-key': all['chained.key'],
    })
    expect(other?.leaf).to.deep.equal(chained.raw)
    expect((await read({})).other).to.equal(undefined)
  })

  it('try names in every encoding, and send lines with a value as they are', async () => {
    const { variants, extra } = await read({ header: ['X-Own', 'X-DN:  CN=a: b ', 'X-Empty:'] })
    const names = new Set(variants.map(({ header }) => header))
    expect([...names]).to.include.members(['x-own', 'x-empty'])
    expect(extra).to.deep.equal([['x-dn', 'CN=a: b']])
    expect(names.has('x-dn')).to.equal(false)
  })
})
