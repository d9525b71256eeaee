import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { isAffected } from '../../../src/certificate/legacy-object.js'
import { generate, generateIfKnown, type Holder, issue } from '../../support/der-chain.js'
import {
  authorityKeyId,
  basicConstraints,
  bits,
  certificateOf,
  ecSpki,
  extension,
  keyIdOf,
  oid,
  type Parts,
  pointSpki,
  seq,
  set,
  spkiOf,
  subjectKeyId,
  tlv,
  toPem,
  utf8,
} from '../../support/der-writer.js'
import {
  type Client,
  endOddKeysServers,
  OddKeysServer,
  type Outcome,
  type Settings,
  type Verdict,
} from '../support/odd-keys.js'

const root = issue({ subject: 'root', ca: true })
const intermediate = issue({ subject: 'intermediate', ca: true, by: root })
const server = issue({ subject: 'localhost', by: root })
const client = issue({ subject: 'client', by: root })
const chained = issue({ subject: 'chained', by: intermediate })

const fingerprintOf = ({ der }: Holder): string => new X509Certificate(der).fingerprint256

after(endOddKeysServers)

const PROTOCOLS = ['https', 'http2', 'tls'] as const
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const

/**
 * The ways in which an application may read the certificate; only the first reads it without its
 * chain.
 */
const EXTRACTORS: Settings['extractors'] = [
  {},
  { includeChain: true },
  { includeChain: true, cache: false },
  {
    certificateSource: 'traefik',
    trustedProxies: '192.0.2.1',
    fallbackToSocket: true,
    includeChain: true,
  },
]

function start(
  protocol: Settings['protocol'],
  { tls = {}, ...settings }: Partial<Settings> = {},
): Promise<OddKeysServer> {
  const trust = { key: server.key, cert: server.pem, ca: [root.pem] }
  const options = { ...trust, requestCert: true, rejectUnauthorized: false, ...tls }
  return OddKeysServer.start({ protocol, extractors: EXTRACTORS, ...settings, tls: options })
}

/**
 * A client that also sends these certificates. At this security level, OpenSSL sends everything it
 * gets.
 */
function sending({ key, pem }: Holder, ...others: Buffer[]): Client {
  return { key, cert: pem + others.map(toPem).join(''), ciphers: 'DEFAULT@SECLEVEL=0', requests: 3 }
}

/** A full handshake and a resumed handshake, with each version of TLS. */
async function visitAll(running: OddKeysServer, client: Client): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const maxVersion of VERSIONS) {
    const full = await running.visit({ ...client, maxVersion })
    outcomes.push(full)
    if (full.answers.length === 0) continue
    const resumed = await running.visit({ ...client, maxVersion, session: full.session })
    expect(resumed.isResumed).to.equal(true)
    outcomes.push(resumed)
  }
  return outcomes
}

function verdictsOf(outcomes: readonly Outcome[]): Verdict[] {
  return outcomes.flatMap(({ answers }) => answers.flatMap(({ verdicts }) => verdicts))
}

/**
 * Expects that each request is accepted, and that its chain is a beginning of this path, leaf
 * first.
 */
function expectAccepted(outcomes: readonly Outcome[], ...path: Holder[]): void {
  const statuses = new Set(outcomes.flatMap((outcome) => outcome.statuses))
  expect([...statuses].filter((status) => status !== 0 && status !== 200)).to.deep.equal([])
  const verdicts = verdictsOf(outcomes)
  expect(outcomes.every(({ answers }) => answers.length > 0)).to.equal(true)
  for (const { reason, fingerprints } of verdicts) {
    expect(reason).to.equal(null)
    expect(fingerprints).not.to.have.length(0)
    expect(fingerprints).to.deep.equal(path.slice(0, fingerprints.length).map(fingerprintOf))
  }
  for (const {
    verdicts: [leafOnly],
  } of outcomes.flatMap(({ answers }) => answers)) {
    expect(leafOnly?.names).to.have.length(1)
  }
}

/** A certificate that an attacker made up, with the CA's name and key identifiers. */
function namesake(spki: Buffer, parts: Partial<Parts> = {}): Buffer {
  const id = keyIdOf(spkiOf(root.privateKey))
  return certificateOf({
    subject: 'root',
    issuer: 'root',
    spki,
    extensions: [basicConstraints(true), subjectKeyId(id), authorityKeyId(id)],
    ...parts,
  })
}

