import { toBase64Der } from '../../support/header-values.js'
import { accepted, type CaseGroup, type Line, overHttp, refused } from '../support/corpus-case.js'
import type { Identities } from '../support/identities.js'
import { proxyNamed } from './proxies.js'

const NGINX = proxyNamed('nginx')
const RSA = accepted('rsa')
const MALFORMED = refused('header_missing_or_malformed')
const MISMATCH = refused('verification_header_mismatch')

/** A header of one's own, and one that says that the proxy has verified what is in it. */
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
      overHttp('the right value, in spaces', RSA, verified(['x-my-verify', '  yes '])),
      overHttp('nothing', MISMATCH, verified()),
      overHttp('an empty value', MISMATCH, verified(['X-My-Verify', ''])),
      overHttp('capitals', MISMATCH, verified(['X-My-Verify', 'YES'])),
      overHttp('more than the value', MISMATCH, verified(['X-My-Verify', 'yes!'])),
      overHttp(
        'the right value behind a wrong one',
        MISMATCH,
        verified(['X-My-Verify', 'no'], ['X-My-Verify', 'yes']),
      ),
      overHttp(
        'the right value in front of a wrong one',
        MISMATCH,
        verified(['X-My-Verify', 'yes'], ['X-My-Verify', 'no']),
      ),
      overHttp(
        'the right value under another name too',
        MISMATCH,
        verified(['X-My-Verify', 'yes'], ['X_My_Verify', 'yes']),
      ),
      overHttp(
        'the right value under another name only',
        MISMATCH,
        verified(['X_My-Verify', 'yes']),
      ),
      overHttp('the right value without a certificate', MALFORMED, () => [['X-My-Verify', 'yes']]),
    ],
  },
  {
    title: 'a verifyHeader in place of the one of the preset',
    options: () => ({
      certificateSource: 'nginx',
      verifyHeader: 'X-My-Verify',
      verifyValue: '0',
      trustedProxies: 'loopback',
    }),
    cases: [
      overHttp("the preset's own only", MISMATCH, ({ rsa }) => NGINX.write(rsa)),
      overHttp('the new one', RSA, ({ rsa }) => [...NGINX.write(rsa), ['X-My-Verify', '0']]),
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
      overHttp('an expired certificate', accepted('expired'), (who) => NGINX.write(who.expired)),
      overHttp('one of tomorrow', accepted('notYetValid'), (who) => NGINX.write(who.notYetValid)),
      overHttp('no certificate', MISMATCH, () => NGINX.nobody),
    ],
  },
  ...[false, true, { maxEntries: 1 }].map((cache): CaseGroup => ({
    title: `cache: ${JSON.stringify(cache)}`,
    options: () => ({ certificateSource: 'nginx', trustedProxies: 'loopback', cache }),
    cases: [
      overHttp('a certificate', RSA, ({ rsa }) => NGINX.write(rsa)),
      overHttp('the same again', RSA, ({ rsa }) => NGINX.write(rsa)),
      overHttp('another one', accepted('ec'), ({ ec }) => NGINX.write(ec)),
      overHttp('one that is known, not verified any more', MISMATCH, ({ rsa }) =>
        NGINX.write(rsa).slice(0, 1),
      ),
      overHttp('one that is known, twice', MALFORMED, ({ rsa }) => [
        ...NGINX.write(rsa),
        ...NGINX.write(rsa).slice(0, 1),
      ]),
    ],
  })),
]
