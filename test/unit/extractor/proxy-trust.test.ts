import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import http, { type IncomingMessage } from 'node:http'
import type { RequestOptions } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import {
  compileProxyTrust,
  parseTrustedProxies,
  type ProxyPeer,
  type TrustedProxies,
} from '../../../src/extractor/proxy-trust.js'
import type { RequestLike } from '../../../src/extractor/request.js'
import { describeRuntime, type Runtime } from '../../../src/util/runtime.js'
import { testPki, type TestPki } from '../../support/pki.js'
import { throwAny } from '../../support/run-verify.js'
import { closeServers, getHttp, getHttps, listenHttp, listenHttps } from '../../support/servers.js'
import { unhandledRejections } from '../../support/unhandled.js'

/** Compiles the option as an extractor does. */
function compileTrust(trustedProxies: TrustedProxies, runtime?: Runtime) {
  const option = parseTrustedProxies('option "trustedProxies"', trustedProxies)
  const trust = compileProxyTrust(option, runtime)
  return (request: RequestLike): boolean => trust(request) === undefined
}

function trusts(trustedProxies: TrustedProxies, remoteAddress: unknown): boolean {
  return compileTrust(trustedProxies)({ headers: {}, socket: { remoteAddress } })
}

describe('the addresses from which a proxy is trusted', () => {
  const cases: [option: string | string[], trusted: string[], untrusted: string[]][] = [
    ['192.0.2.1', ['192.0.2.1', '::ffff:192.0.2.1', '::FFFF:192.0.2.1'], ['192.0.2.2']],
    ['::ffff:192.0.2.1', ['192.0.2.1', '::ffff:192.0.2.1'], ['192.0.2.2', '::ffff:192.0.2.2']],
    ['2001:db8::1', ['2001:db8::1', '2001:DB8:0::1'], ['2001:db8::2', '::ffff:32.1.13.184']],
    ['fe80::1', ['fe80::1', 'fe80::1%eth0'], ['fe80::2%eth0', 'fe80::2%fe80::1']],
    [
      '10.0.0.0/8',
      ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3'],
      ['9.255.255.255', '11.0.0.0', '::ffff:11.0.0.0', '::10.0.0.1', 'a00::'],
    ],
    ['10.1.2.3/8', ['10.0.0.1'], ['11.1.2.3']],
    ['192.0.2.128/25', ['192.0.2.128', '192.0.2.255'], ['192.0.2.127', '192.0.3.128']],
    ['192.0.2.1/32', ['192.0.2.1'], ['192.0.2.0']],
    ['0.0.0.0/1', ['127.255.255.255'], ['128.0.0.0', '8000::']],
    ['::ffff:10.0.0.0/104', ['10.9.9.9', '::ffff:10.9.9.9'], ['11.0.0.0', '::ffff:11.0.0.0']],
    ['2001:db8::/32', ['2001:db8:ffff::1'], ['2001:db9::', '32.1.13.184']],
    ['2001:db8::1/128', ['2001:db8::1'], ['2001:db8::']],
    ['loopback', ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'], ['128.0.0.1', '::2', '::']],
    ['linklocal', ['169.254.0.1', 'fe80::1%lo', 'febf::1'], ['169.255.0.1', 'fec0::1', '::1']],
    [
      'uniquelocal',
      ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.9.9', 'fc00::1', 'fdff::1'],
      ['172.15.0.1', '172.32.0.1', '192.169.0.1', 'fe00::1', '127.0.0.1'],
    ],
    [
      ['192.0.2.1', 'loopback', 'unix'],
      ['192.0.2.1', '::1'],
      ['192.0.2.2', '10.0.0.1'],
    ],
  ]
  for (const [option, trusted, untrusted] of cases) {
    it(`are those of ${[option].flat().join(' and ')}, and no others`, () => {
      for (const address of trusted) expect(trusts(option, address), address).to.equal(true)
      for (const address of untrusted) expect(trusts(option, address), address).to.equal(false)
    })
  }

  const UNKNOWN = [
    undefined,
    null,
    '',
    'unknown',
    '127.0.0.1 ',
    '127.1',
    '::ffff:127.1',
    2130706433,
  ]
  it('never include one that is not known', () => {
    for (const address of [...UNKNOWN, ['127.0.0.1'], {}]) {
      expect(trusts(['loopback', '0.0.0.0/1', '::/1', 'unix'], address)).to.equal(false)
    }
    const trust = compileTrust(['loopback', 'unix'])
    for (const socket of [undefined, null, {}, { server: {} }, { server: null }]) {
      expect(trust({ socket })).to.equal(false)
    }
  })

  it('are those of the list as it was when the extractor was made', () => {
    const list = ['192.0.2.1']
    const trust = compileTrust(list)
    list.push('192.0.2.2')
    expect(trust({ socket: { remoteAddress: '192.0.2.2' } })).to.equal(false)
  })

  it('are all of them, known or not, with true', () => {
    for (const address of ['192.0.2.1', '::1', ...UNKNOWN]) {
      expect(trusts(true, address)).to.equal(true)
    }
    expect(compileTrust(true)({})).to.equal(true)
  })

  const values = [
    ...['', 'localhost', 'proxy.example.org', 'Loopback', 'loopback ', '10.0.0', '10.0.0.256'],
    ...['10.0.0.0/0', '::/0', '::ffff:0.0.0.0/96', '10.0.0.0/33', '::1/129', '::ffff:10.0.0.0/95'],
    ...['10.0.0.0/', '10.0.0.0/+8', '10.0.0.0/8.0', '10.0.0.0/255.0.0.0', '10.0.0.0/8/8', '/8'],
    ...['fe80::1%eth0', '[::1]', '10.0.0.1:80', '*', '010.0.0.1', '10.0.0.1, 10.0.0.2'],
  ]
  for (const value of values) {
    it(`cannot be '${value}', and the message says what can`, () => {
      for (const trustedProxies of [value, ['::1', value]]) expectRefusal(trustedProxies, value)
    })
  }

  function expectRefusal(trustedProxies: TrustedProxies, value: string): void {
    expect(() => compileTrust(trustedProxies))
      .to.throw(TypeError)
      .that.includes({
        code: 'ERR_INVALID_ARG_VALUE',
        message:
          'passport-client-certificate-auth: option "trustedProxies" must be an IP address, ' +
          'a network such as "10.0.0.0/8" (at least one bit long), ' +
          "'loopback', 'linklocal', 'uniquelocal' or 'unix'; true trusts every peer. " +
          `Received '${value}'`,
      })
  }

  it('cannot be none at all', () => {
    expect(() => compileTrust([]))
      .to.throw(TypeError, 'option "trustedProxies" must name at least one proxy. Received []')
      .with.property('code', 'ERR_INVALID_ARG_VALUE')
  })

  it('are text, even in a list', () => {
    for (const list of [[true], ['::1', null], [['::1']], [() => true]] as unknown[]) {
      expect(() => compileTrust(list as TrustedProxies))
        .to.throw(TypeError, 'option "trustedProxies" must be a list of strings. Received [')
        .with.property('code', 'ERR_INVALID_ARG_TYPE')
    }
  })
})

describe('the peer of a real connection', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })
  afterEach(closeServers)

  /** Returns the answer of a trust for a request that a server received over TCP. */
  async function askOverHttp<Answer>(ask: (req: IncomingMessage) => Answer): Promise<Answer> {
    const headers = { 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.1' }
    const answers: Answer[] = []
    const server = await listenHttp((req, res) => {
      answers.push(ask(req))
      res.end()
    })
    await getHttp(server.port, { headers })
    await server.close()
    return answers[0] as Answer
  }

  it('is known by its address, whatever X-Forwarded-For says', async () => {
    expect(await askOverHttp(compileTrust('loopback'))).to.equal(true)
    expect(await askOverHttp(compileTrust('192.0.2.1'))).to.equal(false)
    expect(await askOverHttp(compileTrust('unix'))).to.equal(false)
  })

  it('is unknown once its connection is gone', async () => {
    const answers: boolean[] = []
    const server = await listenHttp((req) => {
      req.socket.destroy()
      answers.push(compileTrust(['loopback', 'unix'])(req))
    })
    await getHttp(server.port).catch(() => undefined)
    expect(answers).to.deep.equal([false])
  })

  it('is trusted by the word unix over a Unix-domain socket, and by no address', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'proxy-trust-'))
    const answers: boolean[] = []
    const server = http.createServer((req, res) => {
      for (const option of ['unix', ['loopback', 'unix'], 'loopback', '0.0.0.0/1', '::/1']) {
        answers.push(compileTrust(option)(req))
      }
      res.end()
    })
    try {
      const socketPath = join(folder, 'http.sock')
      await once(server.listen(socketPath), 'listening')
      await getHttp(0, { socketPath })
    } finally {
      server.close()
      await rm(folder, { recursive: true })
    }
    expect(answers).to.deep.equal([true, true, false, false, false])
  })

  describe('that a function decides about', () => {
    async function peerOverHttps(client: RequestOptions): Promise<ProxyPeer & { asked: unknown }> {
      let seen: (ProxyPeer & { asked: unknown }) | undefined
      const server = await listenHttps((req, res) => {
        compileTrust((peer) => {
          seen = { ...peer, asked: req }
          return true
        })(req)
        res.end()
      })
      await getHttps(server.port, client)
      await server.close()
      if (seen === undefined) throw new Error('The function was not asked')
      return seen
    }

    it('is shown with its address, its own certificate and the request, and nothing else', async () => {
      const { asked, ...peer } = await peerOverHttps(pki.ec)
      expect(Object.keys(peer)).to.have.members(['address', 'certificate', 'request'])
      expect(peer.address).to.equal('127.0.0.1')
      expect(peer.certificate?.raw.equals(pki.ec.raw)).to.equal(true)
      expect(peer.certificate).not.to.have.property('issuerCertificate')
      expect(peer.request).to.equal(asked)
    })

    it('is shown without certificate where Node has not verified one', async () => {
      for (const client of [{}, pki.selfSigned, pki.unknown, pki.expired]) {
        expect((await peerOverHttps(client)).certificate).to.equal(null)
      }
      const overHttp = await askOverHttp((req) => {
        let seen: ProxyPeer | undefined
        compileTrust((peer) => (seen = peer).address !== null)(req)
        return seen
      })
      expect(overHttp).to.include({ address: '127.0.0.1', certificate: null })
    })

    it("can't be named by the word unix where a connection doesn't show what it is", () => {
      const bun = describeRuntime({ node: '26.3.0', bun: '1.4.5' })
      for (const trusted of ['unix', ['127.0.0.1', 'unix']]) {
        expect(() => compileTrust(trusted, bun))
          .to.throw(TypeError, /option "trustedProxies": 'unix' isn't supported on Bun/)
          .with.property('code', 'ERR_UNSUPPORTED_RUNTIME')
      }
      compileTrust(['127.0.0.1', 'loopback'], bun)
    })

    it('is over a Unix-domain socket where the binding is a pipe, by the name of either runtime', () => {
      class PipeWrap {
        readonly fd = -1
      }
      class TCPWrap {
        readonly fd = -1
      }
      const trust = compileTrust('unix')
      expect(trust({ socket: { _handle: new PipeWrap() } })).to.equal(true)
      expect(trust({ socket: { _handle: new TCPWrap() } })).to.equal(false)
    })

    it('is shown without certificate in a runtime without direct TLS', () => {
      const certificate = { fingerprint256: 'AB' }
      const socket = { authorized: true, getPeerCertificate: () => certificate }
      const seen = (runtime?: Runtime) => {
        let peer: ProxyPeer | undefined
        compileTrust((shown) => (peer = shown).address !== null, runtime)({ socket })
        return peer?.certificate
      }
      expect(seen(describeRuntime({ node: '26.3.0', deno: '2.9.6' }))).to.equal(null)
      expect(seen(describeRuntime({ node: '26.3.0' }))).to.deep.equal(certificate)
      expect(seen()).to.deep.equal(certificate)
    })

    it('is shown with IPv4-mapped IPv6 as IPv4, without zone, and with null where unknown', () => {
      const addresses: unknown[] = []
      const trust = compileTrust(({ address }) => addresses.push(address) > 0)
      for (const remoteAddress of ['::ffff:192.0.2.1', 'fe80::1%eth0', '::1', undefined, 'x']) {
        trust({ socket: { remoteAddress } })
      }
      trust({})
      expect(addresses).to.deep.equal(['192.0.2.1', 'fe80::1', '::1', null, null, null])
    })

    it('is trusted by true alone', async () => {
      const answer = (value: unknown) => compileTrust(() => value as boolean)({})
      expect(answer(true)).to.equal(true)
      for (const value of [false, undefined, null, 0, 1, 'true', {}, new Boolean(true)]) {
        expect(answer(value)).to.equal(false)
      }
      const rejections = await unhandledRejections(() => {
        expect(answer(Promise.resolve(true))).to.equal(false)
        expect(answer(Promise.reject(new Error('boom')))).to.equal(false)
      })
      expect(rejections).to.deep.equal([])
    })

    it('is left to the caller where the function throws', () => {
      const boom = new Error('boom')
      expect(() => compileTrust(() => throwAny(boom))({})).to.throw(boom)
    })
  })
})
