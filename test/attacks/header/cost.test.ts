import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import type { ExtractorOptions } from '../../../src/extractor/index.js'
import { countCalls, stopCounting } from '../../support/count-calls.js'
import { toBase64Der, toUrlPem } from '../../support/header-values.js'
import { HOSTILE_HEADERS, repeatTo } from '../../support/hostile-headers.js'
import { namesakes } from '../../support/namesakes.js'
import { testPki } from '../../support/pki.js'
import { closeServers } from '../../support/servers.js'
import { expectAcceptance, expectRejections, type Line } from '../support/header-backend.js'

const trustedProxies = 'loopback'
/** The longest header that Node accepts by default, together with the rest of the request. */
const LONGEST = 15_000

afterEach(() => {
  stopCounting()
  return closeServers()
})

// test/cost/ checks, in a separate process, that the cost grows no faster than the header.
describe('B11 headers that are made to be expensive', () => {
  for (const [title, header] of Object.entries(HOSTILE_HEADERS)) {
    it(`B11 rejects a header full of ${title}`, async () => {
      const line: Line = [header.name, repeatTo(LONGEST, header)]
      await expectRejections(
        { ...header.options, trustedProxies },
        { 'of the greatest length': [line] },
      )
    })
  }

  it('B11 rejects more than ten certificates', async () => {
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
      await expectRejections({ ...options, trustedProxies }, { eleven: [tooMany] })
    }
  })

  it('B11 verifies few signatures when all CAs have the same name', async () => {
    const [leaf, ...others] = await namesakes(10)
    const sent = [leaf as X509Certificate, ...others.reverse()]
    const value = sent.map(({ raw }) => raw.toString('base64')).join(',')
    const line: Line = ['X-Forwarded-Tls-Client-Cert', value]
    const verified = countCalls(X509Certificate.prototype, 'verify')
    const options = { certificateSource: 'traefik', includeChain: true, trustedProxies } as const
    await expectAcceptance(options, [line], 'everybody')
    expect(verified()).to.be.within(1, 40)
  })
})
