import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { REVOCATION_FAULTS, type RevocationFault } from '../../../src/path/crl/faults.js'
import { explainPathFault, explainRevocationFault } from '../../../src/path/explain.js'
import type { PathFault } from '../../../src/path/verdict.js'

const source = readFileSync(new URL('../../../src/path/verdict.ts', import.meta.url), 'utf8')
const faults = [...source.matchAll(/^ {2}\| '(\w+)'$/gm)].map(([, fault]) => fault as PathFault)

describe('explainPathFault()', () => {
  it('is tested with every fault', () => {
    expect(faults).to.have.lengthOf.above(13).and.include.members(['unknown_issuer', 'malformed'])
  })

  for (const fault of faults) {
    it(`says what is wrong and what to do: ${fault}`, () => {
      const clause = explainPathFault(fault)
      // The cause, then what to do, without a full stop, because the clause ends a longer sentence.
      expect(clause).to.match(/^(?:a|an|its|no|one) [^;]+; [^;]+[^.;]$/)
      expect(clause.length).to.be.below(200)
    })
  }

  it('has another clause for each fault', () => {
    expect(new Set(faults.map(explainPathFault)).size).to.equal(faults.length)
  })

  it('names the options and fields to change', () => {
    const words: Record<PathFault, string> = {
      unknown_issuer: 'intermediates',
      bad_signature: 'key',
      expired: 'expired',
      not_yet_valid: 'clock',
      not_a_ca: 'basicConstraints',
      path_length: 'pathLenConstraint',
      path_too_long: 'maxDepth',
      key_usage: 'digitalSignature',
      extended_key_usage: 'clientAuth',
      name_constraints: 'permits',
      unknown_critical_extension: 'critical',
      weak_algorithm: '2,048',
      policy: 'policies',
      malformed: 'RFC 5280',
    }
    for (const fault of faults) expect(explainPathFault(fault)).to.include(words[fault])
  })
})

describe('explainRevocationFault()', () => {
  it('says what is wrong and names what to change', () => {
    const words: Record<RevocationFault, string> = {
      no_crl: 'crl',
      function_said_unknown: 'unknown',
      function_failed: 'promise',
      out_of_scope: 'cRLDistributionPoints',
      some_reasons_only: 'reasons',
      weak_algorithm: 'SHA-1',
      signer_not_allowed: 'cRLSign',
      bad_signature: 'signature',
      unknown_critical_extension: 'critical',
      no_next_update: 'nextUpdate',
      from_the_future: 'clock',
      stale: 'replace()',
    }
    for (const fault of REVOCATION_FAULTS) {
      const clause = explainRevocationFault(fault)
      expect(clause)
        .to.include(words[fault])
        .and.match(/^(?:no|the) .+[^.]$/)
      expect(clause.length).to.be.below(220)
    }
    expect(new Set(REVOCATION_FAULTS.map(explainRevocationFault)).size).to.equal(12)
  })
})
