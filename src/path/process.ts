import type { Budget } from './budget.js'
import type { PathCertificate } from './certificate.js'
import { areNamesAllowed } from './name-constraints.js'
import { listCommonNames, listNames } from './names.js'
import { processPolicies } from './policies.js'
import type { PolicyId } from './policy-extensions.js'
import type { PathRules } from './rules.js'

/**
 * The rules of RFC 5280 6.1 that concern a path as a whole. The rules for single certificates and their
 * signatures were checked while the path was built.
 *
 * @param path - the leaf first, and the trust anchor last
 * @returns the policies that hold for the path, or what is wrong with it
 */
export function processPath(
  path: readonly PathCertificate[],
  rules: PathRules,
  budget: Budget,
): readonly PolicyId[] | 'name_constraints' | 'policy' {
  if (!areAllNamesAllowed(path, budget)) return 'name_constraints'
  // RFC 5280 6.1: the trust anchor isn't a certificate of the path.
  return processPolicies(path.slice(0, -1).reverse(), rules) ?? 'policy'
}

/**
 * Holds the names of each certificate against the constraints of all CAs above it. As in OpenSSL, that
 * includes the constraints of the trust anchor.
 */
function areAllNamesAllowed(path: readonly PathCertificate[], budget: Budget): boolean {
  return path.every(({ extensions: { nameConstraints } }, depth) => {
    if (nameConstraints === undefined) return true
    return path.slice(0, depth).every((certificate, below) => {
      const isLeaf = below === 0
      // RFC 5280 6.1.3 (b): self-issued certificates are exempt, except for the leaf.
      if (certificate.isSelfIssued && !isLeaf) return true
      const names = isLeaf
        ? [...listNames(certificate), ...listCommonNames(certificate)]
        : listNames(certificate)
      return areNamesAllowed(names, nameConstraints, budget)
    })
  })
}
