import { sign, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { expect } from 'chai'
import { endOddKeysServers, OddKeysServer, type Verdict } from '../attacks/support/odd-keys.js'
import { generate, issue } from '../support/der-chain.js'
import { bits, certificateOf, name, oid, seq, spkiOf, toPem } from '../support/der-writer.js'
import { type Base, createBases, EXTENSIONS, SUBJECT } from './support/bases.js'
import { mutate, mutateAndSign } from './support/mutants.js'
import { chooseSeed, Random } from './support/random.js'

/** Each takes a separate handshake. */
const VISITS = 500

const seed = chooseSeed()
console.log(`FUZZ_SEED=${seed}`)

const root = issue({ subject: 'root', ca: true })
const server = issue({ subject: 'localhost', by: root })
const client = issue({ subject: 'client', by: root })

/** basicConstraints, authorityKeyIdentifier, and the extensions that only CA certificates have. */
const FOR_CAS = ['2.5.29.19', '2.5.29.35', '2.5.29.30', '2.5.29.36'].map((id) => oid(id))

/** The server's verdicts about a client; `undefined` if the server or the client's own OpenSSL rejected it. */
async function visit(
  running: OddKeysServer,
  [leaf, ...others]: readonly Buffer[],
  key: string,
): Promise<readonly Verdict[] | undefined> {
  const cert = [leaf as Buffer, ...others].map(toPem).join('')
  const options = { key, cert, ciphers: 'DEFAULT@SECLEVEL=0' }
  try {
    createSecureContext(options)
  } catch {
    return undefined
  }
  const { answers } = await running.visit(options)
  return answers[0]?.verdicts
}

describe('connections with bytes that are almost a certificate', () => {
  let running: OddKeysServer
  before(async () => {
    running = await OddKeysServer.start({
      protocol: 'tls',
      tls: {
        key: server.key,
        cert: server.pem,
        ca: [root.pem],
        requestCert: true,
        rejectUnauthorized: false,
        ciphers: 'DEFAULT@SECLEVEL=0',
      },
      extractors: [{}, { includeChain: true }, { includeChain: true, checkValidity: false }],
    })
  })
  after(endOddKeysServers)

  /** Only certificates that were sent, or that the server knows, leaf first. */
  function expectGenuine(verdicts: readonly Verdict[], sent: readonly Buffer[]): void {
    const known = [...sent, root.der].map((der) => new X509Certificate(der).fingerprint256)
    for (const { reason, fingerprints } of verdicts) {
      if (reason === null) expect(fingerprints[0]).to.equal(known[0])
      else expect(fingerprints).to.deep.equal([])
      expect(known).to.include.members([...fingerprints])
    }
  }

  it(`never end the server, and at most shorten a chain: ${VISITS} mutants after a client's certificate`, async () => {
    const random = new Random(seed)
    const bases: readonly Base[] = createBases(name('root'))
    let served = 0
    for (let left = VISITS; left > 0; left -= 1) {
      const { der } = mutate(random, bases)
      const verdicts = await visit(running, [client.der, der], client.key)
      if (verdicts === undefined) continue
      served += 1
      expect(verdicts.map(({ reason }) => reason)).to.deep.equal([null, null, null])
      expectGenuine(verdicts, [client.der, der])
    }
    expect(served).to.be.above(VISITS / 10)
  })

  it(`never end the server, and are shown unchanged: ${VISITS} mutants that a CA has signed`, async () => {
    const random = new Random(seed ^ 0x5eed)
    const privateKey = generate()
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
    const subject = SUBJECT
    const extensions = EXTENSIONS.filter(
      (extension) => !FOR_CAS.some((oid) => extension.includes(oid)),
    )
    const spki = spkiOf(privateKey)
    const base = certificateOf({
      subject,
      issuer: 'root',
      spki,
      signer: root.privateKey,
      extensions,
    })
    const resign = (signed: Buffer, algorithm: Buffer): Buffer =>
      seq(signed, algorithm, bits(sign('sha256', signed, root.privateKey)))
    const reasons = new Map<string, number>()
    for (let left = VISITS; left > 0; left -= 1) {
      const leaf = mutateAndSign(random, base, resign)
      const verdicts = await visit(running, [leaf], key)
      if (verdicts === undefined) continue
      expectGenuine(verdicts, [leaf])
      for (const { reason } of verdicts) {
        reasons.set(String(reason), (reasons.get(String(reason)) ?? 0) + 1)
      }
    }
    const { null: accepted = 0, ...others } = Object.fromEntries(reasons)
    // OpenSSL accepts few certificates that our reader rejects: names that aren't DER, very long purposes.
    const { certificate_not_retrievable: unread = 0, ...rest } = others
    expect(accepted).to.be.above(VISITS)
    expect(unread).to.be.below(VISITS / 2)
    expect(Object.keys(rest)).to.have.members(['socket_not_authorized'])
  })
})
