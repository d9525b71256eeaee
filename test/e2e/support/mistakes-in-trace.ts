import type { Edit } from './first-example.js'
import { asClient, type Mistake, TRACE, WITHOUT_CERTIFICATE } from './mistake.js'

const traced = (text: string): string =>
  `PASSPORT-CLIENT-CERTIFICATE-AUTH <pid>: client-cert rejected ${text}`

const LENIENT = [
  ["ca: fs.readFileSync('ca.pem')", "rejectUnauthorized: false, ca: fs.readFileSync('ca.pem')"],
] as const

/** Lets a client connect without a valid certificate. */
const lenient = (curl: readonly Edit[]) => ({ code: LENIENT, curl, env: TRACE })

/** Node lets the client send a request, and the trace that the README names says why it is rejected. */
export const MISTAKES_SEEN_IN_TRACE: Readonly<Record<string, Mistake>> = {
  'a certificate from another CA': {
    ...lenient(asClient('other-ca')),
    stderr: traced(
      "the request: the client's certificate isn't from a CA that the server trusts; add its CA to the " +
        "server's option ca, and if an intermediate CA issued it, let the client send that certificate too " +
        '(socket_not_authorized, untrusted_ca, UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
    ),
    seen: 'Unauthorized',
  },
  'a self-signed certificate': {
    ...lenient(asClient('self-signed')),
    stderr: traced(
      "the request: the client's certificate is self-signed; use one from a CA that is in the server's " +
        'option ca (socket_not_authorized, self_signed, DEPTH_ZERO_SELF_SIGNED_CERT)',
    ),
    seen: 'Unauthorized',
  },
  'a certificate that has expired': {
    ...lenient(asClient('expired')),
    stderr: traced(
      "the request: the client's certificate, or a CA above it, has expired; renew it " +
        '(socket_not_authorized, expired, CERT_HAS_EXPIRED)',
    ),
    seen: 'Unauthorized',
  },
  'a certificate for servers only': {
    ...lenient(asClient('server-only')),
    stderr: traced(
      "the request: the client's certificate is for servers only (extended key usage has no clientAuth), or " +
        'for another purpose; issue one with clientAuth (socket_not_authorized, wrong_purpose, INVALID_PURPOSE)',
    ),
    seen: 'Unauthorized',
  },
  'no certificate': {
    ...lenient(WITHOUT_CERTIFICATE),
    stderr: traced(
      'the request: the client sent no certificate; pass --cert and --key to curl, or import a .p12 file ' +
        'into the browser (socket_not_authorized, no_certificate, UNABLE_TO_GET_ISSUER_CERT)',
    ),
    seen: 'Unauthorized',
  },
  'a certificate of an unknown user': {
    ...lenient(asClient('bob')),
    stdout: 'unknown client, fingerprint <bob>',
    stderr: traced(
      "the certificate <bob>, serial number <serial>: your callback didn't accept it (callback_returned_false)",
    ),
    seen: 'Unauthorized',
  },
  'a preset for a proxy, but no proxy': {
    code: [
      [
        'new Strategy(',
        "new Strategy({ certificateSource: 'nginx', trustedProxies: 'loopback' }, ",
      ],
    ],
    env: TRACE,
    stderr: traced(
      "the request: header x-ssl-client-verify wasn't sent, so the proxy doesn't say that it verified the " +
        'certificate; let the proxy set it (verification_header_mismatch, not_sent)',
    ),
    seen: 'Unauthorized',
  },
}
