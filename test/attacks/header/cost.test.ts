import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import { expect } from 'chai'
import {
  createExtractor,
  type Extractor,
  type ExtractorOptions,
} from '../../../src/extractor/index.js'
import { toBase64Der, toUrlPem } from '../../support/header-values.js'
import { countCalls, stopCounting } from '../../support/count-calls.js'
import { namesakes } from '../../support/namesakes.js'
import { testPki } from '../../support/pki.js'
import { closeServers, getHttp, listen } from '../../support/servers.js'
import { growthOf } from '../../property/growth.js'
import { expectAcceptance, expectRefusals, type Line } from '../support/header-backend.js'

const trustedProxies = 'loopback'
/** Linear, and some room for what a garbage collector adds. */
const LIMIT = 1.2
const BEGIN = encodeURIComponent('-----BEGIN CERTIFICATE-----\n')
const END = encodeURIComponent('\n-----END CERTIFICATE-----\n')

const hostile: Readonly<Record<string, readonly [ExtractorOptions, name: string, unit: string]>> = {
  commas: [{ certificateSource: 'traefik' }, 'X-Forwarded-Tls-Client-Cert', ','],
  'short items': [{ certificateSource: 'traefik' }, 'X-Forwarded-Tls-Client-Cert', 'QUJD,'],
  'Byte Sequences': [{ certificateSource: 'cloudflare-rfc9440' }, 'Client-Cert', ':QUJD:, '],
  'BEGIN markers': [{ certificateSource: 'aws-alb' }, 'X-Amzn-Mtls-Clientcert', BEGIN],
  'empty blocks': [
    { certificateSource: 'aws-alb' },
    'X-Amzn-Mtls-Clientcert',
    `${BEGIN}QUJD${END}`,
  ],
  percents: [{ certificateSource: 'aws-alb' }, 'X-Amzn-Mtls-Clientcert', '%'],
  'escaped percents': [{ certificateSource: 'aws-alb' }, 'X-Amzn-Mtls-Clientcert', '%25'],
  'XFCC pairs': [{ certificateSource: 'envoy' }, 'X-Forwarded-Client-Cert', 'By=a;'],
  'XFCC elements': [{ certificateSource: 'envoy', xfccHop: 0 }, 'X-Forwarded-Client-Cert', 'By=a,'],
  'XFCC quotes': [{ certificateSource: 'envoy' }, 'X-Forwarded-Client-Cert', 'Subject="\\"'],
  'names of a Connection header': [{ certificateSource: 'traefik' }, 'Connection', 'close,'],
}

afterEach(() => {
  stopCounting()
  return closeServers()
})

/** What the extractor does with such a header in a request that a real server has received. */
async function receive(options: ExtractorOptions, name: string, unit: string) {
  // The connections are closed by the time this is measured, so no peer can be told.
  const extract: Extractor = createExtractor({ ...options, trustedProxies: true })
  const server = http.createServer({ maxHeaderSize: 2 ** 20 })
  const requests = new Map<number, IncomingMessage>()
  const { port } = await listen(server)
  for (let power = 13; power <= 18; power += 1) {
    const length = 2 ** power
    const received = once(server, 'request') as Promise<[IncomingMessage, http.ServerResponse]>
    const value = unit.repeat(Math.floor(length / unit.length))
    const answer = getHttp(port, { headers: { [name]: value } })
    const [request, response] = await received
    expect(extract(request).reason).to.equal('header_missing_or_malformed')
    requests.set(length, request)
    response.end()
    await answer
  }
  return (length: number) => {
    const request = requests.get(length)
    if (request === undefined) throw new Error(`No request of ${length} bytes`)
    return () => extract(request)
  }
}

describe('B11 cost: a header made to be expensive', () => {
  for (const [title, [options, name, unit]] of Object.entries(hostile)) {
    it(`B11 cost of ${title} grows no faster than the header, which is refused`, async () => {
      const growth = growthOf(await receive(options, name, unit), LIMIT)
      expect(growth).to.be.below(LIMIT)
      const value = unit.repeat(Math.floor(15_000 / unit.length))
      await expectRefusals({ ...options, trustedProxies }, { 'as long as can be': [[name, value]] })
    })
  }

  it('B11 cost: more certificates than ten are refused', async () => {
    const { ec } = await testPki()
    const ten = Array<typeof ec>(10).fill(ec)
    const cases: [ExtractorOptions, Line, Line][] = [
      [
        { certificateSource: 'traefik' },
        ['X-Forwarded-Tls-Client-Cert', toBase64Der(...ten)],
        ['X-Forwarded-Tls-Client-Cert', toBase64Der(...ten, ec)],
      ],
      [
        { certificateSource: 'aws-alb' },
        ['X-Amzn-Mtls-Clientcert', toUrlPem(...ten)],
        ['X-Amzn-Mtls-Clientcert', toUrlPem(...ten, ec)],
      ],
    ]
    for (const [options, most, tooMany] of cases) {
      await expectAcceptance({ ...options, trustedProxies }, [most], 'ec-client')
      await expectRefusals({ ...options, trustedProxies }, { eleven: [tooMany] })
    }
  })

  it('B11 cost: authorities of one name do not make signatures be verified over and over', async () => {
    const [leaf, ...others] = await namesakes(10)
    const sent = [leaf as X509Certificate, ...others.reverse()]
    const value = sent.map(({ raw }) => raw.toString('base64')).join(',')
    const line: Line = ['X-Forwarded-Tls-Client-Cert', value]
    const verified = countCalls(X509Certificate.prototype, 'verify')
    const options = { certificateSource: 'traefik', includeChain: true, trustedProxies } as const
    await expectAcceptance(options, [line], 'everybody')
    expect(verified()).to.be.within(1, 10)
  })
})
