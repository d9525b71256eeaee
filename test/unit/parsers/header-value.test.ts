import { expect } from 'chai'
import {
  type HeaderEncoding,
  parseBase64Der,
  parseHeaderValue,
  PRESETS,
} from '../../../src/parsers/index.js'
import { chainOf } from '../../support/chain-of.js'
import {
  toApachePem,
  toBase64Der,
  toBase64Pem,
  toRfc9440,
  toUrlPem,
  toUrlPemAws,
  toXfcc,
} from '../../support/header-values.js'
import { testPki, type TestPki } from '../../support/pki.js'

const WRITERS: Readonly<Record<HeaderEncoding, typeof toUrlPem>> = {
  'url-pem': toUrlPem,
  'url-pem-aws': toUrlPemAws,
  xfcc: toXfcc,
  'base64-der': toBase64Der,
  rfc9440: toRfc9440,
  'apache-pem': toApachePem,
  'base64-pem': toBase64Pem,
}
const ENCODINGS = Object.keys(WRITERS) as HeaderEncoding[]

describe('a header value in a named encoding', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })

  for (const encoding of ENCODINGS) {
    // HTTP parsers trim the space at the end.
    const write: typeof toUrlPem = (...certificates) => WRITERS[encoding](...certificates).trimEnd()

    it(`is read: ${encoding}`, () => {
      expect(chainOf(parseHeaderValue(write(pki.ec), encoding))).to.deep.equal([pki.ec.raw])
      const alone = parseHeaderValue(write(pki.ec), encoding, { chainInLeafHeader: false })
      expect(chainOf(alone)).to.deep.equal([pki.ec.raw])
    })

    it(`gives null for everything else: ${encoding}`, () => {
      for (const wrong of ['', 'x', '%ZZ', write(pki.ec).slice(0, -8), `x${write(pki.ec)}`]) {
        expect(parseHeaderValue(wrong, encoding)).to.equal(null)
      }
      for (const wrong of [undefined, null, 42, Object, {}, [write(pki.ec)]]) {
        expect(parseHeaderValue(wrong as never, encoding)).to.equal(null)
      }
    })

    if (encoding === 'rfc9440') continue
    it(`may contain a chain, unless the proxy sends only the leaf: ${encoding}`, () => {
      const { chained, intermediate } = pki
      const value = write(chained, intermediate)
      const path = [chained.raw, intermediate.raw]
      for (const options of [undefined, {}, { chainInLeafHeader: undefined }]) {
        expect(chainOf(parseHeaderValue(value, encoding, options))).to.deep.equal(path)
      }
      const alone = parseHeaderValue(value, encoding, { chainInLeafHeader: false })
      expect(alone).to.equal(null)
    })
  }

  it('gives null for an encoding that does not exist', () => {
    const value = toUrlPem(pki.ec)
    const odd = { toString: () => 'url-pem' }
    for (const encoding of ['unknown', 'URL-PEM', '', 'constructor', '__proto__', null, odd]) {
      expect(parseHeaderValue(value, encoding as never)).to.equal(null)
    }
  })

  it('is read with the settings of a preset', () => {
    const { traefik, cloudflare } = PRESETS
    const twice = toBase64Der(pki.ec, pki.ec)
    for (const [preset, expected] of [
      [traefik, [pki.ec.raw]],
      [cloudflare, null],
    ] as const) {
      const { encoding, chainInLeafHeader } = preset
      const certificate = parseHeaderValue(twice, encoding, { chainInLeafHeader })
      expect(certificate && chainOf(certificate)).to.deep.equal(expected)
    }
  })
})

describe('base64-der from a proxy that sends only the leaf', () => {
  it('is not read when the header was sent twice', async () => {
    const { ec, rsa } = await testPki()
    const options = { chainInLeafHeader: false }
    expect(parseBase64Der(toBase64Der(ec), options)).to.have.property('fingerprint256')
    for (const second of [ec, rsa]) {
      expect(parseBase64Der(toBase64Der(ec, second), options)).to.equal(null)
      expect(parseBase64Der(toBase64Der(ec, second))).not.to.equal(null)
    }
  })
})

describe('the options of a parser', () => {
  const wrong: [options: unknown, code: string][] = [
    [{ chainInLeafHeader: 'false' }, 'ERR_INVALID_ARG_TYPE'],
    [{ chainInLeafHeader: null }, 'ERR_INVALID_ARG_TYPE'],
    [{ chainInLeafheader: false }, 'ERR_INVALID_ARG_VALUE'],
    [null, 'ERR_INVALID_ARG_TYPE'],
    [false, 'ERR_INVALID_ARG_TYPE'],
    [[], 'ERR_INVALID_ARG_TYPE'],
  ]
  for (const [options, code] of wrong) {
    it(`are checked: ${JSON.stringify(options)}`, () => {
      for (const run of [
        () => parseBase64Der('x', options as never),
        () => parseHeaderValue('x', 'base64-der', options as never),
        () => parseHeaderValue('x', 'unknown' as never, options as never),
      ]) {
        expect(run).to.throw(TypeError).that.includes({ code })
      }
    })
  }

  it('are not taken from Object.prototype', async () => {
    const { chained, intermediate } = await testPki()
    const prototype = Object.prototype as { chainInLeafHeader?: unknown }
    prototype.chainInLeafHeader = false
    try {
      expect(parseBase64Der(toBase64Der(chained, intermediate))).not.to.equal(null)
    } finally {
      delete prototype.chainInLeafHeader
    }
  })
})
