import { expect } from 'chai'
import { type PolicyRules, processPolicies } from '../../../src/path/policies.js'
import {
  ANY,
  certificatePolicies,
  hexOf,
  inhibitAnyPolicy,
  pathCertificate,
  policyConstraints,
  policyMappings,
} from '../../support/path-writer.js'

const [GOLD, SILVER, BRONZE] = ['1.3.6.1.4.1.9.1', '1.3.6.1.4.1.9.2', '1.3.6.1.4.1.9.3'] as const

/** The policies in a certificate of a path. */
interface Step {
  readonly policies?: readonly string[]
  readonly mappings?: readonly (readonly [string, string])[]
  readonly requireExplicit?: number
  readonly inhibitMapping?: number
  readonly inhibitAny?: number
  readonly selfIssued?: boolean
}

type Rules = Partial<Omit<PolicyRules, 'policies'>> & { readonly policies?: readonly string[] }

function certificateFor(step: Step): ReturnType<typeof pathCertificate> {
  const { policies, mappings, requireExplicit, inhibitMapping, inhibitAny, selfIssued } = step
  const hasConstraints = requireExplicit !== undefined || inhibitMapping !== undefined
  return pathCertificate({
    ...(selfIssued === true ? { issuer: 'client' } : {}),
    extensions: [
      ...(policies === undefined ? [] : [certificatePolicies(...policies)]),
      ...(mappings === undefined ? [] : [policyMappings(...mappings)]),
      ...(hasConstraints ? [policyConstraints(requireExplicit, inhibitMapping)] : []),
      ...(inhibitAny === undefined ? [] : [inhibitAnyPolicy(inhibitAny)]),
    ],
  })
}

/** The policies of a path, from the certificate that the trust anchor issued to the leaf. */
function process(path: readonly Step[], { policies, ...rules }: Rules = {}): string[] | undefined {
  return processPolicies(path.map(certificateFor), {
    policies: policies && new Set(policies.map(hexOf)),
    requireExplicitPolicy: false,
    inhibitPolicyMapping: false,
    inhibitAnyPolicy: false,
    ...rules,
  })
}

type Case = readonly [
  title: string,
  path: readonly Step[],
  /** `null` for a path that is rejected. */
  expected: readonly string[] | null,
  rules?: Rules,
]

function tryAll(cases: readonly Case[]): void {
  for (const [title, path, expected, rules] of cases) {
    it(title, () => {
      const found = process(path, rules)
      if (expected === null) expect(found).to.equal(undefined)
      else expect(found).to.have.members(expected.map(hexOf))
    })
  }
}

const gold: Step = { policies: [GOLD] }
const silver: Step = { policies: [SILVER] }
const bronze: Step = { policies: [BRONZE] }
const any: Step = { policies: [ANY] }
const none: Step = {}
/** The same step in a certificate that a CA issued to itself. */
const self = (step: Step): Step => ({ ...step, selfIssued: true })
const toSilver: Step = { ...gold, mappings: [[GOLD, SILVER]] }

describe('policies of a path (RFC 5280 4.2.1.4 and 6.1.3 (d))', () => {
  tryAll([
    ['hold when every certificate has them', [gold, gold], [GOLD]],
    ['hold on a path of one certificate', [gold], [GOLD]],
    ["don't hold when the leaf has others", [gold, silver], []],
    ["don't hold when a CA has none", [none, gold], []],
    ["don't hold when the leaf has none", [gold, none], []],
    ["don't come back after a CA without them", [gold, none, gold], []],
    ['are several', [{ policies: [GOLD, SILVER] }, { policies: [SILVER, GOLD] }], [GOLD, SILVER]],
    ['are what all certificates have in common', [{ policies: [GOLD, SILVER] }, silver], [SILVER]],
    ['are those of the leaf below anyPolicy', [any, any, gold], [GOLD]],
    ['are those of the CA above anyPolicy', [gold, any, any], [GOLD]],
    ['are any policy when every certificate has anyPolicy', [any, any], [ANY]],
    [
      'are those of the leaf, also if its CA names one of them beside anyPolicy',
      [{ policies: [ANY, GOLD] }, { policies: [GOLD, SILVER] }],
      [GOLD, SILVER],
    ],
    [
      'are those of the CA and others, if both certificates also have anyPolicy',
      [{ policies: [ANY, GOLD] }, any],
      [ANY, GOLD],
    ],
    [
      "aren't widened by anyPolicy beside one of them in the leaf",
      [gold, { policies: [ANY, SILVER] }],
      [GOLD],
    ],
  ])
})

