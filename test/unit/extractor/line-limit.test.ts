import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { createExtractor, type ExtractionResult } from '../../../src/extractor/index.js'
import { hasReachedLineLimit } from '../../../src/extractor/line-limit.js'
import type { RequestLike } from '../../../src/extractor/request.js'
import { toUrlPem } from '../../support/header-values.js'
import { testPki } from '../../support/pki.js'

const linesOf = (count: number) => Array.from({ length: count }, () => ['a', '']).flat()

function requestWith(count: number, maxHeadersCount?: unknown): RequestLike {
  return { headers: {}, rawHeaders: linesOf(count), socket: { server: { maxHeadersCount } } }
}

describe('the limit of header lines', () => {
  const limits: [maxHeadersCount: unknown, lines: number][] = [
    [undefined, 1000],
    [null, 1000],
    ['60', 1000],
    [60, 60],
    [100, 100],
    [33, 33],
    [1, 1],
    [1.5, 1],
    [2000, 2000],
  ]
  for (const [maxHeadersCount, lines] of limits) {
    it(`is ${lines} where the server's maxHeadersCount is ${String(maxHeadersCount)}`, () => {
      expect(hasReachedLineLimit(requestWith(lines - 1, maxHeadersCount))).to.equal(false)
      expect(hasReachedLineLimit(requestWith(lines, maxHeadersCount))).to.equal(true)
      expect(hasReachedLineLimit(requestWith(lines + 40, maxHeadersCount))).to.equal(true)
    })
  }

  for (const maxHeadersCount of [0, -5, 0.5, NaN, 2 ** 31]) {
    it(`does not exist where Node makes none of ${maxHeadersCount}`, () => {
      expect(hasReachedLineLimit(requestWith(5000, maxHeadersCount))).to.equal(false)
    })
  }

  it('is the default of Node where an adapter has no server, or none that can be read', () => {
    const unreadable = Object.defineProperty({}, 'server', {
      get: () => {
        throw new Error('gone')
      },
    })
    for (const socket of [undefined, null, {}, { server: null }, unreadable]) {
      expect(hasReachedLineLimit({ rawHeaders: linesOf(999), socket })).to.equal(false)
      expect(hasReachedLineLimit({ rawHeaders: linesOf(1000), socket })).to.equal(true)
    }
  })

  for (const name of ['raw', 'req']) {
    it(`is looked for in Node's request too, where that is the ${name} of a framework's`, () => {
      const wrap = (original: RequestLike): RequestLike => ({ headers: {}, [name]: original })
      expect(hasReachedLineLimit(wrap(requestWith(60, 60)))).to.equal(true)
      expect(hasReachedLineLimit(wrap(requestWith(59, 60)))).to.equal(false)
      const { socket } = requestWith(0, 60)
      expect(hasReachedLineLimit({ ...wrap({ rawHeaders: linesOf(60) }), socket })).to.equal(true)
      const shortened = { ...wrap(requestWith(60, 60)), rawHeaders: ['a', ''] }
      expect(hasReachedLineLimit(shortened)).to.equal(true)
    })
  }

  it('is compared with the fields of a request that has no lines', () => {
    const fields = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, '']))
    const { socket } = requestWith(0, 60)
    expect(hasReachedLineLimit({ headers: fields(59), socket })).to.equal(false)
    expect(hasReachedLineLimit({ headers: fields(60), socket })).to.equal(true)
    expect(hasReachedLineLimit({ socket })).to.equal(false)
  })
})

