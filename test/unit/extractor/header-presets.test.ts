import { expect } from 'chai'
import { createExtractor, type ExtractorOptions } from '../../../src/extractor/index.js'
import { fingerprints, pathOf } from '../../support/extract-over.js'
import {
  toApachePem,
  toBase64Der,
  toConcatenatedDer,
  toRfc9440,
  toUrlPem,
} from '../../support/header-values.js'
import { testPki, type TestPki } from '../../support/pki.js'

const MISMATCH = 'verification_header_mismatch'
const NONE = 'header_missing_or_malformed'

/** Extracts the certificate from these header lines. */
function extract(options: ExtractorOptions, headers: Record<string, string>): string | string[] {
  const lines = Object.entries(headers)
  return pathOf(
    createExtractor({ trustedProxies: 'loopback', ...options })({
      headers: Object.fromEntries(lines.map(([name, value]) => [name.toLowerCase(), value])),
      rawHeaders: lines.flat(),
      socket: { remoteAddress: '127.0.0.1' },
    }),
  )
}

describe('the verification headers that a preset requires', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })

  for (const [certificateSource, write, header, verify, said] of [
    ['nginx', toUrlPem, 'X-SSL-Client-Cert', 'X-SSL-Client-Verify', 'SUCCESS'],
    ['ingress-nginx', toUrlPem, 'ssl-client-cert', 'ssl-client-verify', 'SUCCESS'],
    ['apache', toApachePem, 'X-SSL-Client-Cert', 'X-SSL-Client-Verify', 'SUCCESS'],
    ['haproxy', toBase64Der, 'X-SSL-Client-Cert', 'X-SSL-Client-Verify', '0'],
    ['cloudfront', toUrlPem, 'CloudFront-Viewer-Cert-Pem', 'CloudFront-Viewer-Cert-Present', '1'],
  ] as const) {
    it(`are an exact ${verify} with ${certificateSource}`, () => {
      const options = { certificateSource }
      const sent = { [header]: write(pki.ec).trim() }
      expect(extract(options, { ...sent, [verify]: said })).to.deep.equal(fingerprints(pki.ec))
      expect(extract(options, sent)).to.equal(MISMATCH)
      for (const other of ['', 'NONE', 'FAILED:expired', '21', `${said} `, said.toLowerCase()]) {
        if (other === said) continue
        expect(extract(options, { ...sent, [verify]: other })).to.equal(MISMATCH)
      }
      expect(extract(options, { [verify]: said })).to.equal(NONE)
      expect(extract(options, { [header]: '', [verify]: said })).to.equal(NONE)
    })

    it(`can be replaced by the application with ${certificateSource}`, () => {
      const options = { certificateSource, verifyHeader: 'X-Own', verifyValue: 'yes' }
      const sent = { [header]: write(pki.ec).trim() }
      expect(extract(options, { ...sent, 'X-Own': 'yes' })).to.deep.equal(fingerprints(pki.ec))
      expect(extract(options, { ...sent, [verify]: said })).to.equal(MISMATCH)
    })
  }

  it('say with gcp that the certificate is present and verified, without an error', () => {
    const options = { certificateSource: 'gcp' } as const
    const sent = {
      'X-Client-Cert-Leaf': toRfc9440(pki.ec),
      'X-Client-Cert-Present': 'true',
      'X-Client-Cert-Chain-Verified': 'true',
    }
    const error = 'X-Client-Cert-Error'
    expect(extract(options, sent)).to.deep.equal(fingerprints(pki.ec))
    expect(extract(options, { ...sent, [error]: '' })).to.deep.equal(fingerprints(pki.ec))
    for (const wrong of [
      { [error]: 'client_cert_chain_invalid_eku' },
      { [error]: ' ' },
      { X_Client_Cert_Error: '' },
      { Connection: `close, ${error}` },
      { 'X-Client-Cert-Present': 'false' },
      { 'X-Client-Cert-Present': '' },
      { 'X-Client-Cert-Chain-Verified': 'false' },
      { 'X-Client-Cert-Chain-Verified': 'TRUE' },
    ]) {
      expect(extract(options, { ...sent, ...wrong }), JSON.stringify(wrong)).to.equal(MISMATCH)
    }
    for (const name of ['X-Client-Cert-Present', 'X-Client-Cert-Chain-Verified'] as const) {
      const { [name]: _, ...rest } = sent
      expect(extract(options, rest)).to.equal(MISMATCH)
    }
  })

  it('are none where the proxy sends none', () => {
    const sent = { 'X-SSL-Client-Cert': toBase64Der(pki.ec) }
    const options = { certificateSource: 'caddy' } as const
    expect(extract(options, sent)).to.deep.equal(fingerprints(pki.ec))
  })
})

