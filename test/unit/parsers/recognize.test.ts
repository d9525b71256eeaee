import { expect } from 'chai'
import { ENCODINGS, type HeaderEncoding } from '../../../src/parsers/encodings.js'
import { PRESETS } from '../../../src/parsers/presets.js'
import { presetsFor, recognizeEncoding } from '../../../src/parsers/recognize.js'
import { CAPTURED_HEADER_NAMES, capturedHeaders } from '../../support/captured-headers.js'
import {
  toApachePem,
  toBase64Der,
  toBase64Pem,
  toRfc9440,
  toUrlPem,
  toUrlPemAws,
  toXfcc,
} from '../../support/header-values.js'
import { type Issued, testPki } from '../../support/pki.js'

type Write = (leaf: Issued, ...issuers: Issued[]) => string

const WRITERS: Readonly<Record<HeaderEncoding, Write>> = {
  'url-pem': toUrlPem,
  'url-pem-aws': toUrlPemAws,
  xfcc: toXfcc,
  'base64-der': toBase64Der,
  rfc9440: toRfc9440,
  'apache-pem': toApachePem,
  'base64-pem': toBase64Pem,
}

describe('recognizeEncoding()', () => {
  for (const encoding of ENCODINGS) {
    it(`recognizes ${encoding}, also if the value is cut off or damaged later`, async () => {
      const { rsa, ec, chained, intermediate } = await testPki()
      const chains: [Issued, ...Issued[]][] = [[rsa], [ec], [chained, intermediate]]
      for (const chain of chains) {
        const value = WRITERS[encoding](...chain)
        expect(recognizeEncoding(value)).to.equal(encoding)
        expect(recognizeEncoding(value.slice(0, -100))).to.equal(encoding)
        expect(recognizeEncoding(`${value.slice(0, 400)}\u0000?%zz${value.slice(400)}`)).to.equal(
          encoding,
        )
      }
    })
  }

  it('recognizes the headers of real proxies', () => {
    const headers = capturedHeaders()
    for (const { capture, header, value, encoding } of headers) {
      expect(recognizeEncoding(value), `${capture} ${header}`).to.equal(encoding)
    }
    const seen = new Set(headers.map(({ header }) => header.toLowerCase()))
    expect([...seen]).to.have.members(CAPTURED_HEADER_NAMES)
  })

  const begin = '-----BEGIN CERTIFICATE-----'
  const der = 'MIIDvDCCAqSgAwIBAgIU'
  const values: [value: string, encoding: HeaderEncoding | undefined][] = [
    ['-----BEGIN%20CERTIFICATE-----%0A', 'url-pem'],
    ['-----BEGIN%20', 'url-pem'],
    ['%2D%2D%2D%2D%2DBEGIN%20CERTIFICATE', 'url-pem'],
    ['%2d-%2d--begin%20certificate', 'url-pem'],
    ['-----BEGIN+CERTIFICATE-----%0AMII%2BAA', 'url-pem'],
    ['-----BEGIN%20CERTIFICATE-----%0AMII+AA', 'url-pem-aws'],
    ['-----BEGIN%20CERTIFICATE-----%0AMII/AA', 'url-pem-aws'],
    ['-----BEGIN%20CERTIFICATE-----%0AMII=', 'url-pem-aws'],
    ...['%2B', '%2b', '%2F', '%2f', '%3D', '%3d'].map((escape): [string, HeaderEncoding] => [
      `-----BEGIN%20CERTIFICATE-----%0AMII${escape}/+=`,
      'url-pem',
    ]),
    ['-----BEGIN%2520CERTIFICATE-----%250A', undefined],
    ['----BEGIN%20CERTIFICATE-----', undefined],
    [' -----BEGIN%20CERTIFICATE-----', undefined],
    [`${begin} MII`, 'apache-pem'],
    [begin, 'apache-pem'],
    ['-----BEGIN CERTIF', 'apache-pem'],
    ['-----BEGIN CERTIFICATE---', 'apache-pem'],
    ['-----BEGIN X509 CERTIFICATE----- MII', 'apache-pem'],
    [`${begin}\nMII`, undefined],
    [`${begin}\r\nMII`, undefined],
    [`${begin}\\nMII`, undefined],
    [`x${begin} MII`, undefined],
    ['-----BEGIN', undefined],
    [der, 'base64-der'],
    ['MIE'.padEnd(16, 'A'), 'base64-der'],
    ['MIP'.padEnd(16, '/'), 'base64-der'],
    ['MIP'.padEnd(16, '+'), 'base64-der'],
    ['MID'.padEnd(16, 'A'), undefined],
    ['MIQ'.padEnd(16, 'A'), undefined],
    ['MII'.padEnd(15, 'A'), undefined],
    ['MIKE was here yesterday', undefined],
    [` ${der}`, undefined],
    [`:${der}`, 'rfc9440'],
    [`:${der}:`, 'rfc9440'],
    [`::${der}:`, undefined],
    [`x:${der}:`, undefined],
    [':MII:', undefined],
    ['::', undefined],
    [':{http.request.tls.client.certificate_der_base64}:', undefined],
    ['{http.request.tls.client.certificate_der_base64}', undefined],
    ['LS0tLS1CRUdJTiBDRVJU', 'base64-pem'],
    ['LS0tLS1CRUdJ', undefined],
    ['xLS0tLS1CRUdJTiBDRVJU', undefined],
    ['By=spiffe://example.org/ns/a;Hash=00', 'xfcc'],
    ['BY=', 'xfcc'],
    ['hash=0f', 'xfcc'],
    ['Hash=x', undefined],
    ['Cert="', 'xfcc'],
    ['Cert=', undefined],
    ['Chain="', 'xfcc'],
    ['Subject="CN=a"', 'xfcc'],
    ['Subject=CN', undefined],
    ['URI=;', 'xfcc'],
    ['dns=a', 'xfcc'],
    [' Cert="', undefined],
    ['CN=rsa-client,O=Example', undefined],
    ['SUCCESS', undefined],
    ['(null)', undefined],
    ['', undefined],
  ]
  for (const [value, encoding] of values) {
    it(`takes ${JSON.stringify(value)} for ${encoding ?? 'none of them'}`, () => {
      expect(recognizeEncoding(value)).to.equal(encoding)
    })
  }

  // A quadratic search would take hours, so mocha's timeout would end this test.
  it('takes time in proportion to the length of the value', () => {
    const length = 2 ** 24
    for (const start of ['-----BEGIN ', '-----BEGIN%20', 'MII', ':MII', 'LS0t', 'Cert=', '-----']) {
      for (const fill of ['A', '-', '%', ' ', '%2']) recognizeEncoding(start.padEnd(length, fill))
    }
  })
})

