import { distributionPoints, fullName } from '../../../support/crl-writer.js'
import { oid, seq } from '../../../support/der-writer.js'
import { uri } from '../../../support/path-writer.js'
import { type Certificate, write } from '../certificate.js'
import { type Key, WEAK_KEYS } from '../keys.js'
import type { CrlDisagreement } from './compare.js'
import type { CrlCase } from './plan.js'
import { type EntryDraft, type List, type ListDraft, writeList } from './list.js'
import { REMOVED, UNKNOWN_CRITICAL } from './entry-variations.js'
import { FIRST_URL } from './scope-variations.js'

/** A difference between the package and OpenSSL about lists, for a known reason. */
export interface CrlExplanation {
  readonly name: string
  /** The clause that decides. */
  readonly clause: string
  readonly weAccept: boolean
  /** Whether the reason is the only one: without its cause, OpenSSL decides as the package does. */
  readonly applies: (disagreement: CrlDisagreement) => boolean | Promise<boolean>
}

const REVOKED = 'certificate revoked'
/** X509_V_ERR_* for lists that can't show that a certificate is good, but may show that it is revoked. */
const NOT_GOOD = [3, 11, 12, 15, 16, 36]

/** Asks OpenSSL again with changed lists and certificates. */
function isAcceptedWith(
  { test, ask }: CrlDisagreement,
  changeList: (draft: ListDraft) => ListDraft,
  changeExtras?: (certificate: Certificate) => Certificate,
): Promise<boolean> {
  const change = changeExtras ?? ((one: Certificate) => one)
  return ask({
    lists: test.lists.map(({ draft }) => writeList(changeList(draft))),
    leaf: change(test.leaf),
    candidates: test.candidates.map(change),
  }).then((opinion) => opinion === 'ok')
}

const isNamed = ({ faults }: ListDraft): boolean => faults.includes('named by its issuer')
const isScope = (one: Buffer): boolean => one.includes(oid('2.5.29.28'))

/** A list without its name, if that is the name of its issuer. */
const withoutOwnName = (draft: ListDraft): ListDraft =>
  isNamed(draft) ? { ...draft, extensions: draft.extensions.filter((one) => !isScope(one)) } : draft

const hasReasons = ({ draft }: Certificate): boolean =>
  draft.faults.includes('reasons of a distribution point')

const WHOLE_POINT = distributionPoints(seq(fullName(uri(FIRST_URL))))

/** OpenSSL compares a list with one distribution point only, so that one is for all reasons. */
const withWholePoint = (one: Certificate): Certificate =>
  hasReasons(one) ? write({ ...one.draft, extras: [WHOLE_POINT] }) : one

/** Whether none of the certificates at hand made the signature. */
function isForged({ draft: { issuer, signer, isBroken } }: List, test: CrlCase): boolean {
  const known = [...test.anchors, ...test.candidates]
  return isBroken || !known.some(({ draft }) => draft.subject === issuer && draft.key === signer)
}

/** Whether a list or another certificate has its signature. */
function hasSigned({ draft: { subject, key } }: Certificate, test: CrlCase): boolean {
  return [test.leaf, ...test.candidates, ...test.lists].some(
    ({ draft }) => draft.issuer === subject && draft.signer === key,
  )
}

const withoutCrlIssuer = (one: Certificate): Certificate =>
  one.draft.faults.includes('cRLIssuer') ? write({ ...one.draft, extras: [] }) : one

