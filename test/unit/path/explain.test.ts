import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { explainPathFault } from '../../../src/path/explain.js'
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
