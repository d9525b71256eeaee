import { createVerify, sign } from 'node:crypto'
import { expect } from 'chai'
import { createTrustStore, type TrustStore, type TrustVerdict } from '../../src/trust.js'
import {
  ca,
  crlToPem,
  distributionPoints,
  entryOf,
  flag,
  fullName,
  issuingDistributionPoint,
  listBy,
  reasonCode,
  reasons,
} from '../support/crl-writer.js'
import { issue } from '../support/der-chain.js'
import {
  algorithmFor,
  basicConstraints,
  bits,
  extension,
  int,
  nothing,
  seq,
  tlv,
} from '../support/der-writer.js'
import { uri } from '../support/path-writer.js'
import { NOW } from '../support/paths.js'
import { rejectedWith } from '../support/rejected-with.js'
import { mutateList, mutateSigned } from './support/list-mutants.js'
import { chooseSeed, Random } from './support/random.js'

const MUTANTS = 5_000
const SIGNED_MUTANTS = 3_000
const REPLACEMENTS = 1_000

const seed = chooseSeed()
console.log(`FUZZ_SEED=${seed}`)

const POINT = fullName(uri('http://crl.example.org/1'))
const root = ca('root')
const extensions = [basicConstraints(false), distributionPoints(seq(POINT))]
const revoked = issue({ subject: 'revoked', by: root, serialNumber: int(7), extensions })
const good = issue({ subject: 'good', by: root, serialNumber: int(8), extensions })

/** Lists that all revoke one of the two clients, if they are about it. */
const LISTS = [
  [],
  [extension('2.5.29.20', int(5))],
  [issuingDistributionPoint(POINT, flag(0x81))],
  [issuingDistributionPoint(reasons(0x83, 5, 0x60))],
].map((list) =>
  listBy(root, {
    entries: [entryOf(1), entryOf(2, reasonCode(1)), entryOf(7, reasonCode(4)), entryOf(9)],
    extensions: list,
  }),
) as [Buffer, ...Buffer[]]

/** `undefined` if the store can't be created, which only a TypeError with a code may say. */
function createOrReject(crl: Buffer | string, policy: 'require' | 'soft'): TrustStore | undefined {
  try {
    return createTrustStore({ ca: root.der, crl, revocationPolicy: policy })
  } catch (error) {
    expectOurs(error)
    return undefined
  }
}

function expectOurs(error: unknown): void {
  expect(error).to.be.an.instanceOf(TypeError)
  expect(error).to.have.property('code').that.is.oneOf(['ERR_INVALID_ARG_VALUE'])
}

const ask = (store: TrustStore, { der }: { der: Buffer }): TrustVerdict =>
  store.validate(der, { now: NOW })

/** Whether the root signed exactly these bytes, according to Node alone. */
function isSigned(der: Buffer): boolean {
  const [outer, inner] = [headOf(der, 0), headOf(der, headOf(der, 0).start)]
  const algorithm = headOf(der, inner.end)
  const signature = headOf(der, algorithm.end)
  const verifier = createVerify('sha256').update(der.subarray(outer.start, inner.end))
  return verifier.verify(root.privateKey, der.subarray(signature.start + 1, signature.end))
}

/** Reads lengths without the package, so that a fault of the package's reader doesn't hide itself. */
function headOf(der: Buffer, at: number): { start: number; end: number } {
  const first = der[at + 1] ?? 0
  const octets = first < 0x80 ? 0 : first - 0x80
  const length = octets === 0 ? first : der.readUIntBE(at + 2, Math.min(octets, 6))
  return { start: at + 2 + octets, end: at + 2 + octets + length }
}

/** As many SEQUENCEs inside of each other, built from the inside out. */
function makeDeep(depth: number): Buffer {
  const heads: Buffer[] = []
  for (let level = 0, length = 0; level < depth; level += 1) {
    const octets = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff]
    if (length >= 0x80 && length < 0x100) octets.splice(0, 2, 0x81)
    heads.push(Buffer.from([0x30, ...octets]))
    length += 1 + octets.length
  }
  return Buffer.concat(heads.reverse())
}

const DEEP = makeDeep(10_000)

