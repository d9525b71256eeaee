import { createPublicKey, sign, X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { type Element, readChildren, readElement } from '../../../../src/certificate/der.js'
import {
  createTrustStore,
  type TrustStoreOptions,
  type TrustVerdict,
} from '../../../../src/trust.js'
import {
  ca,
  distributionPoints,
  entryOf,
  flag,
  fullName,
  issuingDistributionPoint,
  listBy,
  NEXT_UPDATE,
  reasonCode,
  reasons,
  THIS_UPDATE,
} from '../../../support/crl-writer.js'
import { generate, type Holder, issue } from '../../../support/der-chain.js'
import {
  basicConstraints,
  certificateOf,
  extension,
  int,
  nothing,
  octets,
  oid,
  seq,
  spkiOf,
  utcTime,
} from '../../../support/der-writer.js'
import { CERT_SIGN, keyUsage, NOW, outcome, policies } from '../../../support/paths.js'
import { uri } from '../../../support/path-writer.js'

/** keyCertSign without cRLSign, and the other way round. */
const ONLY_CERTS = keyUsage(0x04, 2)
const ONLY_LISTS = keyUsage(0x02, 1)

const root = ca('root')
const middle = ca('middle', { by: root, serialNumber: int(5) })
const leaf = issue({ subject: 'client', by: middle, serialNumber: int(7) })
const direct = issue({ subject: 'client', by: root, serialNumber: int(9) })

const goodOfRoot = listBy(root)
const goodOfMiddle = listBy(middle)

function validate(options: Partial<TrustStoreOptions>, one = leaf, now = NOW): TrustVerdict {
  const store = createTrustStore({ ca: root.der, intermediates: middle.der, ...options })
  return store.validate(one.der, { now })
}

const outcomeOf = (crl: Buffer[], one?: Holder, now?: number): string =>
  outcome(validate({ crl }, one, now))

describe('the revocation status of a path', () => {
  it('is unchecked without lists', () => {
    expect(validate({})).to.include({ ok: true, revocation: 'unchecked' })
  })

  it('is good if no certificate below the trust anchor is in the list of its issuer', () => {
    const verdict = validate({ crl: [goodOfRoot, goodOfMiddle] })
    expect(verdict).to.include({ ok: true, revocation: 'good', validUntilMs: NEXT_UPDATE })
  })

  it('is valid until the first list has to be replaced', () => {
    const earlier = listBy(root, { nextUpdate: utcTime('300110000000Z') })
    const verdict = validate({ crl: [earlier, goodOfMiddle] })
    expect(verdict).to.include({ ok: true, validUntilMs: Date.UTC(2030, 0, 10) })
    const late = listBy(root, { nextUpdate: utcTime('491231235959Z') })
    const dates = validate(
      { crl: late },
      issue({
        subject: 'client',
        by: root,
        notAfter: utcTime('310101000000Z'),
      }),
    )
    expect(dates).to.include({ ok: true, validUntilMs: Date.UTC(2031, 0, 1) })
  })

  it('is revoked if the certificate or a CA is in the list of its issuer', () => {
    const ofLeaf = listBy(middle, { entries: [entryOf(7)] })
    const ofMiddle = listBy(root, { entries: [entryOf(5)] })
    for (const crl of [[goodOfRoot, ofLeaf], [ofMiddle, goodOfMiddle], [ofLeaf], [ofMiddle]]) {
      const verdict = validate({ crl })
      expect(verdict).to.deep.equal({ ok: false, reason: 'certificate_revoked', detail: undefined })
      expect(validate({ crl, revocationPolicy: 'soft' })).to.deep.equal(verdict)
    }
  })

  it('depends on the list of the issuer only', () => {
    const ofOthers = [
      listBy(root, { entries: [entryOf(7)] }),
      listBy(middle, { entries: [entryOf(5), entryOf(9)] }),
    ]
    expect(outcomeOf(ofOthers)).to.equal('ok')
  })

  it('is good again after removeFromCRL', () => {
    const list = listBy(root, { entries: [entryOf(9, reasonCode(8))] })
    expect(outcomeOf([list], direct)).to.equal('ok')
  })

  it("isn't asked for the trust anchor", () => {
    const number = int(3)
    const own = ca('root', { serialNumber: number, privateKey: root.privateKey })
    const list = listBy(root, { entries: [entryOf(3)] })
    expect(outcome(validate({ ca: own.der, crl: list }, direct))).to.equal('ok')
  })
})

describe('an unknown status', () => {
  it('rejects by default and with require, and passes with soft', () => {
    const unknown = { ok: false, reason: 'revocation_unknown', detail: 'no_crl' }
    expect(validate({ crl: goodOfMiddle })).to.deep.equal(unknown)
    expect(validate({ crl: goodOfMiddle, revocationPolicy: 'require' })).to.deep.equal(unknown)
    const soft = validate({ crl: goodOfMiddle, revocationPolicy: 'soft' })
    expect(soft).to.include({ ok: true, revocation: 'unknown' })
  })

  const cases: Record<string, [Parameters<typeof listBy>[1], string]> = {
    'of a list that has no nextUpdate': [{ nextUpdate: null }, 'no_next_update'],
    'of a list with an unknown critical extension': [
      { extensions: [extension('1.2.3', octets(), true)] },
      'unknown_critical_extension',
    ],
    'of a list with an unknown critical extension in another entry': [
      { entries: [entryOf(1, extension('1.2.3', octets(), true))] },
      'unknown_critical_extension',
    ],
    'of a list for some reasons': [
      { extensions: [issuingDistributionPoint(reasons(0x83, 5, 0x60))] },
      'some_reasons_only',
    ],
    'of a list about CAs': [{ extensions: [issuingDistributionPoint(flag(0x82))] }, 'out_of_scope'],
  }
  for (const [what, [parts, detail]] of Object.entries(cases)) {
    it(`is that ${what}`, () => {
      expect(outcomeOf([listBy(root, parts)], direct)).to.equal(detail)
    })

    it(`does not hide a revocation in case ${what}`, () => {
      const { entries = [] } = parts ?? {}
      const list = listBy(root, { ...parts, entries: [...entries, entryOf(9)] })
      const isOther = detail === 'out_of_scope'
      expect(outcomeOf([list], direct)).to.equal(isOther ? detail : 'certificate_revoked')
    })
  }

  it('is that of a list outside of its dates, both of which are included', () => {
    const at = (now: number): string => outcomeOf([goodOfRoot], direct, now)
    expect([THIS_UPDATE - 1, THIS_UPDATE, NEXT_UPDATE, NEXT_UPDATE + 1].map(at)).to.deep.equal([
      'from_the_future',
      'ok',
      'ok',
      'stale',
    ])
    const list = listBy(root, { entries: [entryOf(9)] })
    for (const now of [THIS_UPDATE - 1, NEXT_UPDATE + 1])
      expect(outcomeOf([list], direct, now)).to.equal('certificate_revoked')
  })

  it('has the detail of the list that came furthest, in any order', () => {
    const stale = listBy(root, { nextUpdate: utcTime('291202000000Z') })
    const other = listBy(root, { extensions: [issuingDistributionPoint(flag(0x82))] })
    const some = listBy(root, { extensions: [issuingDistributionPoint(reasons(0x83, 5, 0x60))] })
    for (const [crl, detail] of [
      [[other, stale], 'stale'],
      [[other, some], 'some_reasons_only'],
      [[some, stale], 'stale'],
    ] as const) {
      expect(outcomeOf([...crl], direct)).to.equal(detail)
      expect(outcomeOf([...crl].reverse(), direct)).to.equal(detail)
    }
  })

  it('becomes known by another list', () => {
    const stale = listBy(root, { nextUpdate: utcTime('291202000000Z') })
    expect(outcomeOf([stale, goodOfRoot], direct)).to.equal('ok')
    const some = issuingDistributionPoint(reasons(0x83, 5, 0x60))
    const others = issuingDistributionPoint(reasons(0x83, 7, 0x1f, 0x80))
    const lists = [some, others].map((one) => listBy(root, { extensions: [one] }))
    expect(outcomeOf(lists, direct)).to.equal('ok')
  })

  it('of a list that is only for a name that the certificate has not', () => {
    const url = uri('http://crl.example.org')
    const list = listBy(root, { extensions: [issuingDistributionPoint(fullName(url))] })
    expect(outcomeOf([list], direct)).to.equal('out_of_scope')
    const extensions = [basicConstraints(false), distributionPoints(seq(fullName(url)))]
    expect(outcomeOf([list], issue({ subject: 'client', by: root, extensions }))).to.equal('ok')
  })
})

describe('the signer of a list (RFC 5280 6.3.3 f)', () => {
  const key = generate()
  const withUsage = (usage: Buffer, request: Partial<Parameters<typeof ca>[1]> = {}): Holder =>
    ca('middle', { by: root, extensions: [basicConstraints(true), usage], ...request })
  /** A CA with a certificate for its certificates and another one for its lists. */
  const certSigner = withUsage(ONLY_CERTS)
  const listSigner = withUsage(ONLY_LISTS, { privateKey: key, ca: false })
  const client = issue({ subject: 'client', by: certSigner, serialNumber: int(7), keyIds: false })
  const list = listBy(listSigner)

  const outcomeWith = (others: Holder[], crl = [goodOfRoot, list], options = {}): string => {
    const store = createTrustStore({ ca: root.der, crl, ...options })
    const intermediates = others.map(({ der }) => der)
    return outcome(store.validate(client.der, { intermediates, now: NOW }))
  }

  it('may be another certificate of the CA', () => {
    expect(outcomeWith([certSigner, listSigner])).to.equal('ok')
    const revoking = listBy(listSigner, { entries: [entryOf(7)] })
    expect(outcomeWith([certSigner, listSigner], [goodOfRoot, revoking])).to.equal(
      'certificate_revoked',
    )
  })

  it('must be allowed to sign lists', () => {
    expect(outcomeWith([certSigner])).to.equal('signer_not_allowed')
    const own = listBy(certSigner)
    expect(outcomeWith([certSigner], [goodOfRoot, own])).to.equal('signer_not_allowed')
    const same = { privateKey: key }
    for (const signer of [
      withUsage(ONLY_CERTS, same),
      issue({ subject: 'middle', by: root, ...same }),
    ])
      expect(outcomeWith([certSigner, signer])).to.equal('signer_not_allowed')
  })

  it('must have made the signature', () => {
    expect(outcomeWith([certSigner, withUsage(ONLY_LISTS)])).to.equal('bad_signature')
    const [byOther] = [listBy({ subject: 'middle', privateKey: generate() })]
    const issuer = withUsage(CERT_SIGN)
    const below = issue({ subject: 'client', by: issuer })
    const store = createTrustStore({ ca: root.der, crl: [goodOfRoot, byOther] })
    const verdict = store.validate(below.der, { intermediates: issuer.der, now: NOW })
    expect(outcome(verdict)).to.equal('bad_signature')
  })

  it('needs a valid path to the same trust anchor', () => {
    const stranger = ca('stranger')
    const forged = withUsage(ONLY_LISTS, { privateKey: key, by: stranger })
    expect(outcomeWith([certSigner, forged])).to.equal('signer_not_allowed')
    const crl = [goodOfRoot, listBy(stranger), list]
    expect(outcomeWith([certSigner, forged], crl, { ca: [root.der, stranger.der] })).to.equal(
      'signer_not_allowed',
    )
  })

  it('must be valid at the time', () => {
    const dates = { notAfter: utcTime('291231000000Z') }
    const expired = withUsage(ONLY_LISTS, { privateKey: key, ...dates })
    expect(outcomeWith([certSigner, expired])).to.equal('signer_not_allowed')
  })

  it('must not be revoked, and its status must be known', () => {
    const number = { serialNumber: int(6) }
    const signer = withUsage(ONLY_LISTS, { privateKey: key, ...number })
    const revoking = listBy(root, { entries: [entryOf(6)] })
    expect(outcomeWith([certSigner, signer], [revoking, list])).to.equal('signer_not_allowed')
    expect(outcomeWith([certSigner, signer])).to.equal('ok')
  })

  it('must have a strong key', () => {
    const weak = withUsage(ONLY_LISTS, { privateKey: generate('prime192v1') })
    expect(outcomeWith([certSigner, weak], [goodOfRoot, listBy(weak)])).to.equal(
      'signer_not_allowed',
    )
  })

  it('must have a certificate with a strong signature, because a forged one could vouch for any list', () => {
    const number = { privateKey: key, serialNumber: int(6) }
    const sha1 = { algorithm: seq(oid('1.2.840.10045.4.1')) }
    const request = { by: root, extensions: [basicConstraints(false), ONLY_LISTS], ...number }
    const spki = spkiOf(key)
    const parts = { subject: 'middle', issuer: 'root', ...request, spki, ...sha1 }
    const signed = certificateOf({ ...parts, signer: root.privateKey })
    const whole = readElement(signed, 0, signed.length) as Element
    const [{ end }] = readChildren(signed, whole) as [Element]
    const signature = sign('sha1', signed.subarray(whole.start, end), root.privateKey)
    const weak = certificateOf({ ...parts, signature })
    expect(new X509Certificate(weak).verify(createPublicKey(root.privateKey))).to.equal(true)
    const store = createTrustStore({ ca: root.der, crl: [goodOfRoot, list] })
    const intermediates = [certSigner.der, weak]
    const verdict = store.validate(client.der, { intermediates, now: NOW })
    expect(outcome(verdict)).to.equal('signer_not_allowed')
  })

  it("can't be a copy of the trust anchor without a valid signature, although it has its name and key", () => {
    const anchor = ca('root', { extensions: [basicConstraints(true), ONLY_CERTS] })
    const below = issue({ subject: 'client', by: anchor })
    const copy = {
      subject: 'root',
      issuer: 'root',
      spki: spkiOf(anchor.privateKey),
      extensions: [basicConstraints(true), CERT_SIGN],
    }
    const store = createTrustStore({ ca: anchor.der, crl: listBy(anchor) })
    const found = (intermediates: Buffer[]): string =>
      outcome(store.validate(below.der, { intermediates, now: NOW }))
    expect(found([])).to.equal('signer_not_allowed')
    for (const signer of [undefined, generate()])
      expect(found([certificateOf({ ...copy, ...(signer && { signer }) })])).to.equal(
        'signer_not_allowed',
      )
  })

  it('may be another certificate of the trust anchor in ca', () => {
    const anchor = ca('root', { extensions: [basicConstraints(true), ONLY_CERTS] })
    const below = issue({ subject: 'client', by: anchor })
    const signer = issue({
      subject: 'root',
      by: { subject: 'root', privateKey: generate() },
      privateKey: anchor.privateKey,
      extensions: [basicConstraints(true), CERT_SIGN],
    })
    const store = createTrustStore({ ca: [anchor.der, signer.der], crl: listBy(anchor) })
    expect(outcome(store.validate(below.der, { now: NOW }))).to.equal('ok')
  })

  it("doesn't need the policies that the application requires", () => {
    const policy = policies('1.2.3')
    const issuer = withUsage(CERT_SIGN, {
      extensions: [basicConstraints(true), ONLY_CERTS, policy],
    })
    const below = issue({ subject: 'client', by: issuer, keyIds: false, extensions: [policy] })
    const store = createTrustStore({ ca: root.der, crl: [goodOfRoot, list], policies: ['1.2.3'] })
    const intermediates = [issuer.der, listSigner.der]
    expect(outcome(store.validate(below.der, { intermediates, now: NOW }))).to.equal('ok')
  })

  it("can't vouch for its own certificate", () => {
    // The only list of the CA is signed by a key that only that list says is good.
    const own = issue({
      subject: 'middle',
      by: certSigner,
      privateKey: key,
      extensions: [ONLY_LISTS],
    })
    expect(outcomeWith([certSigner, own])).to.equal('signer_not_allowed')
  })

  it('may be the trust anchor under which the CA was issued to itself', () => {
    const renewed = ca('root', { by: root, serialNumber: int(4) })
    const below = issue({ subject: 'client', by: renewed, serialNumber: int(9) })
    const store = createTrustStore({ ca: root.der, crl: goodOfRoot })
    const verdict = store.validate(below.der, { intermediates: renewed.der, now: NOW })
    expect(outcome(verdict)).to.equal('ok')
  })

  it('may be a CA without a keyUsage', () => {
    expect(outcomeWith([certSigner, ca('middle', { by: root, privateKey: key })])).to.equal('ok')
  })
})

describe('the choice between paths', () => {
  it('goes on to a path without the revoked CA', () => {
    const crossed = ca('middle', { by: root, privateKey: middle.privateKey, serialNumber: int(8) })
    for (const intermediates of [
      [middle.der, crossed.der],
      [crossed.der, middle.der],
    ]) {
      const crl = [listBy(root, { entries: [entryOf(5)] }), goodOfMiddle]
      expect(outcome(validate({ intermediates, crl }))).to.equal('ok')
      const both = [listBy(root, { entries: [entryOf(5), entryOf(8)] }), goodOfMiddle]
      expect(outcome(validate({ intermediates, crl: both }))).to.equal('certificate_revoked')
    }
  })
})

describe('the option revocation', () => {
  const answers = (answer: unknown) => ({ revocation: (() => answer) as () => 'good' })

  it('is asked for each certificate below the trust anchor, with its issuer', () => {
    const asked: string[][] = []
    const revocation = (...certificates: X509Certificate[]): 'good' => {
      asked.push(certificates.map(({ subject }) => subject))
      return 'good'
    }
    expect(validate({ revocation })).to.include({ ok: true, revocation: 'good' })
    expect(asked).to.deep.equal([
      ['CN=client', 'CN=middle'],
      ['CN=middle', 'CN=root'],
    ])
  })

  it('decides with its answer', () => {
    expect(outcome(validate(answers('revoked')))).to.equal('certificate_revoked')
    expect(outcome(validate(answers('unknown')))).to.equal('function_said_unknown')
    const soft = { revocationPolicy: 'soft' } as const
    expect(outcome(validate({ ...answers('unknown'), ...soft }))).to.equal('ok')
    expect(outcome(validate({ ...answers('revoked'), ...soft }))).to.equal('certificate_revoked')
  })

  it('fails if it throws or returns something else', () => {
    const failing = (): never => {
      throw new Error('no')
    }
    expect(outcome(validate({ revocation: failing }))).to.equal('function_failed')
    for (const answer of [
      undefined,
      true,
      'GOOD',
      Promise.resolve('good'),
      Promise.reject(new Error('no')),
    ])
      expect(outcome(validate(answers(answer)))).to.equal('function_failed')
  })

  it('can only add to what the lists say', () => {
    const crl = [goodOfRoot, goodOfMiddle]
    const revoking = [goodOfRoot, listBy(middle, { entries: [entryOf(7)] })]
    const found = (lists: Buffer[], answer: unknown): string =>
      outcome(validate({ crl: lists, ...answers(answer) }))
    expect(found(crl, 'revoked')).to.equal('certificate_revoked')
    expect(found(crl, 'unknown')).to.equal('ok')
    expect(found(crl, undefined)).to.equal('function_failed')
    expect(found(revoking, 'good')).to.equal('certificate_revoked')
    expect(found([goodOfRoot], 'good')).to.equal('ok')
    const stale = listBy(middle, { nextUpdate: utcTime('291202000000Z') })
    expect(found([goodOfRoot, stale], 'unknown')).to.equal('stale')
    expect(found([goodOfRoot, stale], 'good')).to.equal('ok')
  })

  it("isn't asked about a certificate that a list revokes", () => {
    let count = 0
    const revocation = (): 'good' => {
      count += 1
      return 'good'
    }
    const crl = listBy(root, { entries: [entryOf(9)] })
    expect(outcome(validate({ crl, revocation }, direct))).to.equal('certificate_revoked')
    expect(count).to.equal(0)
  })

  it('must be a function', () => {
    expect(() => validate({ revocation: 'good' as never })).to.throw(/must be a function/)
  })
})

describe('a weak list', () => {
  it('shows nothing, not even a revocation', () => {
    const sha1 = seq(oid('1.2.840.113549.1.1.5'), nothing())
    const weak = listBy(middle, { algorithm: sha1, entries: [entryOf(7)] })
    // The store throws for such a list if it knows the CA.
    const store = createTrustStore({ ca: root.der, crl: [goodOfRoot, weak] })
    const verdict = store.validate(leaf.der, { intermediates: middle.der, now: NOW })
    expect(outcome(verdict)).to.equal('weak_algorithm')
  })
})
