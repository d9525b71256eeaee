import type { IncomingMessage } from 'node:http'
import { expect } from 'chai'
import type { ExtractorOptions } from '../../../src/extractor/index.js'
import {
  extractOverHttp,
  extractOverHttps,
  fingerprints,
  pathOf,
} from '../../support/extract-over.js'
import { toUrlPem } from '../../support/header-values.js'
import { testPki, type TestPki } from '../../support/pki.js'
import { closeServers } from '../../support/servers.js'

const MISMATCH = 'verification_header_mismatch'

describe('the header in which a proxy says that it verified the certificate', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })
  afterEach(closeServers)

  const options: ExtractorOptions = {
    certificateHeader: 'X-Cert',
    headerEncoding: 'url-pem',
    verifyHeader: 'X-Verify',
    verifyValue: 'SUCCESS',
  }
  const extract = (verify: string[], use?: (req: IncomingMessage) => void) =>
    extractOverHttp([`X-Cert: ${toUrlPem(pki.rsa)}`, ...verify], options, use)

  it('lets the certificate through when it says the agreed word', async () => {
    for (const name of ['X-Verify', 'x-verify', 'X-VERIFY']) {
      expect(pathOf(await extract([`${name}: SUCCESS`]))).to.deep.equal(fingerprints(pki.rsa))
    }
  })

  it('may be named in any letter case in the options', async () => {
    const lines = [`X-Cert: ${toUrlPem(pki.rsa)}`, 'x-verify: SUCCESS']
    const result = await extractOverHttp(lines, { ...options, verifyHeader: 'X-VERIFY' })
    expect(pathOf(result)).to.deep.equal(fingerprints(pki.rsa))
  })

  const mismatches: [what: string, verify: string[], detail?: string][] = [
    ['is missing', [], 'not_sent'],
    ['is empty', ['X-Verify:']],
    ['says that there was no certificate', ['X-Verify: NONE']],
    ['says that verification failed', ['X-Verify: FAILED:self-signed certificate']],
    ['says the word in lower case', ['X-Verify: success']],
    ['says more than the word', ['X-Verify: SUCCESSFUL']],
    ['says less than the word', ['X-Verify: SUCCES']],
    ['says the word among others', ['X-Verify: SUCCESS, NONE']],
    ['says the word twice in one line', ['X-Verify: SUCCESS, SUCCESS']],
    ['comes twice', ['X-Verify: SUCCESS', 'X-Verify: SUCCESS'], 'sent_more_than_once'],
    [
      'comes twice, with one that failed',
      ['X-Verify: NONE', 'X-Verify: SUCCESS'],
      'sent_more_than_once',
    ],
    [
      'comes twice, in another letter case',
      ['X-Verify: SUCCESS', 'x-verify: NONE'],
      'sent_more_than_once',
    ],
    ['comes under a name with underscores', ['X_Verify: SUCCESS'], 'lookalike_header'],
    [
      'is named by Connection',
      ['X-Verify: SUCCESS', 'Connection: X-Verify'],
      'named_in_connection',
    ],
  ]
  for (const [what, verify, detail = 'wrong_value'] of mismatches) {
    it(`rejects the certificate when it ${what}`, async () => {
      expect(await extract(verify)).to.deep.equal({
        success: false,
        certificate: null,
        reason: MISMATCH,
        detail,
      })
    })
  }

  it('is respected as earlier middleware has left it', async () => {
    const sent = ['X-Verify: SUCCESS']
    const remove = (req: IncomingMessage) => delete req.headers['x-verify']
    expect(pathOf(await extract(sent, remove))).to.equal(MISMATCH)
    const replaceWith = (value: string | string[]) => (req: IncomingMessage) => {
      req.headers['x-verify'] = value
    }
    expect(pathOf(await extract(sent, replaceWith('NONE')))).to.equal(MISMATCH)
    expect(pathOf(await extract(sent, replaceWith(['SUCCESS'])))).to.equal(MISMATCH)
    expect(pathOf(await extract(['X-Verify: NONE'], replaceWith('SUCCESS')))).to.deep.equal(
      fingerprints(pki.rsa),
    )
  })

  it('is not enough without the certificate', async () => {
    for (const lines of [['X-Verify: SUCCESS'], ['X-Verify: SUCCESS', 'X-Cert:']]) {
      expect(pathOf(await extractOverHttp(lines, options))).to.equal('header_missing_or_malformed')
    }
  })

  it('is checked first, so an unverified certificate is not even parsed', async () => {
    const result = await extractOverHttp(['X-Cert: garbage', 'X-Verify: NONE'], options)
    expect(pathOf(result)).to.equal(MISMATCH)
  })

  it('guards a preset as well', async () => {
    const guarded: ExtractorOptions = {
      certificateSource: 'aws-alb',
      verifyHeader: 'X-Verify',
      verifyValue: '0',
    }
    const certificate = `X-Amzn-Mtls-Clientcert: ${toUrlPem(pki.rsa)}`
    expect(pathOf(await extractOverHttp([certificate], guarded))).to.equal(MISMATCH)
    expect(pathOf(await extractOverHttp([certificate, 'X-Verify: 0'], guarded))).to.deep.equal(
      fingerprints(pki.rsa),
    )
  })

  it('is an answer, after which the socket is not asked', async () => {
    const fallback: ExtractorOptions = { ...options, fallbackToSocket: true }
    const certificate = { 'x-cert': toUrlPem(pki.rsa) }
    for (const verify of [{}, { 'x-verify': 'NONE' }, { 'x-verify': 'success' }]) {
      for (const headers of [verify, { ...certificate, ...verify }]) {
        const result = await extractOverHttps({ ...pki.ec, headers }, fallback)
        expect(pathOf(result)).to.equal(MISMATCH)
      }
    }
    const headers = { 'x-verify': 'SUCCESS' }
    expect(pathOf(await extractOverHttps({ ...pki.ec, headers }, fallback))).to.deep.equal(
      fingerprints(pki.ec),
    )
  })
})
