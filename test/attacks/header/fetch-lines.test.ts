import type { IncomingMessage } from 'node:http'
import { expect } from 'chai'
import { createFetchExtractor, type FetchRequest } from '../../../src/fetch.js'
import { toUrlPem } from '../../support/header-values.js'
import { type Issued, testPki } from '../../support/pki.js'
import { closeServers, listenHttp } from '../../support/servers.js'
import { type Line, sendLines } from '../support/header-backend.js'

let own: Issued
let victim: Issued

before(async () => {
  ;({ ec: own, rsa: victim } = await testPki())
})

afterEach(closeServers)

type Pairs = [name: string, value: string][]

function linesOf({ rawHeaders }: IncomingMessage): Pairs {
  return rawHeaders.flatMap((name, at): Pairs =>
    at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? '']] : [],
  )
}

/** The request objects that servers make from the header lines. */
const REQUESTS: Record<string, (lines: Pairs) => FetchRequest> = {
  'a Request': (headers) => new Request('http://localhost/', { headers }),
  pairs: (headers) => ({ headers }),
  'a Map': (headers) => ({ headers: new Map(headers) }),
}

describe('B21 a web-standard request with two lines of a header', () => {
  for (const [what, make] of Object.entries(REQUESTS)) {
    it(`B21 rejects two lines, in ${what}`, async () => {
      const extract = createFetchExtractor({
        certificateSource: 'nginx',
        trustedProxies: 'loopback',
      })
      const seen: string[] = []
      const { port } = await listenHttp((req, res) => {
        const result = extract(make(linesOf(req)), req.socket.remoteAddress)
        seen.push(result.reason ?? String(result.certificate.subject.CN))
        res.statusCode = result.success ? 200 : 401
        res.end()
      })
      const genuine: Line[] = [
        ['X-SSL-Client-Cert', toUrlPem(own)],
        ['X-SSL-Client-Verify', 'SUCCESS'],
      ]
      // A Map keeps one value for each spelling, and the proxy's value comes last.
      for (const forged of [
        ['x-ssl-client-cert', toUrlPem(victim)],
        ['X-Ssl-Client-Cert', ''],
        ['x-ssl-client-verify', 'SUCCESS'],
      ] as const) {
        expect(await sendLines(port, [forged, ...genuine])).to.equal(401)
        expect(await sendLines(port, [...genuine, forged])).to.equal(401)
      }
      expect(seen).to.have.lengthOf(6)
      expect(seen).not.to.include('rsa-client')
      expect(await sendLines(port, genuine)).to.equal(200)
      expect(seen.at(-1)).to.equal('ec-client')
    })
  }
})

describe('B18 a web-standard request with more header lines than Node keeps', () => {
  it('B18 rejects a forged line when Node dropped the genuine lines', async () => {
    const extract = createFetchExtractor({
      certificateSource: 'nginx',
      trustedProxies: 'loopback',
    })
    const seen: string[] = []
    const { port } = await listenHttp((req, res) => {
      const request = new Request('http://localhost/', { headers: linesOf(req) })
      const result = extract(request, req.socket.remoteAddress)
      seen.push(result.reason ?? String(result.certificate.subject.CN))
      res.statusCode = result.success ? 200 : 401
      res.end()
    })
    const linesFor = (client: Issued): Line[] => [
      ['X-SSL-Client-Cert', toUrlPem(client)],
      ['X-SSL-Client-Verify', 'SUCCESS'],
    ]
    const filler = Array.from({ length: 1040 }, (): Line => ['a', ''])
    // Some versions of Node reject such a request themselves.
    expect(await sendLines(port, [...linesFor(victim), ...filler, ...linesFor(own)])).to.be.oneOf([
      401, 431,
    ])
    expect(seen).not.to.include('rsa-client')
    expect(await sendLines(port, linesFor(own))).to.equal(200)
  })
})
