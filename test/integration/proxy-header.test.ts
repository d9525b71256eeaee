import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import { expect } from 'chai'
import { Strategy, type StrategyOptions } from '../../src/index.js'
import { guardedApp } from '../support/apps.js'
import { type Issued, testPki } from '../support/pki.js'
import { closeServers, getHttp, listenHttp } from '../support/servers.js'

type Fields = Record<string, string>

interface Proxy {
  name: string
  options: StrategyOptions
  header: string
  encode: (client: Issued) => string
  /** The other headers that this proxy sends with a verified certificate. */
  otherHeaders: Fields
  malformed: string[]
}

const encodePem = ({ cert }: Issued) => encodeURIComponent(cert)
const encodeDer = ({ raw }: Issued) => raw.toString('base64')

function encodeXfcc(client: Issued): string {
  const hash = new X509Certificate(client.cert).fingerprint256.replaceAll(':', '').toLowerCase()
  return `Hash=${hash};Cert="${encodePem(client)}";Subject="CN=a,O=b";URI=`
}

const NGINX: Proxy = {
  name: 'nginx',
  options: {
    certificateHeader: 'X-SSL-Client-Cert',
    headerEncoding: 'url-pem',
    verifyHeader: 'X-SSL-Client-Verify',
    verifyValue: 'SUCCESS',
  },
  header: 'X-SSL-Client-Cert',
  encode: encodePem,
  otherHeaders: { 'X-SSL-Client-Verify': 'SUCCESS' },
  malformed: ['', '%', 'CN=admin', '-----BEGIN CERTIFICATE-----', '%0A'],
}

const ENVOY: Proxy = {
  name: 'Envoy',
  options: { certificateSource: 'envoy' },
  header: 'X-Forwarded-Client-Cert',
  encode: encodeXfcc,
  otherHeaders: {},
  malformed: ['', 'Cert', 'Cert="', 'Hash=00;Subject="CN=admin"', 'Cert="CN=admin"'],
}

const TRAEFIK: Proxy = {
  name: 'Traefik',
  options: { certificateSource: 'traefik' },
  header: 'X-Forwarded-Tls-Client-Cert',
  encode: encodeDer,
  otherHeaders: {},
  malformed: ['', ',', 'AAAA', 'CN=admin', '!!!!'],
}

/** A plain HTTP server behind the proxy, which records the reason of each rejection. */
async function listenBehind(proxyOptions: StrategyOptions) {
  const reasons: string[] = []
  const strategy = new Strategy(
    { ...proxyOptions, onRejected: (_cert, _req, reason) => reasons.push(reason) },
    (cert) => {
      const names: unknown[] = []
      for (let at = cert as typeof cert | undefined; at; at = at.issuerCertificate) {
        names.push(at.subject.CN)
      }
      return names[0] === 'ec-client' ? null : { names }
    },
  )
  return { ...(await listenHttp(guardedApp(strategy))), reasons }
}

