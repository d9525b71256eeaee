import { expect } from 'chai'
import { generateKeyPairSync } from 'node:crypto'
import { isAffected } from '../../../src/certificate/legacy-object.js'
import { generate, type Holder, issue } from '../../support/der-chain.js'
import {
  basicConstraints,
  bits,
  certificateOf,
  ecSpki,
  int,
  oid,
  pointSpki,
  seq,
  spkiOf,
} from '../../support/der-writer.js'
import { describeFaults, readElsewhere, type Reading } from '../../support/read-elsewhere.js'
import { slowSpki } from '../../support/slow-curve.js'
import { endOddKeysServers, OddKeysServer, type Verdict } from '../support/odd-keys.js'

const CURVES: Readonly<Record<string, string>> = {
  'P-256': '1.2.840.10045.3.1.7',
  'P-384': '1.3.132.0.34',
  'P-521': '1.3.132.0.35',
  secp256k1: '1.3.132.0.10',
  brainpoolP256r1: '1.3.36.3.3.2.8.1.1.7',
  sect571r1: '1.3.132.0.39',
}
const INFINITY = Buffer.from([0])

const explicit = (namedCurve: string): Buffer =>
  spkiOf(generateKeyPairSync('ec', { namedCurve, paramEncoding: 'explicit' }).publicKey)

/** Keys that OpenSSL must not read at all. */
const unusable: Readonly<Record<string, Buffer>> = {
  ...Object.fromEntries(
    Object.entries(CURVES).map(([name, id]) => [
      `the point at infinity of ${name}`,
      ecSpki(oid(id), INFINITY),
    ]),
  ),
  'the point at infinity of a curve with explicit parameters': ecSpki(seq(int(1)), INFINITY),
  'a curve with explicit parameters': explicit('P-256'),
  'an unusual curve with explicit parameters': explicit('brainpoolP256r1'),
  'a curve that takes a second to read': slowSpki(),
}

/** Keys that some versions of Node can't show. */
const unshowable: Readonly<Record<string, Buffer>> = {
  secp256k1: spkiOf(generate('secp256k1')),
  brainpoolP256r1: spkiOf(generate('brainpoolP256r1')),
  sect283r1: spkiOf(generate('sect283r1')),
  'compressed brainpoolP512t1': pointSpki('brainpoolP512t1', 'compressed'),
}

/**
 * Keys that OpenSSL can't read. Some versions of Node crash on a certificate without a readable
 * key.
 */
const unreadable: Readonly<Record<string, Buffer>> = {
  'a point that is not on the curve': ecSpki(
    oid('1.2.840.10045.3.1.7'),
    Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)]),
  ),
  'an unknown algorithm': seq(seq(oid('1.2.3.4')), bits(Buffer.alloc(32))),
}

const root = issue({ subject: 'root', ca: true })
const client = issue({ subject: 'client', by: root })

function withKey(spki: Buffer): Buffer {
  const extensions = [basicConstraints(true)]
  return certificateOf({ subject: 'root', issuer: 'root', spki, extensions })
}

after(endOddKeysServers)

/** Sends a header with these certificates to extractors in another process. */
async function send(
  ...ders: readonly Buffer[]
): Promise<{ status: number; verdicts: readonly Verdict[] }> {
  const options = { certificateSource: 'traefik', trustedProxies: 'loopback' } as const
  const extractors = [
    { ...options, includeChain: true },
    { ...options, includeChain: true, cache: false },
    options,
  ]
  server ??= await OddKeysServer.start({ protocol: 'http', tls: {}, extractors })
  const value = ders.map((der) => der.toString('base64')).join(',')
  const outcome = await server.visit({ headers: { 'x-forwarded-tls-client-cert': value } })
  const [status = 0] = outcome.statuses
  return { status, verdicts: outcome.answers[0]?.verdicts ?? [] }
}
let server: OddKeysServer | undefined

