import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { crlOf, entryOf, NEXT_UPDATE, THIS_UPDATE } from '../../../support/crl-writer.js'
import {
  algorithmFor,
  bits,
  bool,
  extension,
  generalizedTime,
  int,
  name,
  nothing,
  octets,
  oid,
  seq,
  tlv,
  utcTime,
} from '../../../support/der-writer.js'
import { generate } from '../../../support/der-chain.js'
import { readDer, readParts, usableList } from '../../../support/read-list.js'

const number = extension('2.5.29.20', int(1))

describe('a revocation list (RFC 5280 section 5)', () => {
  it('has an issuer and dates', () => {
    const { issuer, thisUpdateMs, nextUpdateMs } = usableList({ issuer: 'Some CA' })
    expect(issuer).to.equal(usableList({ issuer: name('some  ca') }).issuer)
    expect(issuer).not.to.equal(usableList({ issuer: 'Other CA' }).issuer)
    expect([thisUpdateMs, nextUpdateMs]).to.deep.equal([THIS_UPDATE, NEXT_UPDATE])
  })

  it('has dates in either form', () => {
    const { thisUpdateMs, nextUpdateMs } = usableList({
      thisUpdate: generalizedTime('20291201000000Z'),
      nextUpdate: generalizedTime('20300201000000Z'),
    })
    expect([thisUpdateMs, nextUpdateMs]).to.deep.equal([THIS_UPDATE, NEXT_UPDATE])
  })

  it('may have no nextUpdate, which is known then', () => {
    expect(usableList({ nextUpdate: null }).nextUpdateMs).to.equal(undefined)
  })

  it('may be of version 1', () => {
    expect(usableList({ version: null }).hasUnknownCritical).to.equal(false)
  })

  it('is malformed if its name, its extensions or an entry are larger than 64 KiB', () => {
    const sized = (length: number): Buffer => octets(Buffer.alloc(length))
    const extensionOf = (length: number): Buffer => extension('1.2.3.4', sized(length))
    const nameOf = (length: number): Buffer => name('x'.repeat(length))
    const limit = 65_536
    const kinds: ((length: number) => object)[] = [
      (length) => ({ issuer: nameOf(length) }),
      (length) => ({ extensions: [extensionOf(length)] }),
      (length) => ({ entries: [entryOf(7, extensionOf(length))] }),
    ]
    for (const partsOf of kinds) {
      const read = (length: number): unknown =>
        readDer(crlOf({ signer: generate(), ...partsOf(length) }))
      expect(read(limit - 100)).to.be.an('object')
      expect(read(limit)).to.equal('malformed')
    }
  })

  it('is malformed in anything but whole DER', () => {
    const der = crlOf({ signer: generate() })
    expect(readDer(der)).to.be.an('object')
    for (const wrong of [
      Buffer.alloc(0),
      der.subarray(0, -1),
      Buffer.concat([der, Buffer.from([0])]),
      Buffer.concat([Buffer.from([0x31]), der.subarray(1)]),
      seq(),
      seq(seq(), seq(), bits(Buffer.alloc(1))),
    ])
      expect(readDer(wrong)).to.equal('malformed')
  })

  const [time, other] = [utcTime('291201000000Z'), seq(oid('1.2.3'))]
  const malformed = {
    'another version': { version: int(0) },
    'a version of two bytes': { version: int(257) },
    'extensions in version 1': { version: null, extensions: [number] },
    'an issuer without a name': { issuer: seq() },
    "an issuer that isn't a name": { issuer: seq(int(1)) },
    'an issuer that is no SEQUENCE': { issuer: int(1) },
    'an issuer that is not DER throughout': {
      issuer: Buffer.from('300e310c300a060355040324030c0141', 'hex'),
    },
    'no thisUpdate': { thisUpdate: Buffer.alloc(0), nextUpdate: null },
    'a thisUpdate without seconds': { thisUpdate: utcTime('2912010000Z') },
    "a thisUpdate that isn't a date": { thisUpdate: utcTime('291301000000Z') },
    'a nextUpdate with an offset': { nextUpdate: utcTime('300201000000+0100') },
    "a nextUpdate that isn't a date": { nextUpdate: utcTime('300232000000Z') },
    'a third date': { further: [time] },
    'something after the extensions': { extensions: [number], further: [seq()] },
    'more fields than there are': { extensions: [number], further: [seq(), seq()] },
    'two different algorithms': { innerAlgorithm: seq(oid('1.2.840.10045.4.3.3')) },
    'an algorithm that is not DER throughout': { algorithm: seq(Buffer.from([0x06, 9])) },
    'a signature with unused bits': { signature: bits(Buffer.alloc(8), 1) },
    'a signature of another type': { signature: octets(Buffer.alloc(8)) },
    'an empty BIT STRING as the signature': { signature: tlv(0x03) },
    'a field of another kind': { further: [other] },
  }
  for (const [what, parts] of Object.entries(malformed)) {
    it(`is malformed with ${what}`, () => {
      expect(readParts(parts)).to.equal('malformed')
    })
  }

  it('knows no algorithm that is too weak', () => {
    const sha1 = seq(oid('1.2.840.113549.1.1.5'), nothing())
    expect(usableList({ algorithm: sha1 }).algorithm).to.equal(undefined)
  })

  it('knows how each strong algorithm is verified', () => {
    const algorithms = ['ec', 'rsa', 'ed25519'].map(algorithmFor)
    const found = algorithms.map((algorithm) => usableList({ algorithm }).algorithm)
    expect(found).to.deep.equal([
      { digest: 'sha256', keyTypes: ['ec'] },
      { digest: 'sha256', keyTypes: ['rsa'] },
      { digest: undefined, keyTypes: ['ed25519'] },
    ])
  })

  it('keeps the bytes of the signature, and where the signed part is', () => {
    const signature = Buffer.from('0102030405', 'hex')
    const signer = generateKeyPairSync('ed25519').privateKey
    const der = crlOf({ signer, signature: bits(signature) })
    const list = readDer(der)
    if (typeof list === 'string') throw new Error(list)
    expect(list.signature).to.deep.equal(signature)
    const { start, end } = list.signed
    expect(seq(der.subarray(start, end), algorithmFor(signer), bits(signature))).to.deep.equal(der)
  })
})

