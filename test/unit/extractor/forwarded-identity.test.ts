import { createHash, X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import {
  createExtractor,
  type ExtractionResult,
  type ExtractorOptions,
} from '../../../src/extractor/index.js'
import { allowFingerprints, allowSAN } from '../../../src/helpers/index.js'
import { Strategy } from '../../../src/index.js'
import { toUrlPem, toXfcc } from '../../support/header-values.js'
import { partsOf } from '../../support/parts-of.js'
import { testPki, type TestPki } from '../../support/pki.js'
import { endingsOf } from '../../support/run-strategy.js'

const HEADER = 'x-forwarded-client-cert'
const NONE = 'header_missing_or_malformed'
const HASH = createHash('sha256').update('a certificate').digest('hex')
const OTHER = createHash('sha256').update('another one').digest('hex')
const URI = 'spiffe://cluster.local/ns/shop/sa/web'
/** As Istio's sidecars write it. */
const ISTIO = `By=spiffe://cluster.local/ns/shop/sa/api;Hash=${HASH};Subject="";URI=${URI}`

const options: ExtractorOptions = {
  certificateSource: 'envoy',
  trustedProxies: 'loopback',
  forwardedIdentity: true,
}

function requestWith(text: string) {
  return { headers: { [HEADER]: text }, socket: { remoteAddress: '127.0.0.1' } }
}

function extract(text: string, more: ExtractorOptions = {}): ExtractionResult {
  return createExtractor({ ...options, ...more })(requestWith(text))
}

describe('the forwarded identity of a client, without its certificate', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })

  it('is fingerprint, subject and URI, marked as such, and nothing else', () => {
    const subject = 'Subject="CN=web\\,1,OU=a,O=Example"'
    const { certificate } = extract(`Hash=${HASH};${subject};URI=${URI}`)
    expect(certificate).to.deep.equal({
      forwardedIdentity: true,
      fingerprint256: HASH.toUpperCase().replace(/(..)(?=.)/g, '$1:'),
      subject: Object.assign(Object.create(null), { O: 'Example', OU: 'a', CN: 'web,1' }) as object,
      subjectaltname: `URI:${URI}`,
    })
  })

  it('can be compared as a certificate can', () => {
    const { certificate } = extract(ISTIO)
    if (certificate === null) throw new Error('No identity')
    expect(allowSAN(`URI:${URI}`)(certificate)).to.equal(true)
    expect(allowSAN(`URI:${URI}/admin`)(certificate)).to.equal(false)
    expect(allowFingerprints(HASH)(certificate)).to.equal(true)
    expect({ ...certificate.subject }).to.deep.equal({})
  })

  it('has the fingerprint that the certificate has', () => {
    const { fingerprint256 } = new X509Certificate(pki.ec.raw)
    const hash = createHash('sha256').update(pki.ec.raw).digest('hex')
    expect(extract(`Hash=${hash}`).certificate?.fingerprint256).to.equal(fingerprint256)
    expect(extract(`Hash=${hash.toUpperCase()}`).certificate?.fingerprint256).to.equal(
      fingerprint256,
    )
  })

  it('is used only when the option is set and the proxy is trusted', () => {
    expect(extract(ISTIO, { forwardedIdentity: false }).reason).to.equal(NONE)
    expect(extract(ISTIO, { forwardedIdentity: undefined }).reason).to.equal(NONE)
    const stranger = { ...requestWith(ISTIO), socket: { remoteAddress: '192.0.2.1' } }
    expect(createExtractor(options)(stranger).reason).to.equal('untrusted_proxy')
  })

  it('cannot be asked for without trustedProxies, or of another encoding', () => {
    const wrong: [options: ExtractorOptions, message: string][] = [
      [{ ...options, trustedProxies: undefined }, 'needs "trustedProxies" with it'],
      [{ ...options, certificateSource: 'nginx' }, 'has no meaning with "url-pem"'],
      [{ forwardedIdentity: true }, 'needs "certificateSource" or "certificateHeader" with it'],
    ]
    for (const [given, message] of wrong) {
      expect(() => createExtractor(given))
        .to.throw(TypeError)
        .that.includes({ code: 'ERR_INVALID_ARG_VALUE' })
        .and.has.property('message')
        .that.includes(`option "forwardedIdentity" ${message}`)
    }
    expect(() => createExtractor({ ...options, trustedProxies: true })).not.to.throw()
  })

  it('never takes the place of a certificate that is there', () => {
    const whole = extract(toXfcc(pki.ec)).certificate
    expect(whole?.raw).to.deep.equal(pki.ec.raw)
    expect(whole).not.to.have.property('forwardedIdentity')
    for (const damaged of [
      `Hash=${HASH};Cert="${toUrlPem(pki.ec)}"`,
      `Hash=${HASH};Cert=""`,
      `Hash=${HASH};Cert="x";URI=${URI}`,
      `Hash=${HASH};Chain="x"`,
      toXfcc(pki.ec).replace('MII', 'MIJ'),
    ]) {
      expect(extract(damaged).reason).to.equal(NONE)
    }
  })

  const refused: [what: string, text: string][] = [
    ['no fingerprint', `Subject="CN=a";URI=${URI}`],
    ['an empty fingerprint', `Hash=;URI=${URI}`],
    ['a fingerprint that is too short', `Hash=${HASH.slice(2)}`],
    ["a fingerprint that isn't hexadecimal", `Hash=${HASH.slice(2)}xy`],
    ['two fingerprints', `Hash=${HASH};Hash=${HASH}`],
    ['a fingerprint behind a name', `URI=${URI};Hash=${HASH}`],
    ['a subject that is none', `Hash=${HASH};Subject="nobody"`],
    ['two subjects', `Hash=${HASH};Subject="CN=a";Subject="CN=b"`],
    ['a subject behind a name, which may have brought it along', `${URI};Subject="CN=admin"`],
    ['the same, with a fingerprint', `Hash=${HASH};URI=${URI};Subject="CN=admin"`],
    ['a second URI, which the first may have brought along', `Hash=${HASH};URI=a;URI=b`],
    ['a DNS name beside the URI, for the same reason', `Hash=${HASH};URI=a;DNS=b`],
    ['a DNS name', `Hash=${HASH};DNS=a`],
    ['an unknown key', `Hash=${HASH};Email=a`],
    ['an unknown key behind the URI', `Hash=${HASH};URI=a;Email=b`],
    ['the same in quotes', `Hash=${HASH};URI=a;Email="b"`],
    ['a name of the proxy behind the URI', `Hash=${HASH};URI=a;By=b`],
    ['a semicolon behind the URI, which may be a part of it', `Hash=${HASH};URI=a;`],
    ['a URI in quotes, which may be a part of it', `Hash=${HASH};URI="${URI}"`],
    ["a subject with a value that isn't a string", `Hash=${HASH};Subject="2.5.4.45=#03020001"`],
    ['two elements', `${ISTIO},${ISTIO}`],
    ['nothing at all', ''],
    ['no text of the form', 'Hash'],
  ]
  for (const [what, text] of refused) {
    it(`is rejected with ${what}`, () => {
      expect(extract(text).reason).to.equal(NONE)
    })
  }

  it('may have no URI, or an empty one', () => {
    for (const text of [`Hash=${HASH}`, `Hash=${HASH};URI=`, `By=a;By=b;Hash=${HASH};URI=`]) {
      expect(extract(text).certificate).not.to.have.property('subjectaltname')
    }
  })

  it('is that of the hop that was chosen', () => {
    const gateway = `By=a;Hash=${OTHER};Subject="";URI=spiffe://gateway`
    const names = [0, 1, 2].map((xfccHop) => {
      const { certificate, reason } = extract(`${ISTIO},${gateway}`, { xfccHop })
      return certificate?.subjectaltname ?? reason
    })
    expect(names).to.deep.equal(['URI:spiffe://gateway', `URI:${URI}`, NONE])
  })

  it('is rejected when an element of another hop has several names, or wrong ones', () => {
    const cert = `Cert="${toUrlPem(pki.ec)}"`
    for (const other of [
      `Hash=${OTHER};URI=a;URI=b`,
      `Hash=${OTHER};URI=a;Subject="CN=b"`,
      `${cert};URI=spiffe://not/in/it`,
    ]) {
      expect(extract(`${ISTIO},${other}`, { xfccHop: 1 }).reason).to.equal(NONE)
    }
    const { certificate } = extract(`${ISTIO},${cert}`, { xfccHop: 1 })
    expect(certificate?.subjectaltname).to.equal(`URI:${URI}`)
  })

  it('is not shared between requests', () => {
    const again = createExtractor(options)
    const [first, second] = [1, 2].map(() => partsOf(again(requestWith(ISTIO))))
    expect([...(first ?? [])].filter((part) => second?.has(part))).to.deep.equal([])
  })

  it('reaches verify, which can tell it from a certificate', async () => {
    const strategy = new Strategy(options, (cert) =>
      cert.forwardedIdentity === true ? { name: cert.subjectaltname } : null,
    )
    expect(await endingsOf(strategy, requestWith(ISTIO))).to.deep.equal([
      ['success', { name: `URI:${URI}` }, undefined],
    ])
    const [[action] = []] = await endingsOf(strategy, requestWith(toXfcc(pki.ec)))
    expect(action).to.equal('fail')
  })
})