const P256 = oid('1.2.840.10045.3.1.7')
const explicit = (namedCurve: string) =>
  spkiOf(generateKeyPairSync('ec', { namedCurve, paramEncoding: 'explicit' }).publicKey)

/** Keys that OpenSSL can read, but some versions of Node can't. */
const unusual: Readonly<Record<string, Buffer>> = {
  secp256k1: spkiOf(generate('secp256k1')),
  brainpoolP256r1: spkiOf(generate('brainpoolP256r1')),
  'brainpoolP512t1, compressed': pointSpki('brainpoolP512t1', 'compressed'),
  'a binary curve': spkiOf(generate('sect163k1')),
  'P-256 with explicit parameters': explicit('P-256'),
  'Brainpool with explicit parameters': explicit('brainpoolP256r1'),
  'the point at infinity': ecSpki(P256, Buffer.from([0])),
  'the point at infinity of secp256k1': ecSpki(oid('1.3.132.0.10'), Buffer.from([0])),
}
/** Keys that OpenSSL can't read, so it may reject the handshake. */
const unreadable: Readonly<Record<string, Buffer>> = {
  'a point that is not on the curve': ecSpki(
    P256,
    Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)]),
  ),
  'an unknown curve': ecSpki(oid('1.2.840.10045.3.1.127'), Buffer.alloc(65, 4)),
  'an unknown algorithm': seq(seq(oid('1.2.3.4')), bits(Buffer.alloc(32))),
}