describe('the extensions of a list (RFC 5280 5.2)', () => {
  const extended = (...extensions: Buffer[]): unknown => {
    const list = readParts({ extensions })
    return typeof list === 'string' ? list : list.hasUnknownCritical
  }

  it('may be unknown if they are not critical', () => {
    expect(extended(number, extension('1.2.3', octets()))).to.equal(false)
  })

  it('are reported if they are unknown and critical', () => {
    expect(extended(extension('1.2.3', octets(), true))).to.equal(true)
    expect(extended(extension('2.5.29.20', int(1), true))).to.equal(true)
  })

  it('may say critically which key signed the list', () => {
    expect(extended(extension('2.5.29.35', seq(), true))).to.equal(false)
  })

  it('make the list a delta CRL with a deltaCRLIndicator, critical or not', () => {
    expect(extended(extension('2.5.29.27', int(1), true))).to.equal('delta')
    expect(extended(number, extension('2.5.29.27', int(1)))).to.equal('delta')
  })

  it('are malformed if one occurs twice, or none at all', () => {
    expect(extended(number, number)).to.equal('malformed')
    expect(readParts({ further: [tlv(0xa0, seq())] })).to.equal('malformed')
    expect(readParts({ further: [tlv(0xa0, number)] })).to.equal('malformed')
    expect(readParts({ further: [tlv(0xa0, octets())] })).to.equal('malformed')
  })

  it('are malformed if one is none, or FALSE is written', () => {
    expect(extended(int(1))).to.equal('malformed')
    expect(extended(extension('1.2.3', octets(), false))).to.equal('malformed')
    expect(extended(seq(oid('1.2.3'), bool(true)))).to.equal('malformed')
  })
})