async function expectRejection(...ders: readonly Buffer[]): Promise<void> {
  const { status, verdicts } = await send(...ders)
  expect(status).to.equal(401)
  expect(verdicts.map(({ reason }) => reason)).to.deep.equal(
    Array(3).fill('header_missing_or_malformed'),
  )
}

/**
 * Expects that the leaf is accepted without a link to the odd certificate, or that the request is
 * rejected.
 */
async function expectNoLink(leaf: Holder, ...others: readonly Buffer[]): Promise<void> {
  const { status, verdicts } = await send(leaf.der, ...others)
  expect(status).to.be.oneOf([200, 401])
  for (const { reason, names } of verdicts) {
    expect(reason).to.be.oneOf([null, 'header_missing_or_malformed'])
    expect(names).to.deep.equal(reason === null ? [leaf.subject] : [])
  }
  // Without `includeChain`, no extractor looks at the others.
  expect(verdicts[2]?.names).to.deep.equal([leaf.subject])
}

async function expectRead(...readings: readonly Buffer[][]): Promise<number> {
  const batch = readings.map((ders): Reading => {
    return { ders: ders.map((der) => der.toString('base64')), everywhere: true }
  })
  const report = await readElsewhere(batch)
  expect(describeFaults(report)).to.deep.equal([])
  return report.accepted
}

const everyKey = { ...unusable, ...unshowable, ...unreadable }

describe('B16 and B17 unusual keys in a header', () => {
  for (const [what, spki] of Object.entries(unusable)) {
    it(`B16 rejects a leaf with ${what}`, async () => {
      await expectRejection(withKey(spki))
    })
  }

  for (const [what, spki] of Object.entries(unshowable)) {
    it(`B16 accepts a leaf with ${what}, or rejects it on a version of Node that can't show it`, async () => {
      if (isAffected()) await expectRejection(withKey(spki))
      else expect((await send(withKey(spki))).status).to.equal(200)
    })
  }

  for (const [what, spki] of Object.entries(everyKey)) {
    it(`B16 doesn't link an issuer with ${what}, and doesn't crash`, async () => {
      await expectNoLink(client, withKey(spki))
      await expectNoLink(client, ...Array.from({ length: 9 }, () => withKey(spki)))
    })
  }

  it("B16 and B17 don't crash any parser, extractor or event reader", async () => {
    const odd = Object.values(everyKey).map(withKey)
    const accepted = await expectRead(
      ...odd.map((der) => [der]),
      ...odd.map((der) => [client.der, der]),
      ...odd.map((der) => [der, der, root.der]),
    )
    // At least the first of the three readings accepts each leaf that only some versions of Node
    // can't show.
    expect(accepted).to.be.at.least(odd.length)
  })

  it('B17 accepts ordinary keys in every parser, extractor and event reader', async () => {
    const keys = ['P-256', 'P-384', 'P-521'].map((curve) => generate(curve))
    const ordinary = keys.map((privateKey) => issue({ subject: 'client', by: root, privateKey }))
    const readings = ordinary.map(({ der }) => [der, root.der])
    expect(await expectRead(...readings)).to.equal(readings.length)
    const { status, verdicts } = await send(client.der, root.der)
    expect(status).to.equal(200)
    const names = verdicts.map((verdict) => verdict.names.join(' < '))
    expect(names).to.deep.equal(['client < root', 'client < root', 'client'])
  })
})

describe("B20 a header chain through a certificate that isn't a CA's", () => {
  it("B20 doesn't link a certificate that a client signed", async () => {
    const admin = issue({ subject: 'admin', by: client })
    await expectNoLink(admin, client.der, root.der)
    const { verdicts } = await send(client.der, root.der)
    expect(verdicts[0]?.names).to.deep.equal(['client', 'root'])
  })

  it("B20 doesn't link an intermediate without basic constraints", async () => {
    const between = issue({ subject: 'between', by: root, extensions: [] })
    const below = issue({ subject: 'below', by: between })
    await expectNoLink(below, between.der, root.der)
  })
})
