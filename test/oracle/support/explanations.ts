import type { JudgedVerdict } from '../../support/judged-store.js'
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

/** A known difference between the package and OpenSSL, with the clause that decides. */
export interface Explanation {
  readonly name: string
  readonly clause: string
  /** Whether the package accepts what OpenSSL rejects, or the other way round. */
  readonly weAccept: boolean
  readonly applies: (disagreement: Disagreement) => boolean
}

type Predicate = (draft: Readonly<Draft>) => boolean

/** Whether OpenSSL says this of an accepted path that has such a certificate. */
const onPath =
  (opinion: RegExp, predicate: Predicate): Explanation['applies'] =>
  ({ path = [], opinion: found }) =>
    opinion.test(found) && path.some(({ draft }) => predicate(draft))

/** Whether the package rejects for one of these reasons, and a given certificate is the cause. */
const among =
  (details: RegExp, predicate: Predicate): Explanation['applies'] =>
  ({ test, verdict }) => {
    if (verdict.ok) return false
    const given = [test.leaf, ...test.candidates, ...test.anchors]
    return details.test(verdict.detail ?? '') && given.some(({ draft }) => predicate(draft))
  }

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
  constraints !== undefined &&
  [...constraints.permitted, ...constraints.excluded].some((base) => isOddBase(base))

const hasOddName: Predicate = ({ names }) => names.some((name) => isOddName(name))

/** A certificate of version 1, or one whose keyUsage says what its basicConstraints should say. */
const isLooseCa: Predicate = ({ basicConstraints, keyUsage, version }) =>
  version === 1 ||
  (basicConstraints === undefined && ((keyUsage ?? 0) & CA_USAGE.keyCertSign) !== 0)

const ACCEPTED: readonly Explanation[] = [
  {
    name: 'OpenSSL takes anyExtendedKeyUsage for no purpose of TLS',
    clause: 'RFC 5280 4.2.1.12',
    weAccept: true,
    applies: (disagreement) =>
      disagreement.test.options.anyExtendedKeyUsage === true &&
      onPath(/^unsuitable certificate purpose$/, hasAnyPurpose)(disagreement),
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

const REJECTED: readonly Explanation[] = [
  {
    name: 'OpenSSL takes some anchors without basicConstraints for CAs',
    clause: 'RFC 5280 6.1.4 (k)',
    weAccept: false,
    applies: ({ test, verdict }) =>
      !verdict.ok &&
      /isn't a CA/.test(verdict.detail ?? '') &&
      test.anchors.some(({ draft }) => isLooseCa(draft)),
  },
  {
    name: 'OpenSSL accepts an extension twice if it does not use it',
    clause: 'RFC 5280 4.2',
    weAccept: false,
    applies: among(/malformed|isn't encoded/, hasFault('unknown extension twice')),
  },
  {
    name: 'OpenSSL accepts a pathLenConstraint without cA',
    clause: 'RFC 5280 4.2.1.9',
    weAccept: false,
    applies: among(/malformed/, hasFault('pathLenConstraint without cA')),
  },
  {
    name: 'OpenSSL reads lengths that are not DER',
    clause: 'RFC 5280 4.1, X.690 10.1',
    weAccept: false,
    applies: among(/malformed|can't be read/, hasFault('length that is not DER')),
  },
  {
    name: 'OpenSSL accepts an invalid constraint until it meets a name of its type',
    clause: 'RFC 5280 4.2.1.10',
    weAccept: false,
    applies: among(/malformed|name_constraints|isn't encoded/, hasOddConstraint),
  },
  {
    name: 'OpenSSL accepts an invalid name until it meets a constraint of its type',
    clause: 'RFC 5280 4.2.1.6',
    weAccept: false,
    applies: among(/malformed|name_constraints|isn't encoded/, hasOddName),
  },
  {
    name: 'OpenSSL ignores critical policy qualifiers',
    clause: 'RFC 5280 4.2.1.4',
    weAccept: false,
    applies: among(
      /unknown_critical_extension|critical extension that isn't/,
      hasFault('critical policy qualifier'),
    ),
  },
  {
    name: 'OpenSSL ignores an anchor that can not be used, if there is another',
    clause: 'RFC 5280 6.1.1 (d)',
    weAccept: false,
    applies: ({ test: { anchors }, verdict }) =>
      !verdict.ok &&
      verdict.reason === 'construction' &&
      anchors.length > 1 &&
      anchors.some(({ draft }) => draft.faults.length > 0),
  },
  {
    name: 'OpenSSL accepts DSA',
    clause: 'FIPS 186-5',
    weAccept: false,
    applies: among(/weak_algorithm|too weak/, hasFault('DSA key')),
  },
]

export const EXPLANATIONS: readonly Explanation[] = [...ACCEPTED, ...REJECTED]
