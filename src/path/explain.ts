import type { RevocationFault } from './crl/faults.js'
import type { PathFault } from './verdict.js'

const EXPLANATIONS: Readonly<Record<PathFault, string>> = {
  unknown_issuer:
    'its issuer is neither in ca nor among the intermediates; add the missing CA to ' +
    'intermediates, or to ca if you trust it',
  bad_signature:
    "a CA has the issuer's name, but its key didn't sign the certificate; check whether the CA was " +
    'renewed with a new key, and add the CA that really issued the certificate',
  expired: 'a CA on its path has expired; replace the CA by its successor in ca or intermediates',
  not_yet_valid: "a CA on its path isn't valid yet; check the clock of this computer",
  not_a_ca:
    "a certificate on its path isn't a CA according to its basicConstraints, so it can't issue " +
    'certificates; issue the certificate with a real CA',
  path_length:
    'its path has more CAs than the pathLenConstraint of a CA allows; issue the certificate with a ' +
    'CA further up',
  path_too_long:
    'its path has more CAs than maxDepth allows, or too many candidates were tried; raise maxDepth, ' +
    'or add a CA closer to the certificate to ca',
  key_usage:
    "a keyUsage on its path doesn't allow its use; a client needs digitalSignature or keyAgreement, " +
    'and a CA needs keyCertSign',
  extended_key_usage:
    "an extendedKeyUsage on its path doesn't allow client authentication; issue the certificate with " +
    'clientAuth, by a CA that may issue such certificates',
  name_constraints:
    "one of its names isn't within the name constraints of a CA, or can't be compared with them; " +
    'issue the certificate with names that the CA permits',
  unknown_critical_extension:
    "a certificate on its path has a critical extension that this package doesn't understand; issue " +
    "the certificate without the extension, or don't mark the extension as critical",
  weak_algorithm:
    'a key or a signature on its path is too weak; issue the certificate with RSA of at least 2,048 ' +
    'bits, a curve such as P-256 or Ed25519, and at least SHA-224',
  policy:
    "no certificate policy that you require is valid for its path; check the option policies, and the CA's " +
    'policies',
  malformed:
    "a certificate on its path isn't encoded as RFC 5280 demands; issue the certificate again with " +
    'other software',
}

/** Says why a path isn't valid and what to do: a clause for "the client's certificate isn't trusted: ". */
export function explainPathFault(fault: PathFault): string {
  return EXPLANATIONS[fault]
}

/** A clause for a certificate that is revoked, or whose CA is. */
export const REVOKED =
  'the certificate or a CA on its path is revoked; issue another one, because a revocation is for good'

const REVOCATION_EXPLANATIONS: Readonly<Record<RevocationFault, string>> = {
  no_crl:
    'no list in crl is from the issuer of the certificate or of a CA on its path; add the list of each CA',
  function_said_unknown: "the function revocation returned 'unknown' for a certificate on its path",
  function_failed:
    "the function revocation threw, or returned something other than 'good', 'revoked' or 'unknown', such " +
    'as a promise',
  out_of_scope:
    "the lists of an issuer on its path aren't about such certificates, according to their " +
    'issuingDistributionPoint; add the list that the certificate names in cRLDistributionPoints',
  some_reasons_only:
    "the lists of an issuer on its path don't cover all reasons for a revocation; add the lists for the " +
    'others',
  weak_algorithm:
    'the list of an issuer on its path has a weak signature, such as one with SHA-1; ask the CA for a list ' +
    'with a signature of at least SHA-224',
  signer_not_allowed:
    "the keyUsage of an issuer on its path doesn't include cRLSign; add the certificate with which the CA " +
    'signs lists to intermediates',
  bad_signature:
    'no certificate of an issuer on its path verifies the signature of the list; check that the list is ' +
    'that of this CA, or add the certificate with which the CA signs lists to intermediates',
  unknown_critical_extension:
    "the list of an issuer on its path has a critical extension that this package doesn't understand; ask " +
    'the CA for a list without it',
  no_next_update:
    "the list of an issuer on its path doesn't say until when it is valid; ask the CA for a list with a " +
    'nextUpdate',
  from_the_future:
    "the list of an issuer on its path isn't valid yet; correct the clock of this machine or of the CA",
  stale:
    'the list of an issuer on its path is out of date; download the current one, and put it into force ' +
    'with replace()',
}

/** Says why the status isn't known: a clause like those of {@link explainPathFault}. */
export function explainRevocationFault(fault: RevocationFault): string {
  return REVOCATION_EXPLANATIONS[fault]
}