/** Sends exactly these header lines, which no HTTP client would send, and returns the status. */
async function sendLines(port: number, fields: [name: string, value: string][]): Promise<number> {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const socket = net.connect(port, '127.0.0.1').setEncoding('latin1')
  socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines}\r\n`)
  let answer = ''
  socket.on('data', (text: string) => {
    answer += text
  })
  await once(socket, 'close')
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
}

afterEach(closeServers)

for (const { name, options, header, encode, otherHeaders, malformed } of [NGINX, ENVOY, TRAEFIK]) {
  describe(`an app over plain HTTP behind ${name}`, () => {
    it('accepts the client in the header', async () => {
      const { rsa } = await testPki()
      const { port, reasons } = await listenBehind(options)
      const { status, body } = await getHttp(port, {
        headers: { ...otherHeaders, [header]: encode(rsa) },
      })
      expect(status).to.equal(200)
      expect(JSON.parse(body)).to.deep.equal({
        user: { names: ['rsa-client'] },
        fingerprint256: new X509Certificate(rsa.cert).fingerprint256,
      })
      expect(reasons).to.deep.equal([])
    })

    it('rejects a client that verify rejects', async () => {
      const { ec } = await testPki()
      const { port, reasons } = await listenBehind(options)
      const { status } = await getHttp(port, { headers: { ...otherHeaders, [header]: encode(ec) } })
      expect(status).to.equal(401)
      expect(reasons).to.deep.equal(['callback_returned_false'])
    })

    it('rejects a request without the header, or with a similar header name', async () => {
      const { rsa } = await testPki()
      const { port, reasons } = await listenBehind(options)
      for (const other of [{}, { [header.replaceAll('-', '_')]: encode(rsa) }]) {
        expect(await getHttp(port, { headers: { ...otherHeaders, ...other } })).to.include({
          status: 401,
        })
      }
      expect(reasons).to.deep.equal(Array(2).fill('header_missing_or_malformed'))
    })

    it('rejects a damaged header', async () => {
      const { rsa } = await testPki()
      const { port, reasons } = await listenBehind(options)
      const good = encode(rsa)
      const damaged = [...malformed, good.slice(0, good.length / 2), `x${good}`]
      for (const value of damaged) {
        const { status } = await getHttp(port, { headers: { ...otherHeaders, [header]: value } })
        expect(status, value).to.equal(401)
      }
      expect(reasons).to.deep.equal(damaged.map(() => 'header_missing_or_malformed'))
    })

    it('rejects a second line of the header', async () => {
      const { rsa, selfSigned } = await testPki()
      const { port, reasons } = await listenBehind(options)
      const genuine: [string, string] = [header, encode(rsa)]
      const others = [encode(selfSigned), encode(rsa), '']
      for (const other of others) {
        const forged: [string, string] = [header.toLowerCase(), other]
        for (const lines of [
          [forged, genuine],
          [genuine, forged],
        ]) {
          expect(await sendLines(port, [...Object.entries(otherHeaders), ...lines])).to.equal(401)
        }
      }
      expect(await sendLines(port, [...Object.entries(otherHeaders), genuine])).to.equal(200)
      expect(reasons).to.deep.equal(Array(6).fill('header_missing_or_malformed'))
    })
  })
}

describe('the verification header of nginx', () => {
  const { header, encode, options } = NGINX
  const verifyHeader = 'X-SSL-Client-Verify'

  for (const value of ['NONE', 'FAILED:certificate has expired', 'success', 'SUCCESS!', '']) {
    it(`leads to a rejection if it is "${value}"`, async () => {
      const { rsa } = await testPki()
      const { port, reasons } = await listenBehind(options)
      const headers = { [header]: encode(rsa), [verifyHeader]: value }
      expect(await getHttp(port, { headers })).to.include({ status: 401 })
      expect(reasons).to.deep.equal(['verification_header_mismatch'])
    })
  }

  it('leads to a rejection if it is missing, also with fallbackToSocket', async () => {
    const { rsa } = await testPki()
    for (const fallbackToSocket of [false, true]) {
      const { port, reasons } = await listenBehind({ ...options, fallbackToSocket })
      expect(await getHttp(port, { headers: { [header]: encode(rsa) } })).to.include({
        status: 401,
      })
      expect(reasons).to.deep.equal(['verification_header_mismatch'])
    }
  })

  it('leads to a rejection if it was sent twice', async () => {
    const { rsa } = await testPki()
    const { port, reasons } = await listenBehind(options)
    for (const other of ['SUCCESS', 'NONE', '']) {
      const lines: [string, string][] = [
        [header, encode(rsa)],
        [verifyHeader, 'SUCCESS'],
        [verifyHeader.toLowerCase(), other],
      ]
      expect(await sendLines(port, lines)).to.equal(401)
    }
    expect(reasons).to.deep.equal(Array(3).fill('verification_header_mismatch'))
  })

  it("doesn't authenticate a client by itself", async () => {
    const { port, reasons } = await listenBehind(options)
    expect(await getHttp(port, { headers: { [verifyHeader]: 'SUCCESS' } })).to.include({
      status: 401,
    })
    expect(reasons).to.deep.equal(['header_missing_or_malformed'])
  })
})

describe('the chain in the header of Traefik', () => {
  const expected = ['chained-client', 'Test intermediate', 'Test root']
  for (const includeChain of [true, false]) {
    it(`is ${includeChain ? 'kept' : 'left out'} with includeChain: ${String(includeChain)}`, async () => {
      const { chained, intermediate, root } = await testPki()
      const { port } = await listenBehind({ ...TRAEFIK.options, includeChain })
      const list = [chained, intermediate, root].map(encodeDer).join(',')
      const { body } = await getHttp(port, { headers: { [TRAEFIK.header]: list } })
      const names = includeChain ? expected : expected.slice(0, 1)
      expect(JSON.parse(body)).to.have.property('user').that.deep.equals({ names })
    })
  }
})

describe('a request without the header, with fallbackToSocket', () => {
  it('is rejected for the reason that the socket has', async () => {
    const { port, reasons } = await listenBehind({ ...NGINX.options, fallbackToSocket: true })
    expect(await getHttp(port, { headers: NGINX.otherHeaders })).to.include({ status: 401 })
    expect(reasons).to.deep.equal(['socket_not_authorized'])
  })
})