export const ACCEPTED: readonly CrlExplanation[] = [
  {
    name: 'OpenSSL does not go on to another list after a wrong signature',
    clause: 'RFC 5280 6.3.3 (g)',
    weAccept: true,
    applies: async ({ test, opinion, ask }) => {
      const lists = test.lists.filter((list) => !isForged(list, test))
      if (opinion !== 'CRL signature failure' || lists.length === test.lists.length) return false
      return (await ask({ lists })) === 'ok'
    },
  },
  {
    name: 'OpenSSL tries only one signer of a list',
    clause: 'RFC 5280 6.3.3 (f)',
    weAccept: true,
    applies: async ({ test, opinion, ask }) => {
      const candidates = test.candidates.filter((one) => hasSigned(one, test))
      if (opinion !== 'CRL signature failure' || candidates.length === test.candidates.length)
        return false
      return (await ask({ candidates })) === 'ok'
    },
  },
  {
    name: 'OpenSSL does not take the name of the issuer for a distribution point',
    clause: 'RFC 5280 6.3.3, last paragraph',
    weAccept: true,
    applies: (disagreement) =>
      disagreement.test.lists.some(({ draft }) => isNamed(draft)) &&
      isAcceptedWith(disagreement, withoutOwnName),
  },
  {
    name: 'OpenSSL compares a list with one distribution point only',
    clause: 'RFC 5280 6.3.3 (b) to (d), and its last paragraph',
    weAccept: true,
    applies: (disagreement) =>
      [disagreement.test.leaf, ...disagreement.test.candidates].some(hasReasons) &&
      isAcceptedWith(disagreement, withoutOwnName, withWholePoint),
  },
  {
    name: 'OpenSSL takes a list for that of a cRLIssuer although it is not indirect',
    clause: 'RFC 5280 6.3.3 (b) (1); without "soft", the package rejects the certificate too',
    weAccept: true,
    applies: async ({ test, opinion, policy, ask }) => {
      if (policy !== 'soft' || opinion !== REVOKED) return false
      const candidates = test.candidates.map(withoutCrlIssuer)
      return (await ask({ leaf: withoutCrlIssuer(test.leaf), candidates })) !== REVOKED
    },
  },
  {
    name: 'OpenSSL believes the revocations of a list with SHA-1',
    clause: 'NIST SP 800-131A; without "soft", the package rejects the certificate too',
    weAccept: true,
    applies: async ({ test, opinion, policy, ask }) => {
      const lists = test.lists.filter((list) => !hasSha1(list))
      if (policy !== 'soft' || opinion !== REVOKED || lists.length === test.lists.length)
        return false
      return (await ask({ lists })) !== REVOKED
    },
  },
]

const hasSha1 = ({ draft }: List): boolean => draft.digest === 'sha1'
const hasNoEnd = ({ draft }: List): boolean => draft.nextUpdate === undefined

/** The package doesn't use such lists. Without them, OpenSSL has to reject too. */
function unused(name: string, clause: string, isCause: (list: List) => boolean): CrlExplanation {
  return {
    name,
    clause,
    weAccept: false,
    applies: async ({ test, verdict, ask }) => {
      // The detail may be that of another list, which OpenSSL doesn't use either.
      if (verdict.ok || verdict.reason !== 'revocation_unknown') return false
      // A case may have lists of both kinds.
      const one = test.lists.filter((list) => !isCause(list))
      const both = test.lists.filter((list) => !hasSha1(list) && !hasNoEnd(list))
      if (one.length === test.lists.length) return false
      return (await ask({ lists: one })) !== 'ok' || (await ask({ lists: both })) !== 'ok'
    },
  }
}

/** The store throws for such lists, and its message has the position of the first of them. */
function thrown(
  name: string,
  clause: string,
  message: RegExp,
  isCause: (draft: ListDraft, test: CrlCase) => boolean,
): CrlExplanation {
  return {
    name,
    clause,
    weAccept: false,
    applies: ({ test, verdict }) => {
      if (verdict.ok || verdict.reason !== 'construction') return false
      const [, position] = /CRL (\d+) of option "crl"/.exec(verdict.detail ?? '') ?? []
      const list = test.lists[Number(position) - 1]
      return list !== undefined && message.test(verdict.detail ?? '') && isCause(list.draft, test)
    },
  }
}

const has =
  (fault: string) =>
  ({ faults }: ListDraft): boolean =>
    faults.includes(fault)

const idOf = (one: Buffer): string => one.toString('hex', 2, 2 + 2 + (one[3] ?? 0))
const hasTwice = (extensions: readonly Buffer[]): boolean =>
  new Set(extensions.map(idOf)).size < extensions.length

/** Malformed by itself, or because of two variations. */
function isMalformed(draft: ListDraft): boolean {
  const { version, extensions, entries } = draft
  const hasExtensions = [extensions, ...entries.map((entry) => entry.extensions)].some(
    ({ length }) => length > 0,
  )
  return has('malformed')(draft) || hasTwice(extensions) || (version === 1 && hasExtensions)
}

/** The store knows only the CAs that are configured. */
function isUnsigned({ issuer, signer, isBroken }: ListDraft, test: CrlCase): boolean {
  const known = [...test.anchors, ...(test.plan.areConfigured ? test.candidates : [])]
  const isWeak = Object.values<Key>(WEAK_KEYS).includes(signer)
  const isKnown = known.some(({ draft }) => draft.subject === issuer && draft.key === signer)
  return isBroken || isWeak || !isKnown
}

function isWeakOfKnownCa({ issuer, digest }: ListDraft, test: CrlCase): boolean {
  const known = [...test.anchors, ...(test.plan.areConfigured ? test.candidates : [])]
  return digest === 'sha1' && known.some(({ draft }) => draft.subject === issuer)
}

const isRemoval = ({ extensions }: EntryDraft): boolean =>
  extensions.some((one) => one.equals(REMOVED))
