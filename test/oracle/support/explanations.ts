import { ANY_POLICY, type JudgedVerdict } from '../../support/judged-store.js'
import { CA_USAGE, type Certificate, type Draft } from './certificate.js'
import type { Case } from './generator.js'
import type { Opinion } from './half-handshake.js'
import { isOddBase, isOddName } from './random-names.js'

/** A case that the package and OpenSSL judge differently. */
export interface Disagreement {
  readonly test: Case
  readonly verdict: JudgedVerdict
  /** The path that the package accepts. */
  readonly path: readonly Certificate[] | undefined
  readonly opinion: Opinion
}

interface Difference {
  readonly name: string
  /** The clause that decides. */
  readonly clause: string
}

/** The package accepts a path that OpenSSL rejects, for a known reason. */
export interface ExplainedAccept extends Difference {
  readonly weAccept: true
  readonly applies: (disagreement: Disagreement) => boolean
}

/** The package doesn't use certificates that OpenSSL uses. Without them, OpenSSL has to reject too. */
export interface ExplainedReject extends Difference {
  readonly weAccept: false
  readonly isCause: Predicate
  /** Whether it is enough that an anchor is such a certificate, because the store throws for it. */
  readonly isAboutStores?: true
}

export type Explanation = ExplainedAccept | ExplainedReject

type Predicate = (draft: Readonly<Draft>) => boolean

const hasFault =
  (...names: readonly string[]): Predicate =>
  ({ faults }) =>
    names.some((name) => faults.includes(name))

/** Unless two key identifiers differ, OpenSSL takes a self-issued certificate for self-signed. */
const looksSelfSigned: Predicate = ({ subject, issuer, signer, key, keyIds }) =>
  subject === issuer && (signer === key || keyIds !== 'both')

const hasAnyPurpose: Predicate = ({ extendedKeyUsage = [] }) =>
  extendedKeyUsage.includes('2.5.29.37.0')

const hasOddConstraint: Predicate = ({ constraints }) =>
  [...(constraints?.permitted ?? []), ...(constraints?.excluded ?? [])].some(isOddBase)

const hasOddName: Predicate = ({ names }) => names.some(isOddName)

/** A certificate of version 1, or one whose keyUsage says what its basicConstraints should say. */
const isLooseCa: Predicate = ({ basicConstraints, keyUsage, version }) =>
  version === 1 ||
  (basicConstraints === undefined && ((keyUsage ?? 0) & CA_USAGE.keyCertSign) !== 0)

/** It asserts a policy by anyPolicy alone, and maps it to another. */
const mapsAnyPolicy: Predicate = ({ policies: { policies = [], mappings = [] } }) =>
  policies.includes(ANY_POLICY) && mappings.some(([from]) => !policies.includes(from))

export const ACCEPTED: readonly ExplainedAccept[] = [
  {
    name: 'OpenSSL takes anyExtendedKeyUsage for no purpose of TLS',
    clause: 'RFC 5280 4.2.1.12',
    weAccept: true,
    applies: ({ test, path = [], opinion }) =>
      test.options.anyExtendedKeyUsage === true &&
      opinion === 'unsuitable certificate purpose' &&
      path.some(({ draft }) => hasAnyPurpose(draft)),
  },
  {
    name: 'OpenSSL ends a path at a certificate that looks self-signed',
    clause: 'RFC 5280 6.1',
    weAccept: true,
    applies: ({ path = [], opinion }) =>
      /^self[- ]signed certificate in certificate chain$/.test(opinion) &&
      path.slice(0, -1).some(({ draft }) => looksSelfSigned(draft)),
  },
  {
    name: 'OpenSSL tries only one issuer of a name',
    clause: 'RFC 5280 6.1, RFC 4158 3.2',
    weAccept: true,
    applies: ({ path = [], opinion }) => {
      const issuers = path.slice(1).map(({ draft }) => draft.subject)
      return opinion === 'certificate signature failure' && new Set(issuers).size < issuers.length
    },
  },
  {
    name: 'OpenSSL reads a common name such as 10.0.0.1 as a DNS name',
    clause: 'RFC 5280 4.2.1.10',
    weAccept: true,
    applies: ({ test, opinion }) =>
      /^(permitted|excluded) subtree violation$/.test(opinion) &&
      /CN=[\d.]+(\/|$)/.test(test.leaf.draft.subject) &&
      !test.leaf.draft.names.some(({ kind }) => kind === 'dns'),
  },
]

export const REJECTED: readonly ExplainedReject[] = [
  {
    name: 'OpenSSL takes some anchors without basicConstraints for CAs',
    clause: 'RFC 5280 6.1.4 (k)',
    weAccept: false,
    isCause: isLooseCa,
  },
  {
    name: 'OpenSSL accepts an extension twice if it does not use it',
    clause: 'RFC 5280 4.2',
    weAccept: false,
    isCause: hasFault('unknown extension twice'),
  },
  {
    name: 'OpenSSL accepts a pathLenConstraint without cA',
    clause: 'RFC 5280 4.2.1.9',
    weAccept: false,
    isCause: hasFault('pathLenConstraint without cA'),
  },
  {
    name: 'OpenSSL reads lengths that are not DER',
    clause: 'RFC 5280 4.1, X.690 10.1',
    weAccept: false,
    isCause: hasFault('length that is not DER'),
  },
  {
    name: 'OpenSSL accepts an invalid constraint until it meets a name of its type',
    clause: 'RFC 5280 4.2.1.10',
    weAccept: false,
    isCause: hasOddConstraint,
  },
  {
    name: 'OpenSSL accepts an invalid name until it meets a constraint of its type',
    clause: 'RFC 5280 4.2.1.6',
    weAccept: false,
    isCause: hasOddName,
  },
  {
    name: 'OpenSSL ignores critical policy qualifiers',
    clause: 'RFC 5280 4.2.1.4',
    weAccept: false,
    isCause: hasFault('critical policy qualifier'),
  },
  {
    name: 'OpenSSL maps anyPolicy although it is inhibited',
    clause: 'RFC 5280 6.1.3 (d) (2) and 6.1.4 (b) (1)',
    weAccept: false,
    isCause: mapsAnyPolicy,
  },
  {
    name: 'OpenSSL accepts DSA',
    clause: 'FIPS 186-5',
    weAccept: false,
    isCause: hasFault('DSA key'),
  },
  {
    name: 'OpenSSL ignores an anchor that can not be used, if there is another',
    clause: 'RFC 5280 6.1.1 (d)',
    weAccept: false,
    isCause: (draft) => draft.faults.length > 0 || hasOddConstraint(draft),
    isAboutStores: true,
  },
]

export const EXPLANATIONS: readonly Explanation[] = [...ACCEPTED, ...REJECTED]
