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
