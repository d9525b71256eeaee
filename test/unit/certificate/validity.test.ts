import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { toPeerCertificate } from '../../../src/certificate/peer-certificate.js'
import { checkValidity, readValidity } from '../../../src/certificate/validity.js'
import { createSelfSigned } from '../../support/pki.js'

const EXPIRED = 'certificate_expired'
const NOT_YET = 'certificate_not_yet_valid'

describe('the validity period of a certificate', () => {
  const from = Date.UTC(2025, 1, 3, 4, 5, 6)
  const to = Date.UTC(2049, 11, 31, 23, 59, 59)
  const moments: [when: string, now: number, reason: string | undefined][] = [
    ['long before it', 0, NOT_YET],
    ['a millisecond before it', from - 1, NOT_YET],
    ['at its first moment', from, undefined],
    ['within it', from + 1, undefined],
    ['at its last moment', to, undefined],
    ['a millisecond after it', to + 1, EXPIRED],
    ['long after it', to * 2, EXPIRED],
  ]
  for (const [when, now, reason] of moments) {
    it(`gives ${reason ?? 'no reason'} ${when}`, async () => {
      const { raw } = await createSelfSigned({ notBefore: new Date(from), notAfter: new Date(to) })
      const certificate = toPeerCertificate(new X509Certificate(raw))
      expect(checkValidity(readValidity(certificate), now)).to.equal(reason)
    })
  }

  it('is read before and after 2050, when the encoding of dates changes', async () => {
    const [notBefore, notAfter] = [new Date('1999-12-31'), new Date('2050-01-01')]
    const { raw } = await createSelfSigned({ notBefore, notAfter })
    const certificate = toPeerCertificate(new X509Certificate(raw))
    expect(checkValidity(readValidity(certificate), +notBefore - 1)).to.equal(NOT_YET)
    expect(checkValidity(readValidity(certificate), +notBefore)).to.equal(undefined)
    expect(checkValidity(readValidity(certificate), +notAfter)).to.equal(undefined)
    expect(checkValidity(readValidity(certificate), +notAfter + 1)).to.equal(EXPIRED)
  })

  it('may have no end (RFC 5280 4.1.2.5)', async () => {
    const notAfter = new Date('9999-12-31T23:59:59Z')
    const { raw } = await createSelfSigned({ notAfter })
    expect(
      checkValidity(readValidity(toPeerCertificate(new X509Certificate(raw))), +notAfter),
    ).to.equal(undefined)
  })

  it('ends in the first centuries if its year says so, not in our own', () => {
    for (const year of ['49', '50', '99', '200']) {
      const dates = {
        valid_from: 'Jan  1 00:00:00 1970 GMT',
        valid_to: `Dec 31 23:59:59 ${year} GMT`,
      }
      expect(checkValidity(readValidity(dates), Date.UTC(2026))).to.equal(EXPIRED)
    }
  })

  const date = 'Feb  3 04:05:06 2025 GMT'
  it('may be missing, as on a test double', () => {
    for (const now of [0, from, 8.64e15]) {
      expect(checkValidity(readValidity({}), now)).to.equal(undefined)
    }
    expect(checkValidity(readValidity({ valid_from: date }), from)).to.equal(undefined)
    expect(checkValidity(readValidity({ valid_from: date }), from - 1)).to.equal(NOT_YET)
    expect(checkValidity(readValidity({ valid_to: date }), from)).to.equal(undefined)
    expect(checkValidity(readValidity({ valid_to: date }), from + 1)).to.equal(EXPIRED)
  })

  it('never includes the present if it cannot be read', () => {
    for (const odd of [
      '',
      'Bad time value',
      'soon',
      null,
      0,
      {},
      [date],
      Symbol('x'),
    ] as unknown[]) {
      expect(
        checkValidity(readValidity({ valid_from: odd as string, valid_to: date }), 0),
      ).to.equal(NOT_YET)
      expect(
        checkValidity(readValidity({ valid_from: date, valid_to: odd as string }), from),
      ).to.equal(EXPIRED)
    }
  })
})
