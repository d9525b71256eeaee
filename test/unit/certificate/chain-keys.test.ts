import { type KeyObject, X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { linkChain, parseIssuers } from '../../../src/certificate/chain.js'
import { parseCertificate, toPeerCertificate } from '../../../src/certificate/peer-certificate.js'
import { isAffected } from '../../../src/certificate/legacy-object.js'
import { generate, generateIfKnown, type Holder, issue, namesOf } from '../../support/der-chain.js'
import {
  basicConstraints,
  bits,
  CA_EXTENSIONS,
  certificateOf,
  ecSpki,
  extension,
  keyIdOf,
  octets,
  oid,
  seq,
  spkiOf,
  subjectKeyId,
} from '../../support/der-writer.js'
import { slowSpki } from '../../support/slow-curve.js'

function leafOf(der: Buffer): X509Certificate {
  const leaf = parseCertificate(der)
  if (typeof leaf === 'string') throw new Error(leaf)
  return leaf
}

/** The names in the chain when a client sends `others` after the leaf, and `configured` are known. */
function link(
  leaf: Buffer,
  others: readonly Buffer[],
  configured: readonly Buffer[] = [],
): string[] {
  const [sent, known] = [parseIssuers(others), parseIssuers(configured)]
  if (sent === undefined || known === undefined) throw new Error('It contains no certificate')
  return namesOf(linkChain(leafOf(leaf), sent, known))
}

/** Makes three certificates. Without further keys, the intermediate and the root use the previous key. */
function threeOf(...keys: KeyObject[]): [leaf: Buffer, intermediate: Buffer, root: Buffer] {
  const [leaf, middle = leaf, top = middle] = keys
  const at = (privateKey: KeyObject | undefined) => privateKey && { privateKey }
  const root = issue({ subject: 'root', ca: true, ...at(top) })
  const by = issue({ subject: 'intermediate', ca: true, by: root, ...at(middle) })
  return [issue({ subject: 'leaf', by, ...at(leaf) }).der, by.der, root.der]
}

describe('a chain, depending on the keys of its issuers,', () => {
  const whole = ['leaf', 'intermediate', 'root']

  it('ends before an issuer that our own reader rejects, even if it is already parsed', () => {
    const root = issue({ subject: 'root', ca: true })
    const leaf = leafOf(issue({ subject: 'leaf', by: root }).der)
    const purpose = extension('2.5.29.37', seq(oid(`1.2.${'3.'.repeat(600)}4`)))
    const spki = spkiOf(root.privateKey)
    const extensions = [basicConstraints(true), purpose]
    const der = certificateOf({ subject: 'root', issuer: 'root', spki, extensions })
    const issuer = new X509Certificate(der)
    expect(leaf.checkIssued(issuer)).to.equal(true)
    expect(leaf.verify(issuer.publicKey)).to.equal(true)
    expect(namesOf(linkChain(leaf, [issuer]))).to.deep.equal(['leaf'])
  })

  for (const curve of ['P-256', 'P-384', 'P-521', 'secp224r1', 'prime192v1']) {
    it(`is linked if it has three different keys on ${curve}`, () => {
      const [leaf, ...others] = threeOf(generate(curve), generate(curve), generate(curve))
      expect(link(leaf, others)).to.deep.equal(whole)
      expect(link(leaf, others.reverse())).to.deep.equal(whole)
    })
  }

  for (const type of ['ed25519', 'ed448', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87']) {
    it(`is linked with ${type} if Node can verify its signatures, and ends there otherwise`, () => {
      const keys = [1, 2, 3].map(() => generateIfKnown(type))
      const [first] = keys
      if (first === undefined) {
        // Built by hand, because this version of Node can't make what a newer client would send.
        const spki = seq(seq(oid('2.16.840.1.101.3.4.3.17')), bits(Buffer.alloc(1312)))
        const issuer = certificateOf({
          subject: 'intermediate',
          issuer: 'root',
          spki,
          extensions: CA_EXTENSIONS,
        })
        const leaf = issue({
          subject: 'leaf',
          by: { subject: 'intermediate', privateKey: generate() },
        })
        expect(link(leaf.der, [issuer])).to.deep.equal(['leaf'])
        return
      }
      const [leaf, ...others] = threeOf(...(keys as KeyObject[]))
      expect(link(leaf, others)).to.deep.equal(whole)
    })
  }

  it('is linked when a P-256 client has an issuer with another algorithm', () => {
    const types = ['ed25519', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87']
    for (const top of types.map(generateIfKnown).filter((key) => key !== undefined)) {
      const [leaf, ...others] = threeOf(generate(), top, top)
      expect(link(leaf, others)).to.deep.equal(whole)
    }
  })

  for (const curve of ['brainpoolP256r1', 'secp256k1', 'sect283r1', 'brainpoolP512t1']) {
    it(`ends before an issuer on ${curve}, which is never parsed`, () => {
      const [leaf, intermediate, root] = threeOf(generate(), generate(curve))
      expect(link(leaf, [intermediate, root])).to.deep.equal(['leaf'])
      const [other, between, top] = threeOf(generate(), generate(), generate(curve))
      expect(link(other, [between, top])).to.deep.equal(['leaf', 'intermediate'])
      expect(link(other, [between], [top])).to.deep.equal(['leaf', 'intermediate'])
      expect(parseIssuers([intermediate, root, between, top])).to.have.length(1)
    })
  }

  it('ends before an issuer that OpenSSL or Node must not see', () => {
    const root = issue({ subject: 'root', ca: true })
    const { der } = issue({ subject: 'leaf', by: root })
    const spkis = [
      ecSpki(oid('1.2.840.10045.3.1.7'), Buffer.from([0])),
      slowSpki(),
      ecSpki(octets(), octets()),
    ]
    const odd = spkis.map((spki) =>
      certificateOf({ subject: 'root', issuer: 'root', spki, extensions: CA_EXTENSIONS }),
    )
    expect(link(der, odd)).to.deep.equal(['leaf'])
    expect(link(der, [...odd, root.der])).to.deep.equal(['leaf', 'root'])
    expect(parseIssuers(odd)).to.deep.equal([])
  })

  it("is rejected when it contains anything that isn't a certificate", () => {
    const { der } = issue({ subject: 'root', ca: true })
    for (const wrong of [
      Buffer.alloc(0),
      der.subarray(1),
      Buffer.concat([der, der]),
      Buffer.from('x'),
    ]) {
      expect(parseIssuers([der, wrong])).to.equal(undefined)
      expect(parseIssuers([wrong, der])).to.equal(undefined)
    }
    // Our own reader accepts the shape, so only OpenSSL can reject it.
    const version = Buffer.from('a003040102', 'hex')
    const odd = issue({ subject: 'root', ca: true, version }).der
    expect(parseIssuers([odd])).to.equal(undefined)
    expect(parseIssuers([])).to.deep.equal([])
  })

  it('leaves out an issuer whose point is not on its curve if Node could not show it', () => {
    const spki = ecSpki(
      oid('1.2.840.10045.3.1.7'),
      Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)]),
    )
    const odd = certificateOf({ subject: 'root', issuer: 'root', spki, extensions: CA_EXTENSIONS })
    const { der } = issue({ subject: 'leaf', by: { subject: 'root', privateKey: generate() } })
    expect(parseIssuers([odd])).to.have.length(isAffected() ? 0 : 1)
    expect(link(der, [odd])).to.deep.equal(['leaf'])
  })
})