describe('a request that reached the limit of header lines', () => {
  let genuine: [name: string, value: string][]
  before(async () => {
    const { rsa } = await testPki()
    genuine = [
      ['X-SSL-Client-Verify', 'SUCCESS'],
      ['X-SSL-Client-Cert', toUrlPem(rsa)],
    ]
  })

  const OPTIONS = { certificateSource: 'nginx', trustedProxies: 'loopback' } as const
  const TOO_MANY: ExtractionResult = {
    success: false,
    certificate: null,
    reason: 'header_missing_or_malformed',
    detail: 'too_many_headers',
  }

  /** Extracts from a request with this many lines, including the proxy's lines. */
  async function extractOver(server: http.Server, lines: number, options: object = OPTIONS) {
    const results: ExtractionResult[] = []
    const extract = createExtractor({ ...OPTIONS, ...options })
    server.on('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
      results.push(extract(request))
      response.end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const own = ['Host: localhost', 'Connection: close']
    const sent = genuine.map((line) => line.join(': '))
    const filler = Array.from({ length: lines - own.length - sent.length }, () => 'a:')
    socket.write(`GET / HTTP/1.1\r\n${[...own, ...filler, ...sent].join('\r\n')}\r\n\r\n`)
    const answer = await text(socket)
    server.close()
    return results[0] ?? Number(answer.slice('HTTP/1.1 '.length).slice(0, 3))
  }

  it('says so, whatever is or is not seen of it', async () => {
    for (const maxHeadersCount of [60, null]) {
      const most = maxHeadersCount ?? 1000
      for (const lines of [most, most + 1, most + 40]) {
        const server = http.createServer({ maxHeaderSize: 1 << 16 })
        Object.assign(server, { maxHeadersCount })
        const result = await extractOver(server, lines)
        // Newer versions of Node answer 431 on their own, though not at the limit itself.
        if (lines > most && result === 431) continue
        expect(result, `${lines} lines, limit ${most}`).to.deep.equal(TOO_MANY)
      }
    }
  })

  it('is read as ever below the limit, and where there is none', async () => {
    for (const [maxHeadersCount, lines] of [
      [60, 59],
      [null, 999],
      [2000, 1999],
      [0, 3000],
    ] as const) {
      const server = http.createServer({ maxHeaderSize: 1 << 16 })
      Object.assign(server, { maxHeadersCount })
      expect(await extractOver(server, lines), `${lines} lines`).to.include({ success: true })
    }
  })

  it('does not lead to the socket, and neither does one where trust is missing', () => {
    const socket = { authorized: true, getPeerCertificate: () => ({ subject: { CN: 'proxy' } }) }
    const extract = createExtractor({
      certificateSource: 'nginx',
      trustedProxies: undefined,
      fallbackToSocket: true,
      verifyHeader: 'X-SSL-Client-Verify',
      verifyValue: 'SUCCESS',
    })
    const request = { headers: {}, rawHeaders: linesOf(1000), socket }
    expect(extract(request)).to.deep.equal(TOO_MANY)
    const plain = createExtractor({
      certificateHeader: 'X-Cert',
      headerEncoding: 'url-pem',
      fallbackToSocket: true,
    })
    expect(plain(request)).to.deep.equal(TOO_MANY)
    expect(plain({ ...request, rawHeaders: linesOf(999) })).to.include({ success: true })
  })

  it('is no matter where the header is not read', () => {
    const socket = { authorized: true, getPeerCertificate: () => ({ subject: { CN: 'client' } }) }
    const request = { headers: {}, rawHeaders: linesOf(1000), socket }
    expect(createExtractor()(request)).to.include({ success: true })
    const remote = { ...request, socket: { ...socket, remoteAddress: '192.0.2.1' } }
    const both = createExtractor({ ...OPTIONS, fallbackToSocket: true })
    expect(both(remote)).to.include({ success: true })
    expect(createExtractor(OPTIONS)(remote)).to.include({ reason: 'untrusted_proxy' })
  })

  it('does not exist over HTTP/2, where Node ends the stream', async () => {
    const results: ExtractionResult[] = []
    const extract = createExtractor(OPTIONS)
    const server = http2.createServer({ maxHeaderListPairs: 1500 }, (request, response) => {
      results.push(extract(request))
      response.end()
    })
    Object.assign(server, { maxHeadersCount: 60 })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const filler = Array.from({ length: 100 }, (_, index) => [`a${index}`, ''])
    const lines = genuine.map(([name, value]) => [name.toLowerCase(), value])
    const stream = session.request(
      Object.fromEntries([...filler, ...lines]) as Record<string, string>,
    )
    await text(stream)
    session.destroy()
    server.close()
    expect(results).to.have.lengthOf(1)
    expect(results[0]).to.include({ success: true })
  })
})
