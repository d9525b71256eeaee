import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { toPeerCertificate } from '../../../src/certificate/peer-certificate.js'
import { createExtractor, type ProxyCaOptions } from '../../../src/extractor/index.js'
import { explainFailure } from '../../../src/extractor/explanation.js'
import { compileProxyTrust, parseTrustedProxies } from '../../../src/extractor/proxy-trust.js'
import type { RequestLike } from '../../../src/extractor/request.js'
import { createFetchExtractor } from '../../../src/fetch.js'
import { createTrustStore } from '../../../src/trust.js'
import { describeRuntime, type Runtime } from '../../../src/util/runtime.js'
import { type Holder, issue, namesOf } from '../../support/der-chain.js'
import { entryOf, listBy } from '../../support/crl-writer.js'
import { generalizedTime, utcTime } from '../../support/der-writer.js'
import { withTrace } from '../../support/with-trace.js'
import { throwAny } from '../../support/run-verify.js'
import { unhandledRejections } from '../../support/unhandled.js'

const ca = issue({ subject: 'proxy CA', ca: true })
const intermediate = issue({ subject: 'proxy intermediate', ca: true, by: ca })
const proxy = issue({ subject: 'proxy', by: ca })
const chained = issue({ subject: 'proxy', by: intermediate })
const clientCa = issue({ subject: 'client CA', ca: true })
const client = issue({ subject: 'client', by: clientCa })
const years = { notAfter: generalizedTime('20300101000000Z') }
const short = issue({ subject: 'proxy', by: ca, ...years })

/** A connection on which the peer proved to hold the key of the first certificate. */
function connection(...[leaf, ...others]: Holder[]) {
  const state = { leaf: leaf as Holder, cipher: {} as object | undefined, finished: 'first' }
  return {
    state,
    // Node's CAs don't include the one of the proxies.
    authorized: false,
    authorizationError: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    remoteAddress: '192.0.2.1',
    getCipher: () => state.cipher,
    getPeerFinished: () => Buffer.from(state.finished),
    getPeerCertificate: () => toPeerCertificate(new X509Certificate(state.leaf.der)),
    getPeerX509Certificate: () => ({
      raw: state.leaf.der,
      issuerCertificate: others[0] && { raw: others[0].der },
    }),
  }
}

function compile(options: ProxyCaOptions, runtime?: Runtime) {
  const check = compileProxyTrust(parseTrustedProxies('option "trustedProxies"', options), runtime)
  return (request: RequestLike): boolean => check(request) === undefined
}

const trusts = (options: ProxyCaOptions, socket: object | undefined): boolean =>
  compile(options)({ headers: {}, socket })