const isCritical = ({ extensions }: EntryDraft): boolean =>
  extensions.some((one) => one.equals(UNKNOWN_CRITICAL))

export const REJECTED: readonly CrlExplanation[] = [
  thrown('the package loads no delta CRL', 'RFC 5280 5.2.4', /delta CRL/, has('delta')),
  thrown(
    'the package loads no indirect CRL',
    'RFC 5280 5.2.5 and 5.3.3',
    /indirect/,
    has('indirect'),
  ),
  thrown(
    'the package loads no list that is malformed',
    'RFC 5280 5.1 to 5.3, X.690 11.5',
    /isn't a revocation list/,
    isMalformed,
  ),
  thrown(
    'the package loads no list that none of the CAs signed',
    'RFC 5280 6.3.3 (g)',
    /isn't signed by any CA/,
    isUnsigned,
  ),
  thrown(
    'the package loads no list with SHA-1 of a CA that it knows',
    'NIST SP 800-131A',
    /too weak, such as SHA-1/,
    isWeakOfKnownCa,
  ),
  unused('OpenSSL uses a list without nextUpdate', 'RFC 5280 5.1.2.5', hasNoEnd),
  unused('OpenSSL uses a list with SHA-1', 'NIST SP 800-131A', hasSha1),
  {
    name: 'the package uses no distribution point with a cRLIssuer, not even the issuer itself',
    clause: 'RFC 5280 4.2.1.13',
    weAccept: false,
    applies: async ({ test, verdict, ask }) => {
      if (verdict.ok || verdict.detail !== 'out_of_scope') return false
      const candidates = test.candidates.map(withoutCrlIssuer)
      return (await ask({ leaf: withoutCrlIssuer(test.leaf), candidates })) !== 'ok'
    },
  },
  {
    name: 'OpenSSL asks only one of the lists that are about a certificate',
    clause: 'RFC 5280 6.3.3 (i) and (j), for every list',
    weAccept: false,
    applies: async ({ test, verdict, ask }) => {
      if (verdict.ok || verdict.reason !== 'certificate_revoked') return false
      const [leaf, candidates] = [withWholePoint(test.leaf), test.candidates.map(withWholePoint)]
      for (const list of test.lists) {
        const isOther = ({ draft }: List): boolean => draft.issuer !== list.draft.issuer
        const alone = writeList(withoutOwnName(list.draft))
        const lists = [alone, ...test.lists.filter(isOther)]
        if (lists.length === test.lists.length) continue
        if ((await ask({ leaf, candidates, lists }, { ignored: NOT_GOOD })) === REVOKED) return true
        // The other lists may be about the signer of this one, so they get its entries instead.
        if (isForged(list, test)) continue
        const { entries } = list.draft
        const filled = test.lists.map((one) =>
          isOther(one) ? one : writeList({ ...one.draft, entries: [...entries] }),
        )
        if ((await ask({ leaf, candidates, lists: filled }, { ignored: NOT_GOOD })) === REVOKED)
          return true
      }
      return false
    },
  },
  {
    name: 'the package ignores removeFromCRL if the list also revokes the certificate',
    clause: 'RFC 5280 5.3.1 does not say which entry decides',
    weAccept: false,
    applies: ({ test, verdict }) =>
      !verdict.ok &&
      verdict.reason === 'certificate_revoked' &&
      test.lists.some(({ draft: { entries, issuer } }) =>
        [test.leaf, ...test.candidates].some(({ draft }) => {
          const own = entries.filter((one) => BigInt(one.serial) === BigInt(draft.serial))
          const isBoth = own.some(isRemoval) && !own.every(isRemoval)
          return draft.issuer === issuer && isBoth
        }),
      ),
  },
  {
    name: 'the package ignores removeFromCRL beside a critical extension that it does not know',
    clause: 'RFC 5280 5.3; OpenSSL uses such a list only if an unknown status passes',
    weAccept: false,
    applies: ({ test, verdict, policy }) => {
      if (verdict.ok || verdict.reason !== 'certificate_revoked') return false
      const path = [test.leaf, ...test.candidates]
      return test.lists.some(({ draft: { entries, issuer } }) => {
        // OpenSSL prefers another list of the CA, if the CA has one.
        const hasOther = test.lists.filter(({ draft }) => draft.issuer === issuer).length > 1
        const own = entries.filter(({ serial }) =>
          path.some(
            (one) => one.draft.issuer === issuer && BigInt(one.draft.serial) === BigInt(serial),
          ),
        )
        return (
          (policy === 'soft' || hasOther) && own.some((one) => isRemoval(one) && isCritical(one))
        )
      })
    },
  },
]

export const CRL_EXPLANATIONS: readonly CrlExplanation[] = [...ACCEPTED, ...REJECTED]
