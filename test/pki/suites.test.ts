import { expect } from 'chai'
import { createTrustStore } from '../../src/trust.js'
import type { CreateStore } from '../support/judged-store.js'
import { toMarkdown } from './support/conformance.js'
import { createVectors } from './support/example-vectors.js'
import { LIMBO_DIFFERENCES } from './support/limbo-differences.js'
import { findFaults, type Suite } from './support/outcome.js'
import { PKITS_DIFFERENCES } from './support/pkits.js'
import { runSuites } from './support/suites.js'

/** The faults of small vectors, which lack the tests that are listed as differences. */
function faultsOf(create: CreateStore): string[] {
  return runSuites(createVectors(), create).flatMap((suite) =>
    findFaults({ ...suite, differences: [] }),
  )
}

const suiteOf = (name: string, suites: readonly Suite[]): Suite =>
  suites.find((suite) => suite.name === name) as Suite

describe('the public suites', () => {
  it('find no fault in the package', () => {
    expect(faultsOf(createTrustStore)).to.deep.equal([])
  })

  it('find every wrong rejection', () => {
    const reject = { ok: false, reason: 'certificate_chain_untrusted' } as const
    expect(faultsOf(() => ({ validate: () => reject }))).to.deep.equal([
      'PKITS valid: expected accept, found reject (certificate_chain_untrusted)',
      'BetterTLS, path building pathbuilding 0: expected accept, found reject (certificate_chain_untrusted)',
      'BetterTLS, name constraints nameconstraints 0: expected accept, found reject (certificate_chain_untrusted)',
      'x509-limbo client::valid: expected accept, found reject (certificate_chain_untrusted)',
    ])
  })

  it('find every wrong acceptance', () => {
    const accept = { ok: true, path: [], policies: [] } as const
    const faults = faultsOf(() => ({ validate: () => accept }))
    expect(faults.map((fault) => fault.replace(/:.*/, ''))).to.deep.equal([
      'PKITS valid',
      'PKITS invalid',
      'PKITS revoked',
      'BetterTLS, path building pathbuilding 1',
      'BetterTLS, name constraints nameconstraints 1',
      'x509-limbo client',
      'x509-limbo crl',
    ])
  })

  it('find wrong policies of a valid path', () => {
    const faults = faultsOf((options) => {
      const store = createTrustStore(options)
      return {
        validate: (...args) => {
          const verdict = store.validate(...args)
          return verdict.ok ? { ...verdict, policies: ['1.2.3.4'] } : verdict
        },
      }
    })
    expect(faults).to.deep.equal([
      'PKITS valid: expected accept, found reject (policies "1.2.3.4" instead of "1.2.3.1")',
    ])
  })

  it('let an error of the engine through, instead of taking it for a rejection', () => {
    const create: CreateStore = () => {
      throw new TypeError('x is not a function')
    }
    expect(() => faultsOf(create)).to.throw('x is not a function')
  })

  it('report a difference that is listed, but not found', () => {
    const [pkits] = runSuites(createVectors(), createTrustStore)
    const ids = PKITS_DIFFERENCES.flatMap(({ ids }) => ids)
    expect(findFaults(pkits as Suite)).to.deep.equal(
      ids.map((id) => `PKITS: "reject ${id}" is listed as a difference, but not found`),
    )
  })

  it('accept a listed difference only with the listed answer', () => {
    const suite = suiteOf(
      'PKITS',
      runSuites(createVectors(), () => ({ validate: accept })),
    )
    const difference = { name: 'a', clause: 'b', why: 'c', ids: ['invalid'] }
    const ofInvalid = (answer: 'accept' | 'reject'): string[] =>
      findFaults({
        ...suite,
        outcomes: suite.outcomes.filter(({ id }) => id === 'invalid'),
        differences: [{ ...difference, answer }],
      })
    expect(ofInvalid('accept')).to.deep.equal([])
    expect(ofInvalid('reject')).to.have.lengthOf(2)
  })

  it('compare with OpenSSL only where it was measured', () => {
    const text = toMarkdown(runSuites(createVectors(), createTrustStore))
    expect(text).to.include('| PKITS | 3 of 3 | 2 of 2 | 150 of 177 |')
    expect(text).to.include('| Revocation | 1 of 1 | not measured |')
  })

  it('list no case of x509-limbo twice', () => {
    const ids = LIMBO_DIFFERENCES.flatMap((difference) => difference.ids)
    expect(new Set(ids).size).to.equal(ids.length)
  })
})

const accept = () => ({ ok: true, path: [], policies: [] }) as const