describe('an issuer', () => {
  const root = issue({ subject: 'root', ca: true })
  const client = issue({ subject: 'client', by: root })
  const forged = (extensions: Buffer[] | undefined, by: Holder): Buffer =>
    issue({ subject: 'admin', by, ...(extensions === undefined ? {} : { extensions }) }).der

  it('must be a CA (RFC 5280 6.1.4 k)', () => {
    expect(link(forged(undefined, client), [client.der, root.der])).to.deep.equal(['admin'])
    expect(link(client.der, [root.der])).to.deep.equal(['client', 'root'])
  })

  it('must say in basicConstraints that it is a CA', () => {
    const no = seq(oid('2.5.29.19'), octets(seq()))
    for (const extensions of [[], [no]]) {
      const silent = issue({ subject: 'silent', by: root, extensions })
      expect(link(forged(undefined, silent), [silent.der, root.der])).to.deep.equal(['admin'])
    }
  })

  it('must have signed the certificate, whatever its name and key identifier are', () => {
    const id = subjectKeyId(keyIdOf(spkiOf(root.privateKey)))
    const namesake = issue({ subject: 'root', extensions: [basicConstraints(true), id] })
    expect(leafOf(client.der).checkIssued(leafOf(namesake.der))).to.equal(true)
    expect(link(client.der, [namesake.der])).to.deep.equal(['client'])
    expect(link(client.der, [namesake.der, root.der])).to.deep.equal(['client', 'root'])
  })

  it('may be configured instead of sent, and is then linked once', () => {
    expect(link(client.der, [], [root.der])).to.deep.equal(['client', 'root'])
    expect(link(client.der, [root.der], [root.der])).to.deep.equal(['client', 'root'])
  })

  it('may be one of hundreds of configured CAs', () => {
    const privateKey = generate()
    const others = Array.from(
      { length: 300 },
      (_, index) => issue({ subject: `CA ${index}`, ca: true, privateKey }).der,
    )
    expect(link(client.der, [], [...others, root.der])).to.deep.equal(['client', 'root'])
  })
})

describe('a certificate for which OpenSSL or Node throws', () => {
  const { prototype } = X509Certificate
  const root = issue({ subject: 'root', ca: true })
  const { der } = issue({ subject: 'leaf', by: root })
  const failures: [what: string, name: keyof X509Certificate, isGetter: boolean][] = [
    ['checkIssued()', 'checkIssued', false],
    ['verify()', 'verify', false],
    ['publicKey', 'publicKey', true],
  ]
  let restore = (): void => undefined
  afterEach(() => {
    restore()
  })

  function breakMember(name: keyof X509Certificate, isGetter: boolean): void {
    const original = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor
    restore = () => Object.defineProperty(prototype, name, original)
    const fail = (): never => {
      throw new TypeError('Unsupported EC curve for X509 verification')
    }
    const broken = isGetter ? { get: fail } : { value: fail, writable: true }
    Object.defineProperty(prototype, name, { configurable: true, ...broken })
  }

  for (const [what, name, isGetter] of failures) {
    it(`has a chain that ends when ${what} throws`, () => {
      // New objects each time, because a signature is verified only once for the same objects.
      const linked = () =>
        namesOf(linkChain(new X509Certificate(der), [new X509Certificate(root.der)]))
      expect(linked()).to.deep.equal(['leaf', 'root'])
      breakMember(name, isGetter)
      expect(linked()).to.deep.equal(['leaf'])
    })
  }

  it('is rejected for its key if Node could not show it, and is shown otherwise', () => {
    breakMember('publicKey', true)
    const parsed = parseCertificate(der)
    expect(typeof parsed === 'string' ? parsed : 'shown').to.equal(
      isAffected() ? 'unsupported_key' : 'shown',
    )
    expect(typeof parseCertificate(der) === 'string').to.equal(isAffected())
    expect(parseIssuers([root.der])).to.have.length(isAffected() ? 0 : 1)
    restore()
    expect(toPeerCertificate(leafOf(der)).subject.CN).to.equal('leaf')
  })
})
