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

/** Keys that OpenSSL must not be asked to read. */
const unusable: Readonly<Record<string, Buffer>> = {
  ...Object.fromEntries(
    Object.entries(CURVES).map(([name, id]) => [`infinity of ${name}`, ecSpki(oid(id), INFINITY)]),
  ),
  'infinity of a curve that describes itself': ecSpki(seq(int(1)), INFINITY),
  'a curve that describes itself': explicit('P-256'),
  'an odd curve that describes itself': explicit('brainpoolP256r1'),
  'a curve that takes a second to read': slowSpki(),
}

/** Keys that some versions of Node can't show. */
const unshowable: Readonly<Record<string, Buffer>> = {
  secp256k1: spkiOf(generate('secp256k1')),
  brainpoolP256r1: spkiOf(generate('brainpoolP256r1')),
  sect283r1: spkiOf(generate('sect283r1')),
  'compressed brainpoolP512t1': pointSpki('brainpoolP512t1', 'compressed'),
}

/** Keys that OpenSSL can't read; without one that it can, some versions of Node end. */
const unreadable: Readonly<Record<string, Buffer>> = {
  'a point beside the curve': ecSpki(
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

/** What extractors in another process make of a header with these certificates. */
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

/** The leaf is accepted and the odd one isn't linked, or the request is rejected for it. */
async function expectNoLink(leaf: Holder, ...others: readonly Buffer[]): Promise<void> {
  const { status, verdicts } = await send(leaf.der, ...others)
  expect(status).to.be.oneOf([200, 401])
  for (const { reason, names } of verdicts) {
    expect(reason).to.be.oneOf([null, 'header_missing_or_malformed'])
    expect(names).to.deep.equal(reason === null ? [leaf.subject] : [])
  }
  // Without its chain, the others are never looked at.
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

describe('B16 and B17 odd keys in a header', () => {
  for (const [what, spki] of Object.entries(unusable)) {
    it(`B16 odd keys: a leaf with ${what} is rejected`, async () => {
      await expectRejection(withKey(spki))
    })
  }

  for (const [what, spki] of Object.entries(unshowable)) {
    it(`B16 odd keys: a leaf with ${what} is shown, or rejected where Node can't show it`, async () => {
      if (isAffected()) await expectRejection(withKey(spki))
      else expect((await send(withKey(spki))).status).to.equal(200)
    })
  }

  for (const [what, spki] of Object.entries(everyKey)) {
    it(`B16 odd keys: an issuer with ${what} isn't linked, and ends nothing`, async () => {
      await expectNoLink(client, withKey(spki))
      await expectNoLink(client, ...Array.from({ length: 9 }, () => withKey(spki)))
    })
  }

  it('B16 and B17 odd keys: no parser, no extractor and no event ends the process for them', async () => {
    const odd = Object.values(everyKey).map(withKey)
    const accepted = await expectRead(
      ...odd.map((der) => [der]),
      ...odd.map((der) => [client.der, der]),
      ...odd.map((der) => [der, der, root.der]),
    )
    // The leaf of the second kind, in the ways that have nothing behind it, if not in all.
    expect(accepted).to.be.at.least(odd.length)
  })

  it('B17 odd keys: ordinary keys are read in all of these ways', async () => {
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

describe("B20 a header chain through a certificate that is not a CA's", () => {
  it('B20 CA:FALSE: a client signs a certificate for another name', async () => {
    const admin = issue({ subject: 'admin', by: client })
    await expectNoLink(admin, client.der, root.der)
    const { verdicts } = await send(client.der, root.der)
    expect(verdicts[0]?.names).to.deep.equal(['client', 'root'])
  })

  it('B20 CA:FALSE: an intermediate that says nothing of being a CA', async () => {
    const between = issue({ subject: 'between', by: root, extensions: [] })
    const below = issue({ subject: 'below', by: between })
    await expectNoLink(below, between.der, root.der)
  })
})
