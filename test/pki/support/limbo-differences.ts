import type { Difference } from './outcome.js'

/** Rules for CAs and for browsers, which a server that validates clients doesn't enforce. */
const ACCEPTED: readonly Difference[] = [
  {
    name: 'Key identifiers',
    answer: 'accept',
    clause: 'RFC 5280 4.2.1.1, 4.2.1.2',
    why: 'CAs must write key identifiers, but a path is valid without them.',
    ids: [
      'rfc5280::aki::cross-signed-root-missing-aki',
      'rfc5280::aki::intermediate-missing-aki',
      'rfc5280::aki::leaf-missing-aki',
      'rfc5280::ski::intermediate-missing-ski',
      'rfc5280::ski::root-missing-ski',
      'webpki::aki::root-with-aki-all-fields',
      'webpki::aki::root-with-aki-authoritycertissuer',
      'webpki::aki::root-with-aki-authoritycertserialnumber',
      'webpki::aki::root-with-aki-missing-keyidentifier',
      'webpki::aki::root-with-aki-ski-mismatch',
    ],
  },
  {
    name: 'Critical or not',
    answer: 'accept',
    clause: 'RFC 5280 4.2.1.6, 4.2.1.9, 4.2.1.10, 4.2.1.11, 4.2.1.12',
    why: 'CAs must mark some extensions as critical. The package enforces these extensions either way.',
    ids: [
      'rfc5280::nc::permitted-dns-match-noncritical',
      'rfc5280::pc::ica-noncritical-pc',
      'rfc5280::root-non-critical-basic-constraints',
      'rfc5280::san::noncritical-with-empty-subject',
      'webpki::eku::ee-critical-eku',
      'webpki::san::san-critical-with-nonempty-subject',
    ],
  },
  {
    name: 'Extensions of a CA in a leaf',
    answer: 'accept',
    clause: 'RFC 5280 4.2.1.3, 4.2.1.9, 4.2.1.10',
    why: 'A leaf issues nothing on its path, so these extensions have no effect.',
    ids: [
      'rfc5280::leaf-ku-keycertsign',
      'rfc5280::nc::not-allowed-in-ee-critical',
      'rfc5280::nc::not-allowed-in-ee-noncritical',
      'webpki::ee-basicconstraints-ca',
    ],
  },
  {
    name: 'Serial numbers',
    answer: 'accept',
    clause: 'RFC 5280 4.1.2.2',
    why: 'RFC 5280 asks users of certificates to handle serial numbers that CAs should not choose.',
    ids: ['rfc5280::serial::too-long', 'rfc5280::serial::zero'],
  },
  {
    name: 'Form of DNS names',
    answer: 'accept',
    clause: 'RFC 5280 4.2.1.6, 4.2.1.10',
    why: 'Underscores are common. A leading period in a constraint means all subdomains, as in OpenSSL.',
    ids: ['rfc5280::nc::invalid-dnsname-leading-period', 'rfc5280::san::underscore-dns'],
  },
  {
    name: 'Names of public websites',
    answer: 'accept',
    clause: 'RFC 5280 6.1, CA/Browser Forum BR 7.1.4.3 and 3.2.2.6',
    why: 'Path validation compares names with constraints only, and knows no public suffixes.',
    ids: [
      'webpki::cn::case-mismatch',
      'webpki::cn::ipv4-hex-mismatch',
      'webpki::cn::ipv4-leading-zeros-mismatch',
      'webpki::cn::ipv6-non-rfc5952-mismatch',
      'webpki::cn::ipv6-uncompressed-mismatch',
      'webpki::cn::ipv6-uppercase-mismatch',
      'webpki::cn::not-in-san',
      'webpki::cn::punycode-not-in-san',
      'webpki::cn::utf8-vs-punycode-mismatch',
      'webpki::san::public-suffix-multi-label-wildcard-san',
      'webpki::san::public-suffix-private-namespace-wildcard-san',
    ],
  },
  {
    name: 'Purposes of public websites',
    answer: 'accept',
    clause: 'RFC 5280 4.2.1.12, CA/Browser Forum BR 7.1.2',
    why: 'A certificate without the extension has any purpose, and further purposes do no harm.',
    ids: ['webpki::eku::ee-anyeku', 'webpki::eku::ee-without-eku', 'webpki::eku::root-has-eku'],
  },
  {
    name: 'Sizes of RSA keys',
    answer: 'accept',
    clause: 'RFC 5280 4.1.2.7, CA/Browser Forum BR 6.1.5',
    why: 'An RSA key of 2,052 bits is not weak.',
    ids: [
      'webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf',
      'webpki::forbidden-rsa-not-divisible-by-8-in-root',
    ],
  },
  {
    name: 'Lists without a number',
    answer: 'accept',
    clause: 'RFC 5280 5.2.3',
    why: 'cRLNumber is a duty of CAs. Only delta CRLs, which are not supported, refer to it.',
    ids: ['crl::crlnumber-missing'],
  },
  {
    name: 'Extensions that are not read',
    answer: 'accept',
    clause: 'RFC 5280 4.2.2.1',
    why: 'authorityInfoAccess is not critical, and the package never follows it.',
    ids: ['webpki::malformed-aia'],
  },
]

/** Paths that x509-limbo takes for valid, and that the package rejects on purpose. */
const REJECTED: readonly Difference[] = [
  {
    name: 'CAs that sign no handshake',
    answer: 'reject',
    clause: 'RFC 5280 4.2.1.3, RFC 5246 7.4.8',
    why: "A client signs its handshake, so a leaf's keyUsage has to allow digital signatures.",
    ids: ['pathlen::validation-ignores-pathlen-in-leaf', 'rfc5280::ca-as-leaf'],
  },
  {
    name: 'Self-issued CAs and maxDepth',
    answer: 'reject',
    clause: 'RFC 5280 6.1.4 (l)',
    why: 'maxDepth limits the work, so it includes every CA. Only pathLenConstraint leaves out self-issued CAs.',
    ids: ['pathlen::max-chain-depth-1-self-issued'],
  },
  {
    name: 'Anchors with unknown critical extensions',
    answer: 'reject',
    clause: 'RFC 5280 4.2',
    why: 'A store with such an anchor throws when it is created, instead of ignoring the anchor.',
    ids: ['rfc5280::unknown-critical-extension-unrelated-root'],
  },
  {
    name: 'Fractions of a second',
    answer: 'reject',
    clause: 'RFC 5280 4.1.2.5',
    why: 'A certificate ends with its last whole second, and not some milliseconds later.',
    ids: ['rfc5280::validity::notafter-fractional'],
  },
]

export const LIMBO_DIFFERENCES: readonly Difference[] = [...ACCEPTED, ...REJECTED]