describe('presetsFor()', () => {
  const SOURCES = Object.keys(PRESETS)

  it('lists each preset for its encoding, first if its header is given in any case', () => {
    for (const [source, { encoding, header }] of Object.entries(PRESETS)) {
      expect(presetsFor(encoding)).to.include(source)
      const found = presetsFor(encoding, header.toUpperCase())
      const sharing = found.filter((other) => PRESETS[other].header === header)
      expect(found.slice(0, sharing.length)).to.deep.equal(sharing)
      expect(sharing).to.include(source)
    }
    expect(ENCODINGS.flatMap((encoding) => presetsFor(encoding))).to.include.members(SOURCES)
  })

  const orders: [title: string, args: Parameters<typeof presetsFor>, sources: string[]][] = [
    ['one of nginx', ['url-pem', 'X-SSL-Client-Cert'], ['nginx', 'ingress-nginx', 'cloudfront']],
    ['one of the ingress', ['url-pem', 'ssl-client-cert'], ['ingress-nginx', 'nginx']],
    ['one of Kong', ['url-pem', 'x-client-cert'], ['kong', 'nginx']],
    ['base64 in the header of nginx', ['base64-der', 'x-ssl-client-cert'], ['haproxy', 'caddy']],
    ['PEM with spaces', ['apache-pem', 'SSL_CLIENT_CERT'], ['apache']],
    [
      'Envoy and what is made of it',
      ['xfcc', 'x-forwarded-client-cert'],
      ['envoy', 'istio-gateway', 'azure-container-apps'],
    ],
    [
      'RFC 9440',
      ['rfc9440', 'client-cert'],
      ['cloudflare-rfc9440', 'cloudfront-passthrough', 'gcp', 'akamai'],
    ],
    ['unescaped base64', ['url-pem-aws'], ['aws-alb', 'aws-alb-verify', 'nginx']],
    ['unescaped base64 of Kong', ['url-pem-aws', 'x-client-cert'], ['kong', 'aws-alb']],
    [
      'a value of AWS that does not show it',
      ['url-pem', 'X-Amzn-Mtls-Clientcert-Leaf'],
      ['aws-alb-verify', 'nginx'],
    ],
    ['an unknown header', ['base64-der', 'x-mine'], ['haproxy', 'caddy', 'traefik']],
  ]
  for (const [title, args, sources] of orders) {
    it(`puts the most likely first: ${title}`, () => {
      expect(presetsFor(...args).slice(0, sources.length)).to.deep.equal(sources)
    })
  }

  it('lists no preset twice, and none that cannot read the encoding', () => {
    expect(presetsFor('base64-pem')).to.deep.equal([])
    expect(presetsFor('apache-pem')).to.deep.equal(['apache'])
    for (const encoding of ENCODINGS) {
      const found = presetsFor(encoding)
      expect(new Set(found).size).to.equal(found.length)
    }
  })
})
