import { allowEmail, allowSAN } from 'passport-client-certificate-auth/helpers'
import type { ChainedPeerCertificate } from 'passport-client-certificate-auth/extractor'

/** Rules, some of which allow the certificates of these tests, and some of which must not. */
const RULES = [
  'DNS:alice.example.org',
  'email:alice@example.org',
  'URI:http://x/, email:admin@corp.example, DNS:admin.corp.example',
  'IP:192.0.2.7',
  'IP:2001:db8::1',
  'othername:UPN:alice@corp.example',
  'DirName:O=a\\, DNS:admin.corp.example,CN=Directory',
  'Registered ID:1.2.3.4',
  'DNS:admin.corp.example',
  'email:admin@corp.example',
] as const

/** The certificate as an application sees it, to compare it with Node's. */
export function describeCertificate(certificate: ChainedPeerCertificate): object {
  return {
    subject: { ...certificate.subject },
    names: certificate.subjectaltname,
    fingerprint: certificate.fingerprint256,
    allowed: RULES.filter((rule) => allowSAN(rule)(certificate)),
    emails: ['alice@example.org', 'admin@corp.example'].filter((address) =>
      allowEmail(address)(certificate),
    ),
  }
}