describe('revocation lists that are almost a list', () => {
  it(`reject the client, unless they are signed: ${MUTANTS} mutants`, () => {
    const random = new Random(seed)
    let loaded = 0
    for (let left = MUTANTS; left > 0; left -= 1) {
      const der = mutateList(random, random.pick(LISTS))
      const crl = random.chance(0.2) ? crlToPem(der) : der
      const store = createOrReject(crl, 'require')
      if (store === undefined) continue
      loaded += 1
      // Only a list whose signed part is still the same can vouch for the client.
      for (const client of [revoked, good]) {
        const verdict = ask(store, client)
        if (verdict.ok) expect(isSigned(der)).to.equal(true)
      }
      expect(ask(store, revoked)).to.have.property('ok', false)
    }
    expect(loaded).to.be.below(MUTANTS / 2)
  })

  it(`never hide a revocation that is still in them: ${SIGNED_MUTANTS} mutants that the CA signed`, () => {
    const random = new Random(seed ^ 0x5eed)
    const algorithm = algorithmFor(root.privateKey)
    const ENTRY = entryOf(7, reasonCode(4))
    const counts = { loaded: 0, revoked: 0, accepted: 0 }
    for (let left = SIGNED_MUTANTS; left > 0; left -= 1) {
      const signed = mutateSigned(random, LISTS[0])
      const der = seq(signed, algorithm, bits(sign('sha256', signed, root.privateKey)))
      const store = createOrReject(der, 'require')
      if (store === undefined) continue
      counts.loaded += 1
      const verdict = ask(store, revoked)
      if (verdict.ok) counts.accepted += 1
      else if (verdict.reason === 'certificate_revoked') counts.revoked += 1
      if (signed.includes(ENTRY)) expect(verdict, der.toString('base64')).to.include({ ok: false })
    }
    // All three have to be frequent. Otherwise the mutations are too weak or too strong.
    expect(counts.loaded).to.be.above(SIGNED_MUTANTS / 50)
    expect(counts.revoked).to.be.above(SIGNED_MUTANTS / 100)
    expect(counts.accepted).to.be.above(0)
  })

  it(`leave the lists of a running store in force when they can't be loaded: ${REPLACEMENTS} mutants`, async () => {
    const random = new Random(seed ^ 0xc51)
    const [genuine] = LISTS
    const store = createTrustStore({ ca: root.der, crl: genuine })
    let failures = 0
    for (let left = REPLACEMENTS; left > 0; left -= 1) {
      const { generation } = store
      const crl = mutateList(random, genuine)
      const error = await store.replace({ crl }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      if (error === undefined) {
        expect(ask(store, revoked)).to.have.property('ok', false)
        await store.replace({ crl: genuine })
        continue
      }
      failures += 1
      expectOurs(error)
      expect(store.generation).to.equal(generation)
      expect(ask(store, good)).to.include({ ok: true, revocation: 'good' })
      expect(ask(store, revoked)).to.include({ ok: false, reason: 'certificate_revoked' })
    }
    expect(failures).to.be.above(REPLACEMENTS / 2)
  })

  const huge: Readonly<Record<string, Buffer>> = {
    'a length of four gigabytes': Buffer.from('3084ffffffff', 'hex'),
    'a length beyond any number': Buffer.from('3088ffffffffffffffff', 'hex'),
    'an indefinite length': Buffer.from('308030800000', 'hex'),
    'ten thousand values inside of each other': DEEP,
    'the same as entries': listBy(root, { entries: [DEEP] }),
    'the same as an extension of an entry': listBy(root, {
      entries: [entryOf(7, DEEP)],
    }),
    'the same as an extension of the list': listBy(root, { extensions: [DEEP] }),
    'the same as a distribution point': listBy(root, {
      extensions: [issuingDistributionPoint(DEEP)],
    }),
    'a million empty values as entries': listBy(root, {
      entries: [Buffer.alloc(2_000_000, seq())],
    }),
    'a hundred thousand extensions of an entry': listBy(root, {
      entries: [entryOf(7, Buffer.alloc(1_300_000, extension('1.2.3.4', nothing())))],
    }),
    'a serial number of a megabyte': listBy(root, {
      entries: [entryOf(tlv(2, Buffer.alloc(1_048_576, 0x41)))],
    }),
    'a broken last entry after a hundred thousand': listBy(root, {
      entries: [Buffer.alloc(entryOf(9).length * 100_000, entryOf(9)), seq(int(1))],
    }),
  }
  for (const [name, crl] of Object.entries(huge)) {
    it(`are rejected with ${name}, when a store is created and when it runs`, async () => {
      expect(createOrReject(crl, 'require')).to.equal(undefined)
      const store = createTrustStore({ ca: root.der, crl: LISTS[0] })
      expectOurs(await rejectedWith(store.replace({ crl })))
      expect(ask(store, revoked)).to.include({ ok: false, reason: 'certificate_revoked' })
    })
  }
})
