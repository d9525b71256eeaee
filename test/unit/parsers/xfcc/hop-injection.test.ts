import { createHash } from 'node:crypto'
import { Extension } from '@peculiar/x509'
import { expect } from 'chai'
import { decodeXfcc, decodeXfccHop } from '../../../../src/parsers/xfcc/index.js'
import { dersOf } from '../../../support/ders-of.js'
import { toUrlPem } from '../../../support/header-values.js'
import { createSelfSigned, type Issued } from '../../../support/pki.js'

type SubjectAltName = { type: 'url' | 'dns'; value: string }[]

const HOPS = [0, 1, 2, 3]

const readOne = (text: string) => dersOf(decodeXfcc(text))
const readHop = (text: string, hop: number) => dersOf(decodeXfccHop(text, hop))

function genuinePairs(cert: Issued): string {
  const hash = createHash('sha256').update(cert.raw).digest('hex')
  return `Hash=${hash};Cert="${toUrlPem(cert)}";Subject="CN=client"`
}

/** Writes names as Envoy does: unchanged, and only the first URI in older versions. */
function writeAll(cert: Issued, names: SubjectAltName): string[] {
  const uris = names.filter(({ type }) => type === 'url').map(({ value }) => `URI=${value}`)
  const dns = names.filter(({ type }) => type === 'dns').map(({ value }) => `DNS=${value}`)
  const lists = [uris, uris.slice(0, 1)].map((some) => (some.length === 0 ? ['URI='] : some))
  return lists.map((some) => [genuinePairs(cert), ...some, ...dns].join(';'))
}

describe('an element that a client smuggles in by its own alternative names', () => {
  let evil: Issued
  let mesh: Issued
  before(async () => {
    evil = await createSelfSigned({ subject: 'CN=admin' })
    mesh = await createSelfSigned({ subject: 'CN=mesh' })
  })

  /** Checks that no hop of what the proxies write leads to a certificate of the client's choice. */
  function expectRefused(element: string, what: string): void {
    const next = `${genuinePairs(mesh)};URI=`
    for (const text of [element, `${element},${next}`, `${next},${element}`]) {
      for (const hop of HOPS) expect(readHop(text, hop), `${what} ${text}`).to.equal(undefined)
      expect(readOne(text), what).to.equal(undefined)
    }
  }

  const lists: [what: string, values: (element: string) => string[]][] = [
    ['a name with a comma', (element) => [`https://e.org/a,${element}`]],
    ['a name that begins with a comma', (element) => [`,${element}`]],
    ['a name with a semicolon in front of the comma', (element) => [`a;X=y,${element}`]],
    ['a name with a quoted part in front of the comma', (element) => [`a;X="y",${element}`]],
    ['a name in quotes', (element) => [`"a",${element}`]],
    ['two elements', (element) => [`a,${element},${element}`]],
    ['an element with its own name', (element) => [`a,${element};URI=`]],
    ['an element that another name continues', (element) => [`a,${element};Future=`]],
    ['an element in the middle of a list', (element) => ['a', `b,${element}`, 'c']],
    ['a name that equals the name in front when it is cut off', (element) => ['a', `a,${element}`]],
    ['a name that equals the name behind when it is cut off', (element) => [`a,${element}`, 'a']],
    [
      'a name that equals all other names when it is cut off',
      (element) => ['a', `a,${element}`, 'a'],
    ],
    ['an empty name in front', (element) => ['', `,${element}`]],
    ['an empty name behind', (element) => [`,${element}`, '']],
  ]
  for (const type of ['url', 'dns'] as const) {
    for (const [what, values] of lists) {
      it(`is rejected in ${type}: ${what}`, async () => {
        const names = values(genuinePairs(evil)).map((value) => ({ type, value }))
        const client = await createSelfSigned({ subjectAltName: names })
        for (const [index, element] of writeAll(client, names).entries()) {
          // Where the version writes the first name only, and that is harmless, nothing is smuggled.
          if (index === 0 || element.includes(genuinePairs(evil))) {
            expectRefused(element, what)
          }
        }
      })
    }
  }

  it('is rejected in a DNS name that comes after a genuine URI', async () => {
    const names: SubjectAltName = [
      { type: 'url', value: 'a' },
      { type: 'dns', value: `a,${genuinePairs(evil)}` },
    ]
    const client = await createSelfSigned({ subjectAltName: names })
    for (const element of writeAll(client, names)) expectRefused(element, 'DNS')
  })

  it('is rejected behind another certificate that has the names that the proxy wrote', async () => {
    const own = await createSelfSigned({ subjectAltName: [{ type: 'url', value: 'a' }] })
    const uri = `a;Cert="${toUrlPem(own)}",${genuinePairs(evil)}`
    const client = await createSelfSigned({ subjectAltName: [{ type: 'url', value: uri }] })
    const hash = createHash('sha256').update(client.raw).digest('hex')
    for (const pairs of [
      `Hash=${hash}`,
      'Subject="CN=client"',
      `Hash=${hash};Subject="CN=client"`,
    ]) {
      expectRefused(`${pairs};URI=${uri}`, pairs)
    }
  })

  it('is rejected behind an unknown key', async () => {
    const client = await createSelfSigned()
    expectRefused(`${genuinePairs(client)};Future=x,${genuinePairs(evil)}`, 'Future')
  })

  it('is rejected when Node cannot read the names that the proxy could', async () => {
    // Tag, length and value: a name that ends in the middle, none at all, and no list of names.
    for (const names of ['3003860261', '3000', '0500', '']) {
      const value = new Uint8Array(Buffer.from(names, 'hex'))
      const client = await createSelfSigned({
        extensions: [new Extension('2.5.29.17', false, value)],
      })
      expectRefused(`${genuinePairs(client)};URI=,${genuinePairs(evil)}`, names)
    }
  })

  it('is rejected when Node cannot read the certificate', () => {
    const cert = Buffer.from('no certificate')
    const pem = `-----BEGIN CERTIFICATE-----\n${cert.toString('base64')}\n-----END CERTIFICATE-----\n`
    const element = `Cert="${encodeURIComponent(pem)}";URI=,${genuinePairs(evil)}`
    expectRefused(element, 'garbage')
  })

  it('is rejected when a quote swallows the text that the proxy wrote', async () => {
    const client = await createSelfSigned()
    const own = `${genuinePairs(client)};URI=`
    for (const front of ['X="', 'X="\\', `${genuinePairs(evil)};X="`, 'Cert="', 'URI="']) {
      for (const hop of HOPS) expect(readHop(`${front},${own}`, hop)).to.equal(undefined)
    }
  })
})

describe('a pair that a client smuggles in by a name in quotes', () => {
  it('is rejected when no Hash in front binds it', async () => {
    const evil = await createSelfSigned({ subject: 'CN=admin' })
    for (const key of ['URI', 'DNS']) {
      const text = `Subject="CN=client";${key}="x";Cert="${toUrlPem(evil)}"`
      expect(readOne(text)).to.equal(undefined)
      expect(readHop(text, 0)).to.equal(undefined)
    }
  })
})