describe('policies that the application requires (RFC 5280 6.1.1 (c) and (e))', () => {
  const needsGold = { policies: [GOLD], requireExplicitPolicy: true }
  tryAll([
    ['hold', [gold, gold], [GOLD], needsGold],
    [
      'hold beside others',
      [{ policies: [GOLD, SILVER] }, { policies: [GOLD, SILVER] }],
      [GOLD],
      needsGold,
    ],
    ["don't hold when the path has others", [silver, silver], null, needsGold],
    ["don't hold when the path has none", [none, none], null, needsGold],
    ['are included in anyPolicy', [any, any], [GOLD], needsGold],
    [
      'are all included in anyPolicy',
      [any, any],
      [GOLD, SILVER],
      { policies: [GOLD, SILVER], requireExplicitPolicy: true },
    ],
    [
      'are alternatives',
      [silver, silver],
      [SILVER],
      { policies: [GOLD, SILVER], requireExplicitPolicy: true },
    ],
    ['only select policies where none has to hold', [silver, silver], [], { policies: [GOLD] }],
  ])
})

describe('requireExplicitPolicy (RFC 5280 4.2.1.11 and 6.1.4 (h) to (i))', () => {
  const explicit = { requireExplicitPolicy: true }
  tryAll([
    ['accepts a path with a policy', [gold, gold], [GOLD], explicit],
    ['rejects a path without one', [none], null, explicit],
    ['rejects a path whose policies differ', [gold, silver], null, explicit],
    ['rejects a path with a CA without policies', [gold, none, gold], null, explicit],
    ['rejects a path of self-issued CAs', [self(none), self(none), none], null, explicit],
    ['is not required by default on a path of one', [none], []],
    ['is not required by default on a path of five', [none, none, none, none, none], []],
    ['is required at once by the limit 0', [{ ...gold, requireExplicit: 0 }, none], null],
    ['is met below the limit 0', [{ ...gold, requireExplicit: 0 }, gold], [GOLD]],
    ['is required of the leaf by the limit 1 on its CA', [{ requireExplicit: 1 }, none], null],
    ['is not required of the leaf by the limit 2 on its CA', [{ requireExplicit: 2 }, none], []],
    ['counts a CA', [{ requireExplicit: 2 }, none, none], null],
    ["doesn't count a self-issued CA", [{ requireExplicit: 2 }, self(none), none], []],
    ["doesn't count the CA of the limit itself", [{ requireExplicit: 3 }, none, none], []],
    ['counts a leaf that is self-issued', [{ requireExplicit: 1 }, self(none)], null],
    ["isn't raised further down", [{ requireExplicit: 0 }, { requireExplicit: 9 }, none], null],
    ['is lowered further down', [{ requireExplicit: 9 }, { requireExplicit: 0 }, none], null],
    ['is required by the limit 0 of the leaf', [none, { requireExplicit: 0 }], null],
    ['is met by a leaf with the limit 0', [gold, { ...gold, requireExplicit: 0 }], [GOLD]],
    ['is not required by the limit 1 of the leaf', [none, { requireExplicit: 1 }], []],
    ['is not required by another limit of the leaf', [none, { inhibitMapping: 0 }], []],
  ])
})

describe('anyPolicy (RFC 5280 4.2.1.14 and 6.1.4 (j))', () => {
  const inhibited = { inhibitAnyPolicy: true }
  const until = (inhibitAny: number): Step => ({ ...any, inhibitAny })
  tryAll([
    ["doesn't hold where the application inhibits it", [any, gold], [], inhibited],
    ["doesn't hold in the leaf either", [gold, any], [], inhibited],
    ['holds in a self-issued CA nevertheless', [self(any), gold], [GOLD], inhibited],
    ["doesn't hold in a self-issued leaf", [gold, self(any)], [], inhibited],
    ['leaves the other policies alone', [{ policies: [ANY, GOLD] }, gold], [GOLD], inhibited],
    ['holds by default on a path of five', [any, any, any, any, any], [ANY]],
    ['holds in the certificate that inhibits it', [until(0), gold], [GOLD]],
    ["doesn't hold below the limit 0", [until(0), any], []],
    ['holds below the limit 1', [until(1), any], [ANY]],
    ["doesn't hold two certificates below the limit 1", [until(1), any, any], []],
    ["doesn't count a self-issued CA", [until(1), self(any), any], [ANY]],
    ['holds in a self-issued CA below the limit 0', [until(0), self(any), gold], [GOLD]],
    ["isn't allowed again further down", [until(0), { ...gold, inhibitAny: 9 }, any], []],
    ['is inhibited by a later limit', [until(9), until(0), any], []],
    [
      'is rejected where a policy is needed',
      [until(0), any],
      null,
      { requireExplicitPolicy: true },
    ],
  ])
})

