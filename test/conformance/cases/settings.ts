import { toBase64Der } from '../../support/header-values.js'
import { accepted, type CaseGroup, type Line, overHttp, rejected } from '../support/corpus-case.js'
import type { Identities } from '../support/identities.js'
import { proxyNamed } from './proxies.js'

const NGINX = proxyNamed('nginx')
const RSA = accepted('rsa')
const MALFORMED = rejected('header_missing_or_malformed')
const MISMATCH = rejected('verification_header_mismatch')

/** The certificate in a header that the application names, and the headers that vouch for it. */
function verified(...verify: readonly Line[]) {
  return ({ rsa }: Identities): Line[] => [['X-My-Certificate', toBase64Der(rsa)], ...verify]
}

export const SETTING_GROUPS: readonly CaseGroup[] = [
  {
    title: 'verifyHeader and verifyValue',
    options: () => ({
      certificateHeader: 'X-My-Certificate',
      headerEncoding: 'base64-der',
      verifyHeader: 'X-My-Verify',
      verifyValue: 'yes',
      trustedProxies: 'loopback',
    }),
    cases: [
      overHttp('the right value', RSA, verified(['X-My-Verify', 'yes'])),
      overHttp('the right value between spaces', RSA, verified(['x-my-verify', '  yes '])),
      overHttp('no verify header', MISMATCH, verified()),
      overHttp('an empty value', MISMATCH, verified(['X-My-Verify', ''])),
      overHttp('the right value in capitals', MISMATCH, verified(['X-My-Verify', 'YES'])),
      overHttp('the right value with a suffix', MISMATCH, verified(['X-My-Verify', 'yes!'])),
      overHttp(
        'the right value after a wrong one',
        MISMATCH,
        verified(['X-My-Verify', 'no'], ['X-My-Verify', 'yes']),
      ),
      overHttp(
        'the right value before a wrong one',
        MISMATCH,
        verified(['X-My-Verify', 'yes'], ['X-My-Verify', 'no']),
      ),
      overHttp(
        'the right value, and again under a name with underscores',
        MISMATCH,
        verified(['X-My-Verify', 'yes'], ['X_My_Verify', 'yes']),
      ),
      overHttp(
        'the right value only under a name with underscores',
        MISMATCH,
        verified(['X_My-Verify', 'yes']),
      ),
      overHttp('the right value without a certificate', MALFORMED, () => [['X-My-Verify', 'yes']]),
    ],
  },
  {
    title: "a verifyHeader that replaces the preset's",
    options: () => ({
      certificateSource: 'nginx',
      verifyHeader: 'X-My-Verify',
      verifyValue: '0',
      trustedProxies: 'loopback',
    }),
    cases: [
      overHttp("only the preset's verify header", MISMATCH, ({ rsa }) => NGINX.write(rsa)),
      overHttp('the new verify header', RSA, ({ rsa }) => [
        ...NGINX.write(rsa),
        ['X-My-Verify', '0'],
      ]),
    ],
  },
  {
    title: 'checkValidity: false',
    options: () => ({
      certificateSource: 'nginx',
      trustedProxies: 'loopback',
      checkValidity: false,
    }),
    cases: [
      overHttp('an expired certificate', accepted('expired'), (certs) =>
        NGINX.write(certs.expired),
      ),
      overHttp('a certificate that becomes valid tomorrow', accepted('notYetValid'), (certs) =>
        NGINX.write(certs.notYetValid),
      ),
      overHttp('no certificate', MISMATCH, () => NGINX.noCertificate),
    ],
  },
  ...[false, true, { maxEntries: 1 }].map((cache): CaseGroup => ({
    title: `cache: ${JSON.stringify(cache)}`,
    options: () => ({ certificateSource: 'nginx', trustedProxies: 'loopback', cache }),
    cases: [
      overHttp('a certificate', RSA, ({ rsa }) => NGINX.write(rsa)),
      overHttp('the same certificate again', RSA, ({ rsa }) => NGINX.write(rsa)),
      overHttp('another certificate', accepted('ec'), ({ ec }) => NGINX.write(ec)),
      overHttp('a cached certificate without the verify header', MISMATCH, ({ rsa }) =>
        NGINX.write(rsa).slice(0, 1),
      ),
      overHttp('a cached certificate sent twice', MALFORMED, ({ rsa }) => [
        ...NGINX.write(rsa),
        ...NGINX.write(rsa).slice(0, 1),
      ]),
    ],
  })),
]
