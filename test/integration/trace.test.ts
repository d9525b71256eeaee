import { expect } from 'chai'
import type { ExtractorOptions, RequestLike } from '../../src/extractor/index.js'
import { HOW_TO_SHOW_CERTIFICATES } from '../../src/util/runtime.js'
import { extractElsewhere, type Step } from '../support/extract-elsewhere.js'
import { toBase64Der } from '../support/header-values.js'
import { type Authority, createAuthority, createSelfSigned, type Issued } from '../support/pki.js'

const NAME = 'passport-client-certificate-auth'

const options: ExtractorOptions = {
  certificateHeader: 'X-Cert',
  headerEncoding: 'base64-der',
  chainHeader: 'X-Chain',
  includeChain: true,
  trustedProxies: 'loopback',
}
const envoy: ExtractorOptions = { certificateSource: 'envoy', trustedProxies: 'loopback' }
const verified = { ...options, verifyHeader: 'X-Verify', verifyValue: 'SUCCESS' }

/** A request of the proxy with these headers, and with these lines if they are given. */
function withHeaders(headers: object | null, rawHeaders?: string[]): RequestLike {
  return { headers, rawHeaders, socket: { remoteAddress: '127.0.0.1' } } as unknown as RequestLike
}

describe('NODE_DEBUG=passport-client-certificate-auth', () => {
  let genuine: Issued
  let expired: Issued
  let root: Authority
  before(async () => {
    genuine = await createSelfSigned({ subject: 'CN=secret-name' })
    const [notBefore, notAfter] = [new Date('2020-01-01'), new Date('2021-01-01')]
    root = await createAuthority()
    expired = await createSelfSigned({ subject: 'CN=secret-name', notBefore, notAfter })
  })

  /** The trace that each request should cause. */
  function cases(): [trace: string[], options: ExtractorOptions, request: RequestLike][] {
    const cert = toBase64Der(genuine)
    const sent = { 'x-cert': cert }
    const withCa = { ...options, ca: root.cert }
    const noChain = 'header x-chain was not sent'
    const badCert = 'header x-cert is not valid base64-der'
    return [
      [[noChain], options, withHeaders(sent)],
      [
        [noChain, 'the path of the certificate is not valid: unknown_issuer'],
        withCa,
        withHeaders(sent),
      ],
      [['the peer is not a trusted proxy'], options, { headers: sent }],
      [['header x-cert was not sent'], options, withHeaders({})],
      [['header x-cert is not a string'], options, withHeaders({ 'x-cert': [cert] })],
      [
        ['header x-cert was sent more than once'],
        options,
        withHeaders(sent, ['X-Cert', cert, 'X-Cert', cert]),
      ],
      [
        ['header x_cert must not name or resemble x-cert'],
        options,
        withHeaders(sent, ['X-Cert', cert, 'X_Cert', cert]),
      ],
      [
        ['header connection must not name or resemble x-chain'],
        options,
        withHeaders({ ...sent, connection: 'X-Chain' }),
      ],
      [['the headers of the request could not be read'], options, withHeaders(null)],
      [[noChain, badCert], options, withHeaders({ 'x-cert': `${cert}!` })],
      [
        [noChain, 'header x-cert holds more than one certificate, and only one may be in it'],
        options,
        withHeaders({ 'x-cert': `${cert},${cert}` }),
      ],
      [
        [noChain, 'header x-cert says that there is no certificate'],
        options,
        withHeaders({ 'x-cert': '(null)' }),
      ],
      [
        ['header x-chain is not valid base64-der'],
        options,
        withHeaders({ ...sent, 'x-chain': `${cert},` }),
      ],
      [
        [noChain, 'header x-cert holds something that is not a certificate'],
        options,
        withHeaders({ 'x-cert': cert.slice(0, -4) }),
      ],
      [
        [
          'header x-forwarded-client-cert is rejected: it has 2 elements where one was expected. ' +
            'Set xfccHop to say which one to read',
        ],
        envoy,
        withHeaders({ 'x-forwarded-client-cert': 'By=secret-name,By=secret-name' }),
      ],
      [
        [
          "header x-forwarded-client-cert is rejected: Cert isn't percent-encoded PEM: it looks " +
            'like base64 of DER',
        ],
        { ...envoy, xfccHop: 0, forwardedIdentity: true },
        withHeaders({ 'x-forwarded-client-cert': `By=secret-name;Cert="${cert}"` }),
      ],
      [
        ['header x-verify does not say that the certificate was verified'],
        verified,
        withHeaders({ ...sent, 'x-verify': 'FAILED:secret-name' }),
      ],
      [
        [noChain, 'the certificate is outside its validity period: certificate_expired'],
        options,
        withHeaders({ 'x-cert': toBase64Der(expired) }),
      ],
      [
        ['the TLS handshake did not authenticate a client: DEPTH_ZERO_SELF_SIGNED_CERT'],
        {},
        { socket: { authorizationError: 'DEPTH_ZERO_SELF_SIGNED_CERT' } },
      ],
      [[HOW_TO_SHOW_CERTIFICATES], {}, { socket: { authorized: true } }],
    ]
  }

  const stepsOf = (): Step[] =>
    cases().map(([, stepOptions, request]) => ({ options: stepOptions, requests: [request] }))

  it('has the reason for each rejection, and nothing from a certificate', async () => {
    const { reasons, stderr } = await extractElsewhere(stepsOf(), { debug: NAME })
    expect(reasons.filter((reason) => reason === 'extracted')).to.have.lengthOf(1)
    expect(reasons).to.have.lengthOf(cases().length)
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^PASSPORT-CLIENT-CERTIFICATE-AUTH [0-9]+: /, ''))
    expect(lines).to.deep.equal(cases().flatMap(([trace]) => trace))
    for (const secret of ['secret-name', 'SUCCESS', 'FAILED', toBase64Der(genuine).slice(0, 20)]) {
      expect(stderr).not.to.include(secret)
    }
  })

  it('is required for the trace', async () => {
    const { reasons, stderr } = await extractElsewhere(stepsOf(), { debug: 'http_,passport' })
    expect(reasons).to.have.lengthOf(cases().length)
    expect(stderr).to.equal('')
  })
})
