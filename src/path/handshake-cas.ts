import { isSignedBy } from '../certificate/signature.js'
import { invalidValue, kindOf } from '../util/errors.js'
import { CandidateIndex } from './candidates.js'
import type { PathCertificate } from './certificate.js'
import type { CompiledStore } from './compiled-store.js'
import type { Candidates } from './search.js'
import type { HandshakeTrust } from './store-servers.js'

/** @throws TypeError with `code` `ERR_INVALID_ARG_VALUE` if no handshake would succeed because of a CA */
export function listHandshakeTrust({ candidates, lists = [] }: CompiledStore): HandshakeTrust {
  // No two lists have the same signature, because each signs its dates and its entries.
  const signatures = lists.map(({ signature }) => signature.toString('hex'))
  return { cas: listHandshakeCas(candidates), lists: signatures }
}

/**
 * The certificates of a trust store as Node's option `ca`, in PEM. OpenSSL accepts a path that ends at a
 * self-signed certificate of `ca`, and uses the other ones only to get there. Node's servers ignore
 * `allowPartialTrustChain`, so a CA that isn't self-signed needs its issuers in the store.
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_VALUE` if no handshake would succeed because of a CA
 */
export function listHandshakeCas({ anchors, configured }: Candidates): string[] {
  const cas = [...configured].filter((one) => anchors.has(one) || isOnlyIntermediate(one))
  const reached = reach(cas)
  const missing = anchors.all.findIndex((anchor) => !reached.has(anchor))
  if (missing < 0) return cas.map(({ certificate }) => certificate.toString())
  throw invalidValue(
    `CA certificate ${missing + 1} of the trust store`,
    "can't be used in a handshake, because it isn't self-signed and the CA that issued it isn't in the " +
      'trust store; pass the root to mtlsServerOptions() as "ca" instead of "trust", and pass the trust ' +
      'store to the strategy',
    kindOf(''),
  )
}

/** OpenSSL would accept a self-signed certificate by itself, whether it is a CA or not. */
function isOnlyIntermediate({ certificate, isSelfIssued }: PathCertificate): boolean {
  return certificate.ca && !isSelfIssued
}

/** The certificates from which OpenSSL finds a path to a self-signed CA. */
function reach(cas: readonly PathCertificate[]): ReadonlySet<PathCertificate> {
  const index = new CandidateIndex(cas)
  const reached = new Set(cas.filter(isSelfSigned))
  // Each round reaches the certificates that are one step further away.
  for (let before = -1; before < reached.size;) {
    before = reached.size
    for (const one of cas) {
      const issuers = index.issuersOf(one).filter((issuer) => reached.has(issuer))
      if (issuers.some((issuer) => isSignedBy(one.certificate, issuer.certificate)))
        reached.add(one)
    }
  }
  return reached
}

/** OpenSSL compares names and key identifiers, and doesn't verify the signature of a root. */
function isSelfSigned({ certificate, isSelfIssued }: PathCertificate): boolean {
  return isSelfIssued && certificate.checkIssued(certificate)
}
