import { expect } from 'chai'
import { createTrustStore } from '../../../../src/trust.js'
import {
  crlOf,
  crlToPem,
  entryOf,
  issuingDistributionPoint,
  flag,
  listBy,
  ca,
} from '../../../support/crl-writer.js'
import { generate, issue } from '../../../support/der-chain.js'
import { extension, int, nothing, oid, seq } from '../../../support/der-writer.js'
import { NOW, outcome } from '../../../support/paths.js'

const root = ca('root')
const leaf = issue({ subject: 'client', by: root, serialNumber: int(7) })
const good = listBy(root)
const revoking = listBy(root, { entries: [entryOf(7)] })
const stranger = crlOf({ issuer: 'nobody', signer: generate() })

const outcomeWith = (crl: unknown): string =>
  outcome(createTrustStore({ ca: root.der, crl: crl as Buffer }).validate(leaf.der, { now: NOW }))

function errorOf(run: () => unknown): { message: string; code?: string } {
  try {
    run()
  } catch (error) {
    return error as Error
  }
  throw new Error('Nothing was thrown')
}

describe('the option crl', () => {
  it('takes DER, PEM, a bundle, and lists of these', () => {
    for (const crl of [
      good,
      crlToPem(good),
      Buffer.from(crlToPem(good)),
      [good],
      Uint8Array.from(good),
    ])
      expect(outcomeWith(crl)).to.equal('ok')
    for (const crl of [[stranger, crlToPem(revoking)], crlToPem(stranger) + crlToPem(revoking)])
      expect(outcomeWith(crl)).to.equal('certificate_revoked')
  })

  it('may be empty, which means that no status is known', () => {
    expect(outcomeWith([])).to.equal('no_crl')
  })

  it('copies the bytes, because the caller may change them', () => {
    const bytes = Buffer.from(revoking)
    const store = createTrustStore({ ca: root.der, crl: bytes })
    bytes.fill(0)
    expect(outcome(store.validate(leaf.der, { now: NOW }))).to.equal('certificate_revoked')
  })

  it('throws for another type, and does not show the value', () => {
    for (const crl of [5, null, {}, [good, 5]]) {
      const { message, code } = errorOf(() => outcomeWith(crl))
      expect(code).to.equal('ERR_INVALID_ARG_TYPE')
      expect(message).to.match(
        /option "crl" must be PEM, DER, or a list of these\. Received (a|null)/,
      )
    }
  })

  const blocks = 'must hold whole X509 CRL blocks in PEM'
  const empty = 'is empty. Pass the contents of a revocation list, in PEM or DER'
  const certificate = 'is a certificate. Pass the revocation list of the CA instead'
  for (const [what, crl, problem] of [
    ['an empty string', '', `${empty}. Received a string`],
    ['an empty buffer', Buffer.alloc(0), `${empty}. Received an object`],
    ['a certificate in PEM', root.pem, `${certificate}. Received a string`],
    [
      'the name of a file',
      'secret.pem',
      `${blocks}, but looks like a file name: pass its contents. Received a string`,
    ],
    [
      'PEM that is cut off',
      crlToPem(good).slice(0, 200),
      'is truncated, because an END line is missing. Download it again. Received a string',
    ],
    [
      'a list with a certificate behind it',
      crlToPem(good) + root.pem,
      `${blocks}, and nothing else but comments around them. Received a string`,
    ],
  ] as const) {
    it(`throws for ${what}, and says what to do`, () => {
      const { message, code } = errorOf(() => outcomeWith(crl))
      expect(code).to.equal('ERR_INVALID_ARG_VALUE')
      expect(message).to.equal(`passport-client-certificate-auth: option "crl" ${problem}`)
    })

    it(`names ${what} by its position among others`, () => {
      expect(errorOf(() => outcomeWith([good, crl])).message).to.equal(
        `passport-client-certificate-auth: CRL 2 of option "crl" ${problem}`,
      )
    })
  }

  const indirect = listBy(root, { extensions: [issuingDistributionPoint(flag(0x84))] })
  const delta = listBy(root, { extensions: [extension('2.5.29.27', int(1), true)] })
  for (const [what, crl, problem] of [
    ['that is malformed', good.subarray(0, -1), /isn't a revocation list as RFC 5280 requires/],
    ['that is a certificate', root.der, /is a certificate\. Pass the revocation list of the CA/],
    ['that is indirect', indirect, /is an indirect CRL, which holds certificates of other CAs/],
    ['that is a delta CRL', delta, /is a delta CRL.+ Pass the complete list of the CA instead/],
  ] as const) {
    it(`throws for a list ${what}, and names it by its position`, () => {
      const { message, code } = errorOf(() => outcomeWith([good, stranger, crl]))
      expect(code).to.equal('ERR_INVALID_ARG_VALUE')
      expect(message)
        .to.match(/CRL 3 of option "crl" /)
        .and.match(problem)
      expect(message).to.match(/Received (an object|a string)$/)
    })
  }

  it('throws for a list that another CA with the same name signed', () => {
    const { message, code } = errorOf(() => outcomeWith([good, listBy(ca('root'))]))
    expect(code).to.equal('ERR_INVALID_ARG_VALUE')
    expect(message).to.match(/CRL 2 of option "crl" isn't signed by any CA of its issuer's name/)
    expect(message).to.match(/Received an object$/)
  })

  it('takes a list that any configured certificate with the name signed', () => {
    const old = ca('root')
    const store = createTrustStore({ ca: [old.der, root.der], crl: good })
    expect(outcome(store.validate(leaf.der, { now: NOW }))).to.equal('ok')
    expect(() =>
      createTrustStore({ ca: old.der, intermediates: root.der, crl: good }),
    ).not.to.throw()
  })

  it('throws for more than 1,000 lists, before it reads them', () => {
    const load = (crl: readonly (string | Buffer)[] | string) => () =>
      createTrustStore({ ca: root.der, crl })
    const pem = crlToPem(good)
    expect(load(pem.repeat(1000))).not.to.throw()
    const many: (readonly (string | Buffer)[] | string)[] = [
      pem.repeat(1001),
      [pem.repeat(1000), good],
      Array.from({ length: 1001 }, () => good),
      crlToPem(Buffer.from([0x30, 0])).repeat(2000),
    ]
    for (const crl of many) expect(load(crl)).to.throw(/must hold at most 1000 lists/)
  })

  it('throws for a list with a weak signature, which could be forged', () => {
    const sha1 = seq(oid('1.2.840.113549.1.1.5'), nothing())
    const weak = listBy(root, { algorithm: sha1 })
    const { message, code } = errorOf(() => createTrustStore({ ca: root.der, crl: [good, weak] }))
    expect(message).to.match(
      /CRL 2 of option "crl" is signed with an algorithm that is too weak, such/,
    )
    expect(code).to.equal('ERR_INVALID_ARG_VALUE')
  })
})

describe('the option revocationPolicy', () => {
  it('throws without crl and revocation, because nothing is checked', () => {
    const { message } = errorOf(() =>
      createTrustStore({ ca: root.der, revocationPolicy: 'require' }),
    )
    expect(message).to.match(/option "revocationPolicy" needs "crl" or "revocation" with it/)
  })

  it('throws for another value', () => {
    const { message } = errorOf(() =>
      createTrustStore({ ca: root.der, crl: good, revocationPolicy: 'hard' as 'soft' }),
    )
    expect(message).to.match(/option "revocationPolicy" must be one of 'require', 'soft'|"require"/)
  })
})
