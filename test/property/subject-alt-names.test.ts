import { expect } from 'chai'
import fc from 'fast-check'
import {
  parseSubjectAltNames,
  type SubjectAltName,
} from '../../src/certificate/subject-alt-name.js'
import { anyText, edits, mutate } from './mutations.js'

/** Node writes a value as a JSON string if it contains one of these characters (CVE-2021-44532). */
const SPECIAL = /["\\,']|[^ -~]/

const name: fc.Arbitrary<SubjectAltName> = fc.record({
  type: fc.constantFrom('DNS', 'email', 'URI', 'IP Address', 'DirName', 'othername'),
  value: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('a', ', ', 'DNS:', ':', '"', '\\', ',', ' ', '\n', '\0', '\u00e9'))
      .map((parts) => parts.join('')),
  ),
})

function write(names: readonly SubjectAltName[]): string {
  return names
    .map(({ type, value }) => `${type}:${SPECIAL.test(value) ? JSON.stringify(value) : value}`)
    .join(', ')
}

describe('any list of subject alternative names', () => {
  it('is read back unchanged, whatever the names contain', () => {
    fc.assert(
      fc.property(fc.array(name), (names) => {
        expect(parseSubjectAltNames(write(names))).to.deep.equal(names)
      }),
      { numRuns: 2000 },
    )
  })

  it('never throws when its string is damaged, and gives names only if the whole string is valid', () => {
    const entry = /[A-Za-z0-9 ]+:(?:"(?:[^"\\]|\\[^])*"|[^",]*)/.source
    const form = new RegExp(`^(?:${entry}, )*${entry}$`)
    const damaged = fc
      .tuple(fc.array(name, { minLength: 1, maxLength: 5 }), edits)
      .map(([names, changes]) => mutate(write(names), changes))
    fc.assert(
      fc.property(fc.oneof(damaged, anyText), (text) => {
        if (parseSubjectAltNames(text).length > 0) expect(text).to.match(form)
      }),
      { numRuns: 2000 },
    )
  })
})
