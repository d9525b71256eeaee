import { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { expect } from 'chai'
import { createTrustStore } from '../../src/trust.js'
import { Random } from '../fuzz/support/random.js'
import { runCampaign } from './support/campaign.js'
import { compare, decide } from './support/compare.js'
import { forget } from './support/forgetful.js'
import { createCase } from './support/generator.js'
import { openHandshake } from './support/judges.js'
import type { Judge } from './support/judges.js'
import { openJudges } from './support/open-judges.js'
import { createPlain, draftAt } from './support/plain.js'

const CASES = 1500
const SEED = 4

/** The rules that OpenSSL has too. It reads more than DER, for example, so it can't miss that rule. */
const SHARED_RULES = [
  'unknown_issuer',
  'bad_signature',
  'expired',
  'not_yet_valid',
  'not_a_ca',
  'path_length',
  'key_usage',
  'extended_key_usage',
  'name_constraints',
  'unknown_critical_extension',
  'weak_algorithm',
]
/** Rules about which only libcrypto can be asked. */
const LIBCRYPTO_RULES = ['policy', 'path_too_long']

describe('the judges', () => {
  let judges: readonly Judge[] = []
  before(async () => (judges = await openJudges()))
  after(() => {
    for (const judge of judges) judge.end()
  })

  it('notice a package that forgets one of its rules', async () => {
    const noticed = new Map<string, Set<string>>(judges.map(({ name }) => [name, new Set()]))
    const random = new Random(SEED)
    for (let index = 0; index < CASES; index += 1) {
      const test = createCase(random)
      const verdict = decide(createTrustStore, test)
      if (verdict.ok || verdict.reason !== 'certificate_chain_untrusted') continue
      const { detail = '' } = verdict
      for (const judge of judges.filter(({ canJudge }) => canJudge(test))) {
        const rules = noticed.get(judge.name)
        if (rules?.has(detail) === true) continue
        const { kind } = await compare(test, forget(test, verdict), judge)
        if (kind === 'false accept') rules?.add(detail)
      }
    }
    for (const [name, rules] of noticed) {
      const wanted = name.startsWith('libcrypto') ? LIBCRYPTO_RULES : []
      expect([...rules], name).to.include.members([...SHARED_RULES, ...wanted])
    }
  })

  it('notice a package that rejects everything, or accepts a path with a gap', async () => {
    const test = createPlain(2).write()
    const verdict = decide(createTrustStore, test)
    if (!verdict.ok) throw new Error('The plain path is valid')
    const [leaf, ...others] = verdict.path
    for (const judge of judges) {
      const rejection = {
        ok: false,
        reason: 'certificate_chain_untrusted',
        detail: 'policy',
      } as const
      expect(await compare(test, rejection, judge)).to.have.property('kind', 'false reject')
      const gap = { ...verdict, path: verdict.path.filter((_, at) => at !== 1) }
      expect(await compare(test, gap, judge)).to.have.property('kind', 'false accept')
      const headless = { ...verdict, path: others }
      expect(await compare(test, headless, judge)).to.have.property('kind', 'false accept')
      const endless = { ...verdict, path: leaf === undefined ? [] : [leaf] }
      expect(await compare(test, endless, judge)).to.have.property('kind', 'false accept')
    }
  })

  it('leave a tally that shows a package that accepts or rejects too much', async () => {
    const reject = { ok: false, reason: 'certificate_chain_untrusted', detail: 'policy' } as const
    const create = () => ({ validate: () => reject })
    const tally = await runCampaign({ seed: SEED, cases: 100, judges, create })
    expect(tally.bothAccept).to.equal(0)
    expect(tally.falseRejects.length).to.be.at.least(30)
    expect(tally.falseAccepts).to.deep.equal([])
  })
})

describe('the half handshake', () => {
  it('agrees about an anchor that a former key of the CA has signed, or can not judge it', async () => {
    const plain = createPlain(2)
    const { plan, keyring } = plain
    const root = draftAt('anchor', plan)
    root.signer = keyring.take()
    const test = plain.write()
    const judge = await openHandshake()
    if (typeof judge === 'string') throw new Error(judge)
    const verdict = decide(createTrustStore, test)
    expect(verdict.ok).to.equal(true)
    const { kind } = await compare(test, verdict, judge)
    expect(kind === 'both accept').to.equal(judge.canJudge(test))
  })

  it('is reported as not run on a Node without the internal method', async () => {
    const wire = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
    const socket = new TLSSocket(wire, { isServer: true })
    const { _handle: handle } = socket as unknown as { _handle: object }
    let owner = handle
    while (!Object.hasOwn(owner, 'verifyError')) owner = Object.getPrototypeOf(owner) as object
    const method = Object.getOwnPropertyDescriptor(owner, 'verifyError') as PropertyDescriptor
    Reflect.deleteProperty(owner, 'verifyError')
    try {
      expect(await openHandshake()).to.match(/doesn't work on this Node: .*no verifyError/)
    } finally {
      Object.defineProperty(owner, 'verifyError', method)
      socket.destroy()
    }
    expect(await openHandshake()).to.be.an('object')
  })
})