describe('policyMappings (RFC 5280 4.2.1.5 and 6.1.4 (a) to (b))', () => {
  tryAll([
    ['give a policy of the leaf its name in the domain of the anchor', [toSilver, silver], [GOLD]],
    ['replace the policy that they map', [toSilver, gold], []],
    [
      'map a policy to several',
      [
        {
          ...gold,
          mappings: [
            [GOLD, SILVER],
            [GOLD, BRONZE],
          ],
        },
        { policies: [BRONZE] },
      ],
      [GOLD],
    ],
    [
      'keep the first of several',
      [
        {
          ...gold,
          mappings: [
            [GOLD, SILVER],
            [GOLD, BRONZE],
          ],
        },
        silver,
      ],
      [GOLD],
    ],
    [
      'map several policies to one',
      [
        {
          policies: [GOLD, SILVER],
          mappings: [
            [GOLD, BRONZE],
            [SILVER, BRONZE],
          ],
        },
        bronze,
      ],
      [GOLD, SILVER],
    ],
    [
      'swap policies',
      [
        {
          policies: [GOLD, SILVER],
          mappings: [
            [GOLD, SILVER],
            [SILVER, GOLD],
          ],
        },
        silver,
      ],
      [GOLD],
    ],
    ['follow one another', [toSilver, { ...silver, mappings: [[SILVER, BRONZE]] }, bronze], [GOLD]],
    ['take effect below anyPolicy', [{ ...any, mappings: [[GOLD, SILVER]] }, silver], [GOLD]],
    [
      'take effect below anyPolicy twice',
      [any, { ...any, mappings: [[GOLD, SILVER]] }, silver],
      [GOLD],
    ],
    [
      'leave the other policies below anyPolicy alone',
      [{ ...any, mappings: [[GOLD, SILVER]] }, bronze],
      [BRONZE],
    ],
    ['are met by anyPolicy in the leaf', [toSilver, any], [GOLD]],
    [
      'map no policy that the CA does not have',
      [{ ...gold, mappings: [[SILVER, BRONZE]] }, bronze],
      [],
    ],
    ['have no effect in the leaf', [gold, toSilver], [GOLD]],
    [
      'are not read in the leaf, even with anyPolicy',
      [gold, { ...gold, mappings: [[ANY, GOLD]] }],
      [GOLD],
    ],
    ['reject the mapping of anyPolicy', [{ ...any, mappings: [[ANY, GOLD]] }, gold], null],
    ['reject the mapping to anyPolicy', [{ ...gold, mappings: [[GOLD, ANY]] }, gold], null],
    [
      'reject the mapping of anyPolicy after another',
      [
        {
          ...gold,
          mappings: [
            [GOLD, SILVER],
            [ANY, GOLD],
          ],
        },
        silver,
      ],
      null,
    ],
    [
      'satisfy the application by the name in the domain of the anchor',
      [toSilver, silver],
      [GOLD],
      {
        policies: [GOLD],
        requireExplicitPolicy: true,
      },
    ],
    [
      "don't satisfy it by the name in the domain of the leaf",
      [toSilver, silver],
      null,
      {
        policies: [SILVER],
        requireExplicitPolicy: true,
      },
    ],
  ])

  it('of eight policies to eight on eight CAs take little time (RFC 9618 2)', () => {
    const all = Array.from({ length: 8 }, (_, at) => `1.2.3.${at}`)
    const mappings = all.flatMap((from) => all.map((to) => [from, to] as const))
    const path = [
      ...Array.from({ length: 8 }, () => ({ policies: all, mappings })),
      { policies: all },
    ]
    expect(process(path)).to.have.members(all.map(hexOf))
  })
})

describe('inhibitPolicyMapping (RFC 5280 4.2.1.11 and 6.1.4 (b) and (i))', () => {
  const inhibited = { inhibitPolicyMapping: true }
  const until = (inhibitMapping: number): Step => ({ ...gold, inhibitMapping })
  tryAll([
    ['deletes the policy that is mapped', [toSilver, gold], [], inhibited],
    ["doesn't map it", [toSilver, silver], [], inhibited],
    [
      'leaves the other policies alone',
      [{ ...toSilver, policies: [GOLD, SILVER] }, { policies: [GOLD, SILVER] }],
      [SILVER],
      inhibited,
    ],
    [
      'maps nothing below anyPolicy',
      [{ ...any, mappings: [[GOLD, SILVER]] }, silver],
      [SILVER],
      inhibited,
    ],
    [
      'still rejects the mapping of anyPolicy',
      [{ ...any, mappings: [[ANY, GOLD]] }, gold],
      null,
      inhibited,
    ],
    [
      'is off by default, also for the last CA of four',
      [gold, gold, gold, toSilver, silver],
      [GOLD],
    ],
    [
      'allows mappings in the certificate that inhibits them',
      [{ ...toSilver, inhibitMapping: 0 }, silver],
      [GOLD],
    ],
    ['takes effect below the limit 0', [until(0), toSilver, silver], []],
    ["doesn't take effect directly below the limit 1", [until(1), toSilver, silver], [GOLD]],
    ['counts a CA', [until(1), gold, toSilver, silver], []],
    ["doesn't count a self-issued CA", [until(1), self(gold), toSilver, silver], [GOLD]],
    ["isn't lifted further down", [until(0), until(9), toSilver, silver], []],
    ['is set by a later limit', [until(9), until(0), toSilver, silver], []],
  ])
})
