import { extension, nothing, oid, seq } from '../../support/der-writer.js'
import { CLIENT_AUTH } from '../../support/judged-store.js'
import type { Draft } from './certificate.js'
import { addExtensions, type Fault } from './faults.js'
import { type Digest, STRONG_KEYS, WEAK_KEYS } from './keys.js'
import { issuerOf, replaceKey } from './plan.js'

/** Faults of the encoding and of the algorithms, beside the rules for paths. */

const RSA_KEYS = STRONG_KEYS.filter(({ privateKey }) => privateKey.asymmetricKeyType === 'rsa')

/** Lets the issuer sign with RSA, for which all digests are defined. */
const signWithRsa =
  (digest: Digest): Fault['apply'] =>
  (draft, { plan, random }) => {
    replaceKey(issuerOf(draft, plan), plan, random.pick(RSA_KEYS))
    draft.digest = digest
  }

const withKey =
  (name: keyof typeof WEAK_KEYS): Fault['apply'] =>
  (draft, { plan }) =>
    replaceKey(draft, plan, WEAK_KEYS[name])

const WEAK_ALGORITHMS: readonly Fault[] = [
  {
    name: 'signed with SHA-1',
    places: ['leaf', 'ca'],
    detail: 'weak_algorithm',
    apply: signWithRsa('sha1'),
  },
  {
    name: 'signed with MD5',
    places: ['leaf', 'ca'],
    detail: 'weak_algorithm',
    apply: signWithRsa('md5'),
  },
  {
    name: 'RSA key of 1,024 bits',
    places: ['leaf', 'ca', 'anchor'],
    detail: 'weak_algorithm',
    apply: withKey('rsa-1024'),
  },
  {
    name: 'explicit curve',
    places: ['leaf', 'ca', 'anchor'],
    detail: 'weak_algorithm',
    apply: withKey('explicit-curve'),
  },
  {
    name: 'DSA key',
    isExplained: true,
    places: ['leaf', 'ca', 'anchor'],
    detail: 'weak_algorithm',
    apply: withKey('dsa'),
  },
]

const CLIENTS_ONLY = extension('2.5.29.37', seq(oid(CLIENT_AUTH)))
const UNKNOWN = extension('1.2.3.4.7', nothing())

const MALFORMED: readonly Fault[] = [
  {
    name: 'known extension twice',
    places: ['leaf', 'ca'],
    detail: 'malformed',
    apply: (draft) => {
      draft.extendedKeyUsage = undefined
      draft.extras = [...draft.extras, CLIENTS_ONLY, CLIENTS_ONLY]
    },
  },
  {
    name: 'unknown extension twice',
    isExplained: true,
    places: ['leaf', 'ca'],
    detail: 'malformed',
    apply: addExtensions(UNKNOWN, UNKNOWN),
  },
  {
    name: 'pathLenConstraint without cA',
    isExplained: true,
    places: ['leaf'],
    detail: 'malformed',
    apply: (draft: Draft) => (draft.basicConstraints = { ca: false, pathLen: 1 }),
  },
  {
    name: 'unreadable constraints',
    places: ['ca'],
    detail: 'malformed',
    apply: (draft: Draft) => {
      draft.constraints = undefined
      draft.extras = [...draft.extras, extension('2.5.29.30', nothing(), true)]
    },
  },
  {
    name: 'length that is not DER',
    isExplained: true,
    places: ['leaf', 'ca'],
    detail: 'malformed',
    apply: (draft: Draft) => (draft.isLong = true),
  },
]

export const WEAKNESSES: readonly Fault[] = [...WEAK_ALGORITHMS, ...MALFORMED]
