import { expect } from 'chai'
import type { TrustStoreOptions } from '../../../src/trust.js'
import { extension, nothing, oid, seq } from '../../support/der-writer.js'
import {
  inhibitAny,
  issuePath,
  type Level,
  mappings,
  outcome,
  policies,
  policyConstraints,
  validatePath,
} from '../../support/paths.js'

const [A, B, C] = ['1.3.6.1.4.1.99999.1', '1.3.6.1.4.1.99999.2', '1.3.6.1.4.1.99999.3'] as const
const ANY = '2.5.29.32.0'

type Options = Partial<TrustStoreOptions>

/** The policies that hold for root, CAs and leaf with these extensions, or what is wrong. */
function policiesOf(
  cas: Buffer[][],
  leaf: Buffer[],
  options: Options = {},
): readonly string[] | string {
  const levels = cas.map((further, index): Level => ({ subject: `ca ${index}`, with: further }))
  const path = issuePath({ subject: 'root' }, ...levels, { subject: 'leaf', with: leaf })
  const verdict = validatePath(path, options)
  return verdict.ok ? [...verdict.policies].sort() : outcome(verdict)
}

describe('the policies of a path', () => {
  const cases: [
    title: string,
    cas: Buffer[][],
    leaf: Buffer[],
    options: Options,
    found: unknown,
  ][] = [
    ['are none without the extension', [[]], [], {}, []],
    ['are those of all certificates', [[policies(A, B)]], [policies(B, C)], {}, [B]],
    ['are required by a policy', [[policies(A)]], [policies(A)], { policies: [A] }, [A]],
    [
      'are rejected if another one is required',
      [[policies(A)]],
      [policies(A)],
      { policies: [B] },
      'policy',
    ],
    [
      'may be required without a certain one',
      [[policies(A)]],
      [policies(B)],
      { requireExplicitPolicy: true },
      'policy',
    ],
    [
      "needn't hold unless required",
      [[policies(A)]],
      [policies(B)],
      { policies: [A], requireExplicitPolicy: false },
      [],
    ],
    [
      'include what anyPolicy of a CA allows',
      [[policies(ANY)]],
      [policies(A)],
      { policies: [A] },
      [A],
    ],
    [
      'include the required ones for anyPolicy in all certificates',
      [[policies(ANY)]],
      [policies(ANY)],
      { policies: [B, A] },
      [A, B],
    ],
    [
      'include anyPolicy where no policy is required',
      [[policies(ANY)]],
      [policies(ANY)],
      {},
      [ANY],
    ],
    [
      'are none where anyPolicy is inhibited',
      [[policies(ANY)]],
      [policies(A)],
      { policies: [A], inhibitAnyPolicy: true },
      'policy',
    ],
    [
      'are none where a CA inhibits anyPolicy below',
      [[policies(A), inhibitAny(0)]],
      [policies(ANY)],
      { policies: [A] },
      'policy',
    ],
    [
      'may come from anyPolicy as long as a CA allows it',
      [[policies(A), inhibitAny(1)]],
      [policies(ANY)],
      { policies: [A] },
      [A],
    ],
    [
      'are mapped to those of the CA',
      [[policies(A), mappings([A, B])]],
      [policies(B)],
      { policies: [A] },
      [A],
    ],
    [
      "don't keep a name that is mapped to another",
      [[policies(A), mappings([A, B])]],
      [policies(A)],
      { policies: [A] },
      'policy',
    ],
    [
      'are mapped from anyPolicy',
      [[policies(ANY), mappings([A, B])]],
      [policies(B)],
      { policies: [A] },
      [A],
    ],
    [
      'are mapped to several',
      [[policies(A), mappings([A, B], [A, C])]],
      [policies(C)],
      { policies: [A] },
      [A],
    ],
    [
      'are mapped at every CA',
      [
        [policies(A), mappings([A, B])],
        [policies(B), mappings([B, C])],
      ],
      [policies(C)],
      { policies: [A] },
      [A],
    ],
    [
      "aren't mapped where that is inhibited",
      [[policies(A), mappings([A, B])]],
      [policies(B)],
      { policies: [A], inhibitPolicyMapping: true },
      'policy',
    ],
    [
      "aren't mapped below a CA that inhibits it",
      [
        [policies(A), policyConstraints({ mapping: 0 })],
        [policies(A), mappings([A, B])],
      ],
      [policies(B)],
      { policies: [A] },
      'policy',
    ],
    [
      'make the path invalid if anyPolicy is mapped',
      [[policies(A), mappings([ANY, A])]],
      [policies(A)],
      {},
      'policy',
    ],
    [
      'make the path invalid if a policy is mapped to anyPolicy',
      [[policies(A), mappings([A, ANY])]],
      [policies(A)],
      {},
      'policy',
    ],
    [
      'are required by a CA',
      [[policies(A), policyConstraints({ explicit: 0 })]],
      [policies(B)],
      {},
      'policy',
    ],
    [
      'are required by a CA further down',
      [[policies(A), policyConstraints({ explicit: 1 })], [policies(B)]],
      [policies(B)],
      {},
      'policy',
    ],
    [
      "aren't required by a CA beyond the leaf",
      [[policies(A), policyConstraints({ explicit: 2 })]],
      [policies(B)],
      {},
      [],
    ],
    [
      'are required by the leaf itself',
      [[policies(A)]],
      [policies(B), policyConstraints({ explicit: 0 })],
      {},
      'policy',
    ],
  ]
  for (const [title, cas, leaf, options, found] of cases) {
    it(title, () => {
      expect(policiesOf(cas, leaf, options)).to.deep.equal(found)
    })
  }

  it('are found through many mappings at many levels', () => {
    const eight = Array.from({ length: 8 }, (_, index) => `1.3.6.1.4.1.99999.${index + 10}`)
    const all = mappings(
      ...eight.flatMap((from) => eight.map((to): [string, string] => [from, to])),
    )
    const cas = Array.from({ length: 10 }, () => [policies(...eight), all])
    expect(policiesOf(cas, [policies(...eight)], { maxDepth: 10 })).to.have.length(8)
  })

  const qualified = (type: string, critical: boolean) =>
    extension('2.5.29.32', seq(seq(oid(A), seq(seq(oid(type), nothing())))), critical || undefined)
  it('reject an unknown qualifier in a critical extension only', () => {
    expect(policiesOf([], [qualified('1.2.3', true)])).to.equal('unknown_critical_extension')
    expect(policiesOf([], [qualified('1.2.3', false)])).to.deep.equal([A])
    expect(policiesOf([], [qualified('1.3.6.1.5.5.7.2.1', true)])).to.deep.equal([A])
    expect(policiesOf([], [qualified('1.3.6.1.5.5.7.2.2', true)])).to.deep.equal([A])
  })

  const malformed: [title: string, extension: Buffer][] = [
    ['no policy', extension('2.5.29.32', seq())],
    ['the same policy twice', policies(A, A)],
    ['qualifiers without any', extension('2.5.29.32', seq(seq(oid(A), seq())))],
    ['no mapping', extension('2.5.29.33', seq())],
    ['a mapping to nothing', extension('2.5.29.33', seq(seq(oid(A))))],
    ['policyConstraints without a limit', policyConstraints({})],
    ['a negative limit', policyConstraints({ explicit: 0x80 })],
    ['a negative inhibitAnyPolicy', inhibitAny(-1)],
  ]
  for (const [title, wrong] of malformed) {
    it(`are malformed with ${title}`, () => {
      expect(policiesOf([], [wrong])).to.equal('malformed')
    })
  }
})
