import type { Random } from '../../fuzz/support/random.js'
import { extension, keyIdOf, nothing, oid, seq } from '../../support/der-writer.js'
import { SERVER_AUTH } from '../../support/judged-store.js'
import { CA_USAGE, type Draft, KEY_USAGE } from './certificate.js'
import { copyOf, issuerOf, type Keyring, type Plan } from './plan.js'

export type Place = 'leaf' | 'ca' | 'anchor'

/** Something that makes a valid path invalid. */
export interface Fault {
  readonly name: string
  /** The certificates that can have the fault. */
  readonly places: readonly Place[]
  /** The detail that the package reports for a path without another fault. */
  readonly detail: string
  /** Whether OpenSSL often accepts it. Most cases should be without explained differences. */
  readonly isExplained?: true
  readonly apply: (draft: Draft, context: Context) => void
}

export interface Context {
  readonly plan: Plan
  readonly random: Random
  readonly keyring: Keyring
}

export const addExtensions =
  (...extras: readonly Buffer[]): Fault['apply'] =>
  (draft) => {
    draft.extras = [...draft.extras, ...extras]
  }

/** Adds a CA with the right name and key identifier, which has the key of the forger. */
function forgeIssuer(draft: Draft, { plan, keyring }: Context): void {
  const issuer = issuerOf(draft, plan)
  const key = keyring.take()
  const subjectKeyId = keyIdOf(issuer.key.spki)
  plan.others.push(copyOf(issuer, { key, signer: key, subjectKeyId, keyIds: 'subject' }))
  draft.authorityKeyId ??= keyIdOf(issuer.key.spki)
  draft.signer = key
}

const CRITICAL_QUALIFIER = extension(
  '2.5.29.32',
  seq(seq(oid('1.2.3.1'), seq(seq(oid('1.2.3.4.6'), nothing())))),
  true,
)

const BUILDING_FAULTS: readonly Fault[] = [
  {
    name: 'withheld CA',
    places: ['ca'],
    detail: 'unknown_issuer',
    apply: (draft, { plan }) => plan.withheld.add(draft),
  },
  {
    name: 'other issuer name',
    places: ['leaf', 'ca'],
    detail: 'unknown_issuer',
    apply: (draft) => (draft.issuer = 'O=Example/CN=Nobody'),
  },
  {
    name: 'other authority key identifier',
    places: ['leaf', 'ca'],
    detail: 'unknown_issuer',
    apply: (draft, { plan }) => {
      draft.keyIds = 'both'
      draft.authorityKeyId = Buffer.alloc(20, 9)
      issuerOf(draft, plan).keyIds = 'both'
    },
  },
  {
    name: 'broken signature',
    places: ['leaf', 'ca'],
    detail: 'bad_signature',
    apply: (draft) => (draft.isBroken = true),
  },
  { name: 'forged issuer', places: ['leaf', 'ca'], detail: 'bad_signature', apply: forgeIssuer },
  {
    name: 'expired',
    places: ['leaf', 'ca', 'anchor'],
    detail: 'expired',
    apply: (draft) => (draft.validity = 'past'),
  },
  {
    name: 'not yet valid',
    places: ['leaf', 'ca', 'anchor'],
    detail: 'not_yet_valid',
    apply: (draft) => (draft.validity = 'future'),
  },
]

const CA_FAULTS: readonly Fault[] = [
  {
    name: 'no basicConstraints',
    isExplained: true,
    places: ['ca', 'anchor'],
    detail: 'not_a_ca',
    apply: (draft) => (draft.basicConstraints = undefined),
  },
  {
    name: 'cA is false',
    places: ['ca', 'anchor'],
    detail: 'not_a_ca',
    apply: (draft) => (draft.basicConstraints = { ca: false }),
  },
  {
    name: 'version 1',
    isExplained: true,
    places: ['ca', 'anchor'],
    detail: 'not_a_ca',
    apply: (draft) => (draft.version = 1),
  },
  {
    name: 'pathLenConstraint',
    places: ['ca', 'anchor'],
    detail: 'path_length',
    apply: (draft, { plan }) => {
      // One less than the CAs below it. pathLenConstraint leaves out self-issued CAs.
      const below = plan.chain.indexOf(draft) - 1
      draft.basicConstraints = { ca: true, pathLen: Math.max(below - 1, 0) }
    },
  },
  {
    name: 'maxDepth',
    places: ['ca'],
    detail: 'path_too_long',
    apply: (_draft, { plan }) => (plan.options.maxDepth = plan.chain.length - 3),
  },
]

const PURPOSE_FAULTS: readonly Fault[] = [
  {
    name: 'issuer without keyCertSign',
    places: ['ca', 'anchor'],
    detail: 'key_usage',
    apply: (draft) => (draft.keyUsage = CA_USAGE.cRLSign),
  },
  {
    name: 'leaf that may not sign',
    places: ['leaf'],
    detail: 'key_usage',
    apply: (draft) => (draft.keyUsage = KEY_USAGE.keyEncipherment),
  },
  {
    name: 'extendedKeyUsage of a server',
    places: ['leaf', 'ca', 'anchor'],
    detail: 'extended_key_usage',
    apply: (draft) => (draft.extendedKeyUsage = [SERVER_AUTH]),
  },
  {
    name: 'anyExtendedKeyUsage',
    places: ['leaf', 'ca', 'anchor'],
    detail: 'extended_key_usage',
    apply: (draft) => (draft.extendedKeyUsage = ['2.5.29.37.0']),
  },
  {
    name: 'names outside of the constraints',
    places: ['ca', 'anchor'],
    detail: 'name_constraints',
    apply: (draft) => {
      draft.constraints = { permitted: [{ kind: 'directory', value: 'O=Other' }], excluded: [] }
    },
  },
  {
    name: 'unknown critical extension',
    places: ['leaf', 'ca', 'anchor'],
    detail: 'unknown_critical_extension',
    apply: addExtensions(extension('1.2.3.4.5', nothing(), true)),
  },
  {
    name: 'critical policy qualifier',
    isExplained: true,
    places: ['leaf', 'ca'],
    detail: 'unknown_critical_extension',
    apply: addExtensions(CRITICAL_QUALIFIER),
  },
]

/** Faults that RFC 5280 section 6 rejects. */
export const PATH_FAULTS: readonly Fault[] = [...BUILDING_FAULTS, ...CA_FAULTS, ...PURPOSE_FAULTS]
