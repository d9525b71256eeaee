import { extension, int, oid, seq, tlv } from '../../support/der-writer.js'
import type { Random } from '../../fuzz/support/random.js'
import { ANY_POLICY } from '../../support/judged-store.js'

/** The four extensions about policies (RFC 5280 4.2.1.4, 4.2.1.5, 4.2.1.11, 4.2.1.14). */
export interface PolicyFields {
  readonly policies?: readonly string[]
  readonly mappings?: readonly (readonly [issuer: string, subject: string])[]
  readonly requireExplicit?: number
  readonly inhibitMapping?: number
  readonly inhibitAny?: number
}

export const POLICIES: readonly string[] = ['1.2.3.1', '1.2.3.2', '1.2.3.3']

export function policyExtensions(fields: PolicyFields): Buffer[] {
  const { policies = [], mappings = [], inhibitAny } = fields
  const constraints = [
    ...numbered(0x80, fields.requireExplicit),
    ...numbered(0x81, fields.inhibitMapping),
  ]
  return [
    ...(policies.length === 0
      ? []
      : [extension('2.5.29.32', seq(...policies.map((policy) => seq(oid(policy)))))]),
    ...(mappings.length === 0
      ? []
      : [
          extension(
            '2.5.29.33',
            seq(...mappings.map(([issuer, subject]) => seq(oid(issuer), oid(subject)))),
            true,
          ),
        ]),
    ...(constraints.length === 0 ? [] : [extension('2.5.29.36', seq(...constraints), true)]),
    ...(inhibitAny === undefined ? [] : [extension('2.5.29.54', int(inhibitAny), true)]),
  ]
}

function numbered(tag: number, value: number | undefined): Buffer[] {
  return value === undefined ? [] : [tlv(tag, int(value).subarray(2))]
}

/** Most certificates have all the policies, so that many paths stay valid. */
export function randomPolicies(random: Random, isCa: boolean): PolicyFields {
  const policies = random.chance(0.6)
    ? POLICIES
    : [...new Set([random.pick(POLICIES), random.pick([...POLICIES, ANY_POLICY])])]
  const count = (share: number): number | undefined =>
    random.chance(share) ? random.below(3) : undefined
  const [requireExplicit, inhibitMapping, inhibitAny] = [count(0.15), count(0.1), count(0.1)]
  const mappings =
    isCa && random.chance(0.2)
      ? [[random.pick(POLICIES), random.pick(POLICIES)] as const]
      : undefined
  return {
    ...(random.chance(0.9) ? { policies } : {}),
    ...(mappings === undefined ? {} : { mappings }),
    ...(isCa && requireExplicit !== undefined ? { requireExplicit } : {}),
    ...(isCa && inhibitMapping !== undefined ? { inhibitMapping } : {}),
    ...(isCa && inhibitAny !== undefined ? { inhibitAny } : {}),
  }
}