for (const protocol of PROTOCOLS) {
  describe(`A8 unusual keys in a TLS chain: ${protocol}`, () => {
    let running: OddKeysServer
    before(async () => {
      running = await start(protocol)
    })
    for (const [what, spki] of Object.entries(unusual)) {
      it(`A8 accepts a client that adds a namesake of its CA with ${what}`, async () => {
        const plain = { extensions: [basicConstraints(true)] }
        for (const parts of [{}, plain]) {
          const outcomes = await visitAll(running, sending(client, namesake(spki, parts)))
          expectAccepted(outcomes, client, root)
        }
      })
    }

    for (const [what, spki] of Object.entries(unreadable)) {
      it(`A8 doesn't crash for a client that adds a namesake of its CA with ${what}`, async () => {
        const outcomes = await visitAll(running, sending(client, namesake(spki)))
        const served = outcomes.filter(({ answers }) => answers.length > 0)
        expectAccepted(served, client, root)
      })
    }

    it('A8 accepts a client that adds a namesake of its CA with a very long identifier', async () => {
      const purpose = extension('2.5.29.37', seq(tlv(0x06, Buffer.alloc(1000, 0x81), Buffer.of(1))))
      const extensions = [basicConstraints(true), purpose]
      const outcomes = await visitAll(
        running,
        sending(client, namesake(spkiOf(generate()), { extensions })),
      )
      expectAccepted(outcomes, client, root)
    })

    it('A8 accepts a client that adds a namesake whose issuer has a very long attribute type', async () => {
      const type = tlv(0x06, Buffer.alloc(1000, 0x81), Buffer.of(1))
      const parts = {
        issuer: seq(set(seq(type, utf8('x')))),
        extensions: [basicConstraints(true)],
      }
      const outcomes = await visitAll(
        running,
        sending(client, namesake(spkiOf(root.privateKey), parts), root.der),
      )
      expectAccepted(outcomes, client, root)
    })

    it("A8 doesn't crash for a namesake on P-256 whose issuer has an unusual key", async () => {
      const { secp256k1 } = unusual as { secp256k1: Buffer }
      const top = certificateOf({
        subject: 'unusual',
        issuer: 'unusual',
        spki: secp256k1,
        extensions: [basicConstraints(true)],
      })
      const between = namesake(spkiOf(generate()), {
        issuer: 'unusual',
        extensions: [basicConstraints(true)],
      })
      expectAccepted(await visitAll(running, sending(client, between, top)), client, root)
      // This namesake has the CA's own public key, so the client's signature verifies.
      const genuine = namesake(spkiOf(root.privateKey), { issuer: 'unusual' })
      const outcomes = await visitAll(running, sending(client, genuine, top))
      for (const { names } of verdictsOf(outcomes))
        expect(['client', 'root']).to.include.members([...names])
    })

    it('A8 shows the whole chain of an honest client', async () => {
      const own = await start(protocol, { extractors: [{}], showsNodesChain: true })
      const honest = { ...sending(chained, intermediate.der), requests: 1 }
      const [full] = await visitAll(running, honest)
      const shown = (await own.visit({ ...honest, maxVersion: 'TLSv1.2' })).answers[0]?.own
      const names = full?.answers[0]?.verdicts.map((verdict) => verdict.names.join(' < '))
      // Some versions of Node lose the certificates that the client sent, so the chain ends at the
      // leaf.
      const chain = shown?.join(' < ')
      expect(chain).to.be.oneOf(['chained < intermediate < root', 'chained'])
      expect(names).to.deep.equal(['chained', chain, chain, chain])
      expectAccepted(await visitAll(running, honest), chained, intermediate, root)
      expect((await running.visit(sending(client))).answers[0]?.verdicts[1]?.names).to.deep.equal([
        'client',
        'root',
      ])
    })

    it('A8 leaves the chain readable for the application when an extractor reads the leaf', async () => {
      const without = await start(protocol, { extractors: [], showsNodesChain: true })
      const leafOnly = [{}, { cache: false }]
      const own = await start(protocol, { extractors: leafOnly, showsNodesChain: true })
      const honest = { ...sending(chained, intermediate.der), requests: 1 }
      const outcomes = [await without.visit(honest), await own.visit(honest)]
      const [before, after] = outcomes.map(({ answers }) => answers[0]?.own)
      expect(after).to.deep.equal(before)
      expect(before?.[0]).to.equal('chained')
    })
  })

  describe(`A8 unusual keys that the operator trusts: ${protocol}`, () => {
    for (const curve of ['brainpoolP256r1', 'brainpoolP384r1', 'secp256k1']) {
      it(`A8 accepts a client of a CA on ${curve}, and ends its chain before that CA`, async () => {
        const privateKey = generate(curve)
        const top = issue({ subject: 'root', ca: true, privateKey })
        const of = issue({ subject: 'client', by: top })
        const between = issue({ subject: 'between', ca: true, by: top })
        const below = issue({ subject: 'below', by: between })
        const running = await start(protocol, { tls: { ca: [root.pem, top.pem] } })
        expectAccepted(await visitAll(running, sending(of)), of)
        expectAccepted(await visitAll(running, sending(of, top.der)), of)
        expectAccepted(await visitAll(running, sending(below, between.der)), below, between)
      })

      it(`A8 accepts a client on ${curve}, or rejects it because Node can't show it`, async () => {
        const running = await start(protocol, {
          tls: { ecdhCurve: `${curve}:prime256v1`, ciphers: 'DEFAULT@SECLEVEL=0' },
        })
        const of = issue({ subject: 'client', by: root, privateKey: generate(curve) })
        const visiting = { ...sending(of), ecdhCurve: `${curve}:prime256v1` }
        const [old, recent] = await Promise.all(
          VERSIONS.map((maxVersion) => running.visit({ ...visiting, maxVersion })),
        )
        // TLS 1.3 has no signatures on most of these curves, so the client presents no certificate.
        for (const { reason } of verdictsOf(recent === undefined ? [] : [recent])) {
          expect(reason).to.be.oneOf([null, 'socket_not_authorized', 'certificate_not_retrievable'])
        }
        if (old === undefined || !isAffected()) {
          expectAccepted(old === undefined ? [] : [old], of, root)
          return
        }
        expect(verdictsOf([old])).not.to.have.length(0)
        for (const { reason, detail } of verdictsOf([old])) {
          expect([reason, detail]).to.deep.equal(['certificate_not_retrievable', 'unsupported_key'])
        }
        expect(old.statuses[0]).to.be.oneOf([0, 500])
      })
    }

    it("A8 doesn't crash when it reads the certificate of a proxy", async () => {
      const [header] = [{ certificateSource: 'traefik', includeChain: true }] as const
      const running = await start(protocol === 'tls' ? 'https' : protocol, {
        extractors: [header],
        trustsProxy: true,
        tls: { ecdhCurve: 'brainpoolP256r1:prime256v1' },
      })
      const headers = { 'x-forwarded-tls-client-cert': client.der.toString('base64') }
      const proxy = issue({ subject: 'proxy', by: root })
      const { secp256k1 } = unusual as { secp256k1: Buffer }
      const good = await visitAll(running, { ...sending(proxy, namesake(secp256k1)), headers })
      for (const { reason, names } of verdictsOf(good)) {
        expect([reason, ...names]).to.deep.equal([null, 'client'])
      }
      const brainpool = issue({
        subject: 'proxy',
        by: root,
        privateKey: generate('brainpoolP256r1'),
      })
      const visit = await running.visit({
        ...sending(brainpool),
        headers,
        ecdhCurve: 'brainpoolP256r1:prime256v1',
        maxVersion: 'TLSv1.2',
      })
      expect(verdictsOf([visit])).to.have.length(3)
      for (const { reason } of verdictsOf([visit])) {
        expect(reason).to.equal(isAffected() ? 'untrusted_proxy' : null)
      }
    })
  })

  describe(`A10 unsigned and overlong chains over TLS: ${protocol}`, () => {
    let running: OddKeysServer
    const other = issue({ subject: 'other', ca: true })
    before(async () => {
      running = await start(protocol, { tls: { ca: [root.pem, other.pem] } })
    })
    it("A10 doesn't link three hundred certificates by their names", async () => {
      const spki = spkiOf(generate())
      const extensions = [basicConstraints(true)]
      const linked = Array.from({ length: 300 }, (_, index) =>
        certificateOf({
          subject: index === 0 ? 'root' : `${index}`,
          issuer: `${index + 1}`,
          spki,
          extensions,
        }),
      )
      expectAccepted(await visitAll(running, sending(client, ...linked)), client, root)
    })

    it('A10 ends a signed chain with the tenth certificate', async () => {
      const path = [root]
      for (let depth = 1; depth < 14; depth += 1) {
        path.unshift(issue({ subject: `${depth}`, by: path[0] as Holder, ca: true }))
      }
      const of = issue({ subject: 'client', by: path[0] as Holder })
      const [full] = await visitAll(running, sending(of, ...path.map(({ der }) => der)))
      expectAccepted(full === undefined ? [] : [full], of, ...path)
      const lengths = verdictsOf(full === undefined ? [] : [full]).map(({ names }) => names.length)
      expect(Math.max(...lengths)).to.be.oneOf([10, 1])
    })

    it("A10 doesn't link the client of one CA to another CA", async () => {
      const extensions = [basicConstraints(true)]
      const forged = [spkiOf(generate()), spkiOf(root.privateKey)].map((spki) =>
        certificateOf({ subject: 'root', issuer: 'other', spki, extensions }),
      )
      for (const one of forged) {
        const outcomes = await visitAll(running, sending(client, one, other.der))
        expect(verdictsOf(outcomes).every(({ reason }) => reason === null)).to.equal(true)
        const names = new Set(verdictsOf(outcomes).flatMap((verdict) => verdict.names))
        expect(['client', 'root']).to.include.members([...names])
      }
    })

    it("A10 doesn't link through a certificate that isn't a CA's", async () => {
      const forged = [[basicConstraints(false)], []].map((extensions) =>
        certificateOf({
          subject: 'root',
          issuer: 'other',
          spki: spkiOf(root.privateKey),
          extensions,
        }),
      )
      for (const one of forged) {
        expectAccepted(await visitAll(running, sending(client, one, other.der)), client, root)
      }
    })

    it('A10 links a CA with ML-DSA if Node can verify its signature', async () => {
      const privateKey = generateIfKnown('ml-dsa-65')
      const top = issue({ subject: 'top', ca: true, ...(privateKey && { privateKey }) })
      const of = issue({ subject: 'client', by: top })
      const trusting = await start(protocol, { tls: { ca: [top.pem] } })
      const outcomes = await visitAll(trusting, sending(of))
      expectAccepted(outcomes, of, top)
      const [full] = outcomes
      expect(full?.answers[0]?.verdicts[1]?.names).to.deep.equal(['client', 'top'])
    })
  })
}