describe('a chain that comes in numbered headers', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })
  const options = { certificateSource: 'apache', includeChain: true } as const

  function extractChain(chain: Record<number, string>, more: ExtractorOptions = {}) {
    const lines = Object.entries(chain).map(([number, text]) => [
      `X-SSL-Client-Chain-${number}`,
      text,
    ])
    return extract(
      { ...options, ...more },
      {
        'X-SSL-Client-Cert': toApachePem(pki.chained).trim(),
        'X-SSL-Client-Verify': 'SUCCESS',
        ...(Object.fromEntries(lines) as Record<string, string>),
      },
    )
  }

  it('ends where the proxy has no more', () => {
    const [issuer, root] = [toApachePem(pki.intermediate), toApachePem(pki.root)]
    const both = fingerprints(pki.chained, pki.intermediate, pki.root)
    expect(extractChain({})).to.deep.equal(both.slice(0, 1))
    expect(extractChain({ 0: '(null)', 1: '(null)' })).to.deep.equal(both.slice(0, 1))
    expect(extractChain({ 0: issuer, 1: '(null)' })).to.deep.equal(both.slice(0, 2))
    expect(extractChain({ 0: issuer, 1: root })).to.deep.equal(both)
    expect(extractChain({ 0: issuer, 1: root, 2: '(null)', 8: '' })).to.deep.equal(both)
    expect(extractChain({ 0: issuer, 1: root }, { includeChain: false })).to.deep.equal(
      both.slice(0, 1),
    )
  })

  it('is rejected with a gap, or with something else in its place', () => {
    const [issuer, root] = [toApachePem(pki.intermediate), toApachePem(pki.root)]
    for (const wrong of [
      { 1: issuer },
      { 0: '(null)', 1: issuer },
      { 0: issuer, 2: root },
      { 0: issuer, 8: root },
      { 0: issuer, 1: 'x' },
      { 0: toBase64Der(pki.intermediate) },
    ]) {
      expect(extractChain(wrong)).to.equal(NONE)
    }
  })

  it('is read no further than the ninth, and holds no more than ten certificates with the leaf', () => {
    const issuer = toApachePem(pki.intermediate)
    const nine = Object.fromEntries(Array.from({ length: 9 }, (_, number) => [number, issuer]))
    const path = fingerprints(pki.chained, pki.intermediate)
    expect(extractChain(nine)).to.deep.equal(path)
    expect(extractChain({ ...nine, 9: 'x' })).to.deep.equal(path)
    expect(extractChain({ ...nine, 8: issuer + issuer })).to.equal(NONE)
  })

  it('is rejected when a line tampers with one of its headers', () => {
    const text = toApachePem(pki.intermediate)
    const sent = {
      'X-SSL-Client-Cert': toApachePem(pki.chained).trim(),
      'X-SSL-Client-Verify': 'SUCCESS',
      'X-SSL-Client-Chain-0': text,
    }
    expect(extract(options, { ...sent, X_SSL_Client_Chain_8: text })).to.equal(NONE)
    expect(extract(options, { ...sent, Connection: 'X-SSL-Client-Chain-8' })).to.equal(NONE)
  })

  it('has its number at the end of the name, and nowhere else', () => {
    for (const chainHeader of ['X-*-Chain', '*-Chain', 'X-Chain-**']) {
      expect(() => createExtractor({ ...options, trustedProxies: true, chainHeader }))
        .to.throw(TypeError)
        .that.includes({ code: 'ERR_INVALID_ARG_VALUE' })
        .and.has.property('message')
        .that.includes('option "chainHeader" may have a * at its end only')
    }
  })

  it('may have no header of another purpose among its own', () => {
    const certificateHeader = 'X-SSL-Client-Chain-3'
    expect(() => createExtractor({ ...options, trustedProxies: true, certificateHeader })).to.throw(
      TypeError,
      'must name different headers',
    )
  })
})

describe('a chain of one DER right after another', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })

  function extractChain(chain: string) {
    return extract(
      { certificateSource: 'haproxy', includeChain: true },
      {
        'X-SSL-Client-Cert': toBase64Der(pki.chained),
        'X-SSL-Client-Verify': '0',
        'X-SSL-Client-Chain': chain,
      },
    )
  }

  it('is read to its end, as is a list', () => {
    const { chained, intermediate, root } = pki
    const all = fingerprints(chained, intermediate, root)
    expect(extractChain('')).to.deep.equal(all.slice(0, 1))
    expect(extractChain(toConcatenatedDer(intermediate))).to.deep.equal(all.slice(0, 2))
    expect(extractChain(toConcatenatedDer(intermediate, root))).to.deep.equal(all)
    expect(extractChain(toConcatenatedDer(root, intermediate))).to.deep.equal(all)
    expect(extractChain(toBase64Der(intermediate, root))).to.deep.equal(all)
  })

  it('is rejected with anything around the certificates, cut off, or too long', () => {
    const { intermediate, root } = pki
    const both = Buffer.concat([intermediate.raw, root.raw])
    for (const wrong of [
      Buffer.concat([both, Buffer.alloc(1)]),
      Buffer.concat([both, Buffer.from([0x30, 0x82])]),
      Buffer.concat([intermediate.raw, Buffer.alloc(4), root.raw]),
      both.subarray(0, -1),
      both.subarray(1),
      Buffer.concat(Array.from({ length: 10 }, () => intermediate.raw)),
    ]) {
      expect(extractChain(wrong.toString('base64'))).to.equal(NONE)
    }
    const nine = Array.from({ length: 9 }, () => intermediate)
    expect(extractChain(toConcatenatedDer(...nine))).to.have.lengthOf(2)
  })

  it('is rejected in the header of the leaf, because the client could be any of them', () => {
    const { chained, intermediate } = pki
    const sent = {
      'X-SSL-Client-Cert': toConcatenatedDer(chained, intermediate),
      'X-SSL-Client-Verify': '0',
    }
    expect(extract({ certificateSource: 'haproxy', includeChain: true }, sent)).to.equal(NONE)
  })
})
