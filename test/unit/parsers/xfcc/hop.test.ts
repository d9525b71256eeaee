import { createHash, X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { createExtractor } from '../../../../src/extractor/index.js'
import { decodeXfcc, decodeXfccHop } from '../../../../src/parsers/xfcc/index.js'
import { dersOf } from '../../../support/ders-of.js'
import { fingerprints, pathOf } from '../../../support/extract-over.js'
import { toUrlPem, toXfcc } from '../../../support/header-values.js'
import { createSelfSigned, type Issued } from '../../../support/pki.js'

const readOne = (text: string) => dersOf(decodeXfcc(text))
const readHop = (text: string, hop: number) => dersOf(decodeXfccHop(text, hop))

/** One element the way Envoy writes it: what it copies from the certificate, it copies as it is. */
function elementOf(cert: Issued, uris: readonly string[] = [''], dns: readonly string[] = []) {
  const names = [...uris.map((uri) => `URI=${uri}`), ...dns.map((name) => `DNS=${name}`)]
  const hash = createHash('sha256').update(cert.raw).digest('hex')
  const pairs = ['By=spiffe://e.org/proxy', `Hash=${hash}`, `Cert="${toUrlPem(cert)}"`]
  return [...pairs, 'Subject="CN=client"', ...names].join(';')
}

/** A certificate with these alternative names, in order. */
function clientWith(uris: readonly string[] = [], dns: readonly string[] = []): Promise<Issued> {
  const subjectAltName = [
    ...uris.map((value) => ({ type: 'url' as const, value })),
    ...dns.map((value) => ({ type: 'dns' as const, value })),
  ]
  return createSelfSigned(subjectAltName.length === 0 ? {} : { subjectAltName })
}

describe("a hop's element of X-Forwarded-Client-Cert", () => {
  let client: Issued
  let edge: Issued
  let mesh: Issued
  let header: string
  before(async () => {
    client = await clientWith(['https://e.org/a', 'https://e.org/b'], ['a.e.org', 'b.e.org'])
    edge = await clientWith([], ['edge.e.org'])
    mesh = await clientWith()
    const urls = ['https://e.org/a', 'https://e.org/b']
    header = [
      elementOf(client, urls, ['a.e.org', 'b.e.org']),
      elementOf(edge, [''], ['edge.e.org']),
      elementOf(mesh),
    ].join(',')
  })

  it('is counted from the right, from 0', () => {
    for (const [hop, { raw }] of [mesh, edge, client].entries()) {
      expect(readHop(header, hop)).to.deep.equal([raw])
    }
  })

  it('is the same whatever a client has put in front', () => {
    for (const front of ['X="y"', 'Hash=0', 'Subject="CN=a,b"', elementOf(client, [], [])]) {
      expect(readHop(`${front},${header}`, 0)).to.deep.equal([mesh.raw])
      expect(readHop(`${front},${header}`, 1)).to.deep.equal([edge.raw])
    }
  })

  it('is found without any parse of a certificate in the elements in front', () => {
    const raw = Object.getOwnPropertyDescriptor(X509Certificate.prototype, 'raw') as {
      get: () => Buffer
    }
    let parses = 0
    Object.defineProperty(X509Certificate.prototype, 'raw', {
      configurable: true,
      get(this: X509Certificate) {
        parses += 1
        return raw.get.call(this)
      },
    })
    try {
      expect(readHop(header, 0)).to.deep.equal([mesh.raw])
    } finally {
      Object.defineProperty(X509Certificate.prototype, 'raw', raw)
    }
    expect(parses).to.equal(0)
  })

  it('is rejected when the header has fewer hops', () => {
    for (const [text, hop] of [
      [header, 3],
      [header, 9],
      [elementOf(mesh), 1],
    ] as const) {
      expect(readHop(text, hop)).to.equal(undefined)
    }
    expect(readHop('', 0)).to.equal(undefined)
  })

  it('must be the only one where no hop is named', () => {
    expect(readOne(header)).to.equal(undefined)
    expect(readOne(`${elementOf(mesh)},`)).to.equal(undefined)
    expect(readOne(elementOf(mesh))).to.deep.equal([mesh.raw])
    expect(readHop(elementOf(mesh), 0)).to.deep.equal([mesh.raw])
  })

  it('may be one of ten, and not of more', () => {
    const others = (count: number) => Array<string>(count).fill('Subject="CN=other"')
    const genuine = elementOf(mesh)
    for (const [text, hop] of [
      [[...others(9), genuine], 0],
      [[genuine, ...others(9)], 9],
    ] as const) {
      expect(readHop(text.join(','), hop)).to.deep.equal([mesh.raw])
      expect(readHop(['X="1"', ...text].join(','), hop)).to.equal(undefined)
    }
  })

  it('may name the first URI only, as older versions do, or no name at all', () => {
    for (const uris of [['https://e.org/a'], []]) {
      for (const dns of [['a.e.org', 'b.e.org'], []]) {
        const text = `${elementOf(client, uris, dns)},${elementOf(mesh)}`
        expect(readHop(text, 1)).to.deep.equal([client.raw])
        expect(readHop(text, 0)).to.deep.equal([mesh.raw])
      }
    }
  })

  it('is rejected with other names than those of its certificate', () => {
    const [a, b] = ['https://e.org/a', 'https://e.org/b']
    for (const uris of [[b], [b, a], [a, b, a], [''], ['', a, b], [a, 'https://e.org/B'], ['x']]) {
      const text = elementOf(client, uris)
      for (const hop of [0, 1]) expect(readHop(text, hop), text).to.equal(undefined)
    }
    for (const dns of [['a.e.org'], ['b.e.org', 'a.e.org'], ['a.e.org', 'b.e.org', ''], ['']]) {
      expect(readHop(elementOf(client, [], dns), 0), dns.join()).to.equal(undefined)
    }
    for (const uri of ['https://e.org/a', ',', 'x']) {
      expect(readHop(elementOf(mesh, [uri]), 0), uri).to.equal(undefined)
    }
  })

  it('may have other elements beside it without certificate, if those name nothing', () => {
    const genuine = elementOf(mesh)
    for (const other of ['Hash=0', 'By=spiffe://e.org/proxy', 'Subject="CN=a"', 'Cert="x"']) {
      expect(readHop(`${other},${genuine}`, 0)).to.deep.equal([mesh.raw])
      expect(readHop(`${genuine},${other}`, 1)).to.deep.equal([mesh.raw])
    }
    for (const name of ['URI=', 'DNS=', 'URI=https://e.org/a', 'DNS=a', 'URI="a"', 'Future=1']) {
      for (const other of [name, `Hash=0;${name}`, `Cert="x";Subject="";${name}`]) {
        expect(readHop(`${other},${genuine}`, 0), other).to.equal(undefined)
      }
    }
  })

  it('may have nearer elements without certificate, with names as Envoy writes them', () => {
    const genuine = elementOf(client, ['https://e.org/a'], [])
    for (const names of ['URI=', 'DNS=a', 'URI=spiffe://gateway', 'URI=a;URI=b;DNS=c;DNS=d']) {
      for (const pairs of ['', 'Hash=0;', 'By=urn:a;b;Hash=0;Subject="";']) {
        const nearer = `${pairs}${names}`
        expect(readHop(`${genuine},${nearer}`, 1), nearer).to.deep.equal([client.raw])
        expect(readHop(`${genuine},${elementOf(mesh)},${nearer}`, 2)).to.deep.equal([client.raw])
        expect(readHop(`${genuine},${nearer},${elementOf(mesh)}`, 2)).to.deep.equal([client.raw])
        expect(readHop(`${genuine},${nearer}`, 0), nearer).to.equal(undefined)
        expect(readHop(`${nearer},${genuine},${nearer}`, 1), nearer).to.equal(undefined)
      }
    }
  })

  it('is rejected with a nearer element that is not as Envoy writes it, or not genuine', () => {
    const genuine = elementOf(client, ['https://e.org/a'], [])
    for (const nearer of [
      ...[
        'URI="a"',
        'Future=1',
        'Hash=0;DNS="a"',
        'URI=a;Future=1',
        'Cert="x";URI=a',
        'Cert="x";URI=',
      ],
      ...[elementOf(mesh, ['a']), elementOf(edge, [''], []).replace(/Hash=./, 'Hash=x')],
    ]) {
      expect(readHop(`${genuine},${nearer}`, 1), nearer).to.equal(undefined)
    }
  })

  it('is rejected when it has no certificate, or a certificate that does not match its Hash', () => {
    const hash = createHash('sha256').update('another').digest('hex')
    for (const text of ['Hash=0', 'Subject="CN=a"', `Hash=${hash};Cert="${toUrlPem(mesh)}"`]) {
      expect(readHop(`${elementOf(client, [])},${text}`, 0)).to.equal(undefined)
    }
  })

  it('is what the option xfccHop picks, with its chain where that is wanted', () => {
    const chained = toXfcc(client, edge).replace(';URI=', '')
    const headers = { 'x-forwarded-client-cert': `${chained},${elementOf(mesh)}` }
    const extract = (xfccHop: number | undefined, includeChain = false) =>
      pathOf(
        createExtractor({
          certificateSource: 'envoy',
          trustedProxies: true,
          xfccHop,
          includeChain,
        })({ headers }),
      )
    expect(extract(0)).to.deep.equal(fingerprints(mesh))
    expect(extract(1)).to.deep.equal(fingerprints(client))
    expect(extract(1, true)[0]).to.equal(fingerprints(client)[0])
    expect(extract(2)).to.equal('header_missing_or_malformed')
    expect(extract(undefined)).to.equal('header_missing_or_malformed')
  })

  it('can be picked in no other encoding, and where no header is read', () => {
    for (const xfccHop of [0, 1]) {
      expect(() => createExtractor({ xfccHop }))
        .to.throw(TypeError, 'option "xfccHop" needs "certificateSource" or "certificateHeader"')
        .with.property('code', 'ERR_INVALID_ARG_VALUE')
    }
    expect(() => createExtractor({ certificateSource: 'traefik', xfccHop: 0 }))
      .to.throw(TypeError, 'option "xfccHop" has no meaning with "base64-der"')
      .with.property('code', 'ERR_INVALID_ARG_VALUE')
  })
})