describe('trustedProxies with ca', () => {
  const clock = Date.now
  afterEach(() => {
    Date.now = clock
  })

  it("trusts a peer whose certificate has a path to it, whatever Node's ca is", () => {
    for (const authorized of [false, true]) {
      const socket = { ...connection(proxy), authorized }
      expect(trusts({ ca: ca.pem }, socket)).to.equal(true)
      expect(trusts({ ca: clientCa.pem }, socket)).to.equal(false)
    }
  })

  it('trusts a peer that sent the intermediate CA, or whose intermediate CA is configured', () => {
    expect(trusts({ ca: ca.pem }, connection(chained, intermediate))).to.equal(true)
    expect(trusts({ ca: ca.pem }, connection(chained))).to.equal(false)
    const options = { ca: ca.pem, intermediates: [intermediate.der] }
    expect(trusts(options, connection(chained))).to.equal(true)
  })

  it('does not trust a proxy whose certificate is revoked, or whose status is not known', () => {
    const detailOf = (crl: Buffer[]): unknown => {
      const store = createTrustStore({ ca: ca.pem, crl })
      const check = compileProxyTrust(parseTrustedProxies('trustedProxies', { ca: store }))
      const failure = withTrace(() => check({ headers: {}, socket: connection(proxy) }))
      return failure && [failure.detail, explainFailure(failure)]
    }
    const today = { thisUpdate: utcTime('250101000000Z'), nextUpdate: utcTime('491231235959Z') }
    expect(detailOf([listBy(ca, today)])).to.equal(undefined)
    const [revoked, sentence] = detailOf([
      listBy(ca, { ...today, entries: [entryOf(0x1234)] }),
    ]) as string[]
    expect(revoked).to.equal('revoked')
    expect(sentence).to.match(/^the peer's certificate isn't accepted: the certificate or a CA/)
    const [unknown, reason] = detailOf([]) as string[]
    expect(unknown).to.equal('revocation_unknown')
    expect(reason).to.match(/^it isn't known whether the peer's certificate is revoked: no list/)
  })

  it('does not trust clients, even those that Node has authorized', () => {
    const socket = { ...connection(client), authorized: true, authorizationError: null }
    expect(trusts({ ca: ca.pem }, socket)).to.equal(false)
    const selfSigned = issue({ subject: 'proxy' })
    expect(trusts({ ca: ca.pem }, connection(selfSigned))).to.equal(false)
  })

  it('does not trust a peer without a certificate', () => {
    const none = { ...connection(proxy), getPeerX509Certificate: () => undefined }
    const odd = [{}, null, undefined, 7, { remoteAddress: '127.0.0.1' }]
    const empty = [undefined, null, {}].map((shown) => ({
      ...none,
      getPeerCertificate: () => shown,
    }))
    for (const socket of [...odd, ...empty]) {
      expect(trusts({ ca: ca.pem }, socket as object)).to.equal(false)
    }
  })

  it("does not trust a certificate that can't be read", () => {
    const der = Buffer.from(proxy.der)
    der[der.indexOf(Buffer.from('06082a8648ce3d030107', 'hex')) + 9] = 0x7f
    expect(trusts({ ca: ca.pem }, connection({ ...proxy, der }))).to.equal(false)
    const withoutDer = { getPeerCertificate: () => ({ subject: { CN: 'proxy' } }) }
    expect(trusts({ ca: ca.pem }, withoutDer)).to.equal(false)
  })

  it('checks the dates of the certificate on every request', () => {
    const trust = compile({ ca: ca.pem })
    const request = { headers: {}, socket: connection(short) }
    expect(trust(request)).to.equal(true)
    Date.now = () => Date.parse('2030-01-01T00:00:01Z')
    expect(trust(request)).to.equal(false)
  })

  it('does not trust a peer while it renegotiates, because it has not proved to hold the key', () => {
    const socket = connection(client)
    socket.state.cipher = undefined
    socket.state.leaf = proxy
    expect(trusts({ ca: ca.pem }, socket)).to.equal(false)
  })

  it('sees another certificate after a renegotiation, and not before', () => {
    const socket = connection(client)
    const trust = compile({ ca: ca.pem })
    const answers = [trust({ socket })]
    Object.assign(socket.state, { leaf: proxy, cipher: undefined })
    answers.push(trust({ socket }))
    Object.assign(socket.state, { finished: 'second', cipher: {} })
    answers.push(trust({ socket }))
    expect(answers).to.deep.equal([false, false, true])
  })

  describe('and allow', () => {
    it('asks about the certificate, and about no other', () => {
      const asked: unknown[] = []
      const allow: ProxyCaOptions['allow'] = (cert) => {
        asked.push(namesOf(cert))
        return cert.subject.CN === 'proxy'
      }
      expect(trusts({ ca: ca.pem, allow }, connection(proxy))).to.equal(true)
      expect(trusts({ ca: ca.pem, allow }, connection(client))).to.equal(false)
      const stranger = issue({ subject: 'another host', by: ca })
      expect(trusts({ ca: ca.pem, allow }, connection(stranger))).to.equal(false)
      expect(asked).to.deep.equal([['proxy'], ['another host']])
    })

    it('trusts for true alone', async () => {
      const answer = (value: unknown) =>
        trusts({ ca: ca.pem, allow: () => value as boolean }, connection(proxy))
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

    it('does not trust, and does not fail the request, if it throws', () => {
      const find = createExtractor({
        certificateSource: 'nginx',
        trustedProxies: { ca: ca.pem, allow: () => throwAny(new Error('boom')) },
      })
      expect(find({ headers: {}, socket: connection(proxy) }).reason).to.equal('untrusted_proxy')
    })
  })

  it('takes a trust store, which may be replaced', async () => {
    const store = createTrustStore({ ca: clientCa.pem })
    const trust = compile({ ca: store })
    const request = { socket: connection(proxy) }
    expect(trust(request)).to.equal(false)
    await store.replace({ ca: ca.pem })
    expect(trust(request)).to.equal(true)
  })

  it('leaves the header of another peer unread', () => {
    const find = createExtractor({ certificateSource: 'nginx', trustedProxies: { ca: ca.pem } })
    const reasons = [proxy, client].map(
      (holder) => find({ headers: {}, socket: connection(holder) }).reason,
    )
    expect(reasons).to.deep.equal(['verification_header_mismatch', 'untrusted_proxy'])
  })

  it('rejects wrong members, with the nearest valid name', () => {
    const refused: [options: object, code: string, message: string][] = [
      [{ CA: ca.pem }, 'VALUE', `option "trustedProxies" has no member "CA" (did you mean 'ca'?)`],
      [{ ca: ca.pem, alow: () => true }, 'VALUE', `has no member "alow" (did you mean 'allow'?)`],
      [{ ca: ca.pem, allow: 'proxy' }, 'TYPE', 'option "trustedProxies.allow" must be a function'],
      [{ ca: undefined, allow: () => true }, 'TYPE', 'option "trustedProxies.ca" must be '],
      [
        { ca: () => createTrustStore({ ca: ca.pem }) },
        'TYPE',
        'option "trustedProxies.ca" must be PEM, DER',
      ],
      [{ ca: proxy.pem }, 'VALUE', "isn't a CA"],
      [
        { ca: createTrustStore({ ca: ca.pem }), intermediates: intermediate.pem },
        'VALUE',
        'option "trustedProxies.intermediates" has no meaning beside a trust store; give it to createTrustStore()',
      ],
      [{}, 'TYPE', 'an object with "ca", or a function. Received {}'],
    ]
    for (const [options, code, message] of refused) {
      expect(() => compile(options as ProxyCaOptions), message)
        .to.throw(TypeError, message)
        .with.property('code', `ERR_INVALID_ARG_${code}`)
    }
  })

  it("needs a runtime whose connections show the peer's certificate", () => {
    const deno = describeRuntime({ node: '26.3.0', deno: '2.9.6' })
    expect(() => compile({ ca: ca.pem }, deno))
      .to.throw(TypeError, /option "trustedProxies.ca": direct TLS isn't supported on Deno/)
      .with.property('code', 'ERR_UNSUPPORTED_RUNTIME')
  })

  it('has no meaning for a web-standard request, which does not show its connection', () => {
    const trustedProxies = { ca: ca.pem }
    expect(() => createFetchExtractor({ certificateSource: 'nginx', trustedProxies }))
      .to.throw(
        TypeError,
        'option "trustedProxies" cannot be an object with "ca": a Request does not show its connection',
      )
      .with.property('code', 'ERR_INVALID_ARG_VALUE')
  })
})
