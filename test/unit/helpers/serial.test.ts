import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import {
  type ChainedPeerCertificate,
  toPeerCertificate,
} from '../../../src/certificate/peer-certificate.js'
import { allowSerial } from '../../../src/helpers/index.js'
import { certificateLike, certificateWith } from '../../support/certificates.js'
import { generate, issue } from '../../support/der-chain.js'
import { int } from '../../support/der-writer.js'

describe('allowing by serial number', () => {
  let cert: ChainedPeerCertificate
  before(async () => {
    cert = await certificateWith({ serialNumber: '0a00bc0d' })
  })

  it('allows the number, given alone or in a list', () => {
    expect(cert.serialNumber).to.equal('0A00BC0D')
    for (const rule of ['0A00BC0D', ['0A00BC0D'], ['01', '0A00BC0D']]) {
      expect(allowSerial(rule)(cert)).to.equal(true)
    }
  })

  for (const written of [
    '0a00bc0d',
    'A00BC0D',
    'a00bC0d',
    '0A:00:BC:0D',
    'a:00:bc:0d',
    '00000A00BC0D',
    '00:00:0a00bc0d',
  ]) {
    it(`accepts the same number written ${written}`, () => {
      expect(allowSerial(written)(cert)).to.equal(true)
    })
  }

  for (const other of ['A00BC0', 'A00BC0D0', 'ABCD', 'ABC0D', '1A00BC0D', 'B00BC0D', '0', '00']) {
    it(`does not allow another number: ${other}`, () => {
      expect(allowSerial(other)(cert)).to.equal(false)
      expect(allowSerial([other, 'FF'])(cert)).to.equal(false)
    })
  }

  it('compares zero like any other number', () => {
    for (const serialNumber of ['0', '00']) {
      const zero = certificateLike({ serialNumber })
      for (const written of ['0', '00', '00:00', '0000000']) {
        expect(allowSerial(written)(zero), written).to.equal(true)
      }
      expect(allowSerial('1')(zero)).to.equal(false)
      expect(allowSerial('10')(zero)).to.equal(false)
    }
  })

  it('compares the longest number up to its last digit', async () => {
    const serialNumber = `7${'ef'.repeat(19)}0`
    const longest = await certificateWith({ serialNumber })
    expect(allowSerial(serialNumber)(longest)).to.equal(true)
    expect(allowSerial(`${serialNumber.slice(0, -1)}1`)(longest)).to.equal(false)
  })

  it('reads the number of a certificate in any spelling, too', () => {
    for (const serialNumber of ['0a:00:bc:0d', 'a00bc0d', '000A00BC0D']) {
      expect(allowSerial('A00BC0D')(certificateLike({ serialNumber }))).to.equal(true)
    }
  })

  it('does not allow a certificate without a number', () => {
    for (const fields of [{}, { serialNumber: undefined }, { serialNumber: 10 }]) {
      expect(allowSerial('A')(certificateLike(fields))).to.equal(false)
    }
    expect(allowSerial('0')(certificateLike({ serialNumber: '' }))).to.equal(false)
  })

  describe('that is negative', () => {
    const privateKey = generate()
    const of = (serialNumber: bigint) =>
      toPeerCertificate(
        new X509Certificate(
          issue({ subject: 'client', privateKey, serialNumber: int(serialNumber) }).der,
        ),
      )
    const negative = of(-0x11d4c3n)
    const positive = of(0x11d4c3n)

    it('is named as Node shows it, with a minus sign', () => {
      expect(negative.serialNumber).to.equal('-11D4C3')
      for (const written of ['-11D4C3', '-11d4c3', '-11:d4:c3', '-0011D4C3', '-00:11:D4:C3']) {
        expect(allowSerial(written)(negative), written).to.equal(true)
        expect(allowSerial(['1', written])(negative), written).to.equal(true)
        expect(allowSerial(written)(positive), written).to.equal(false)
      }
      expect(allowSerial(negative.serialNumber)(negative)).to.equal(true)
    })

    it('never equals the positive number with the same digits or the same bytes', () => {
      expect(allowSerial('11D4C3')(positive)).to.equal(true)
      for (const written of ['11D4C3', 'EE2B3D', 'FFEE2B3D']) {
        expect(allowSerial(written)(negative), written).to.equal(false)
      }
    })

    it('is compared by its digits on a certificate without DER', () => {
      const shown = certificateLike({ serialNumber: '-11D4C3' })
      expect(allowSerial('-11D4C3')(shown)).to.equal(true)
      expect(allowSerial('11D4C3')(shown)).to.equal(false)
    })

    it('does not equal zero', () => {
      for (const zero of [of(0n), certificateLike({ serialNumber: '-00' })]) {
        for (const written of ['0', '-0', '-00:00']) {
          expect(allowSerial(written)(zero), written).to.equal(true)
          expect(allowSerial(written)(negative), written).to.equal(false)
        }
      }
    })

    it('reads the number from the DER, because some runtimes show it incompletely', () => {
      const { raw } = negative
      const shown = certificateLike({ raw, serialNumber: '11D4C3' })
      expect(allowSerial('-11D4C3')(shown)).to.equal(true)
      expect(allowSerial('11D4C3')(shown)).to.equal(false)
      const view = new Uint8Array(raw)
      expect(allowSerial('-11D4C3')(certificateLike({ raw: view, serialNumber: 'FB' }))).to.equal(
        true,
      )
    })

    it('reads the number that Node shows if the DER cannot be read', () => {
      for (const raw of [Buffer.alloc(3), 'text', null, undefined]) {
        const shown = certificateLike({ raw, serialNumber: '-5' })
        expect(allowSerial('-05')(shown)).to.equal(true)
        expect(allowSerial('5')(shown)).to.equal(false)
      }
      expect(allowSerial('5')(certificateLike({ raw: Buffer.alloc(3) }))).to.equal(false)
    })
  })

  it('ignores later changes to the list', () => {
    const list = ['0A00BC0D']
    const isAllowed = allowSerial(list)
    list[0] = 'FF'
    expect(isAllowed(cert)).to.equal(true)
    expect(isAllowed(certificateLike({ serialNumber: 'FF' }))).to.equal(false)
  })

  for (const text of [
    '0x0A',
    'xyz',
    '0A 0B',
    ' 0A',
    '0A ',
    '0A\n',
    ':0A',
    '0A:',
    '0A::0B',
    ':',
    '-',
    '--1',
    '-:1',
    ' -1',
    '- 1',
    '1-',
    '+1',
    '\u22121',
    '0A-0B',
    '1.5',
    '0G',
  ]) {
    it(`rejects ${JSON.stringify(text)}, which is not hex digits`, () => {
      for (const list of [text, ['0A', text]]) {
        expect(() => allowSerial(list))
          .to.throw(
            TypeError,
            'passport-client-certificate-auth: allowSerial(serials) must be hex digits, with or without colons. Received',
          )
          .with.property('code', 'ERR_INVALID_ARG_VALUE')
      }
    })
  }

  it('rejects an empty list, which would allow no client', () => {
    expect(() => allowSerial([])).to.throw(TypeError, 'allowSerial(serials) must not be empty')
    expect(() => allowSerial('')).to.throw(TypeError, 'allowSerial(serials) must not be empty')
    expect(() => allowSerial(10 as never)).to.throw(
      TypeError,
      'allowSerial(serials) must be a string or an array of strings. Received 10',
    )
  })
})
