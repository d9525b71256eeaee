import { toBase64Der, toXfcc } from '../../support/header-values.js'
import {
  accepted,
  type CaseGroup,
  type CorpusCase,
  type Line,
  overHttp,
  rejected,
} from '../support/corpus-case.js'
import { damaged, withTrailingBytes } from './damage.js'
import { OTHER_PROXIES, type Proxy, PROXIES } from './proxies.js'

const MALFORMED = rejected('header_missing_or_malformed')
const MISMATCH = rejected('verification_header_mismatch')

/**
 * Every certificate that a proxy may forward, also a self-signed one, because the proxy decides
 * which CAs to trust.
 */
function certificateCases({ write, noCertificate, noCertificateReason }: Proxy): CorpusCase[] {
  return [
    overHttp('an RSA certificate', accepted('rsa'), ({ rsa }) => write(rsa)),
    overHttp('an EC certificate', accepted('ec'), ({ ec }) => write(ec)),
    overHttp('a certificate from an intermediate CA', accepted('chained'), ({ chained }) =>
      write(chained),
    ),
    overHttp('a self-signed certificate that the proxy forwards', accepted('selfSigned'), (certs) =>
      write(certs.selfSigned),
    ),
    overHttp('an expired certificate', rejected('certificate_expired'), (certs) =>
      write(certs.expired),
    ),
    overHttp(
      'a certificate that becomes valid tomorrow',
      rejected('certificate_not_yet_valid'),
      (certs) => write(certs.notYetValid),
    ),
    overHttp('no certificate', rejected(noCertificateReason), () => noCertificate),
    overHttp('bytes after the certificate', MALFORMED, ({ rsa }) => write(withTrailingBytes(rsa))),
    overHttp('a damaged certificate', MALFORMED, ({ rsa }) => write(damaged(rsa))),
    overHttp('a character before the value', MALFORMED, ({ rsa }) => {
      const [[name, value], ...others] = split(write(rsa))
      return [[name, `!${value}`], ...others]
    }),
  ]
}

/** Every way to send the header so that a proxy and this package could read it differently. */
function headerCases({ header, write, verify }: Proxy): CorpusCase[] {
  const alias = header.replaceAll('-', '_')
  const foreign = header.toLowerCase() === 'x-forwarded-client-cert' ? 'azure' : 'envoy'
  return [
    overHttp('the header twice, the forged one last', MALFORMED, ({ rsa, ec }) => [
      ...write(rsa),
      split(write(ec))[0],
    ]),
    overHttp('the header twice, the forged one first', MALFORMED, ({ rsa, ec }) => [
      lowerCase(split(write(ec))[0]),
      ...write(rsa),
    ]),
    overHttp('the real header and one spelled with underscores', MALFORMED, ({ rsa, ec }) => [
      ...write(rsa),
      [alias, split(write(ec))[0][1]],
    ]),
    overHttp('only a header spelled with underscores', MALFORMED, ({ rsa }) => {
      const [[, value], ...others] = split(write(rsa))
      return [[alias, value], ...others]
    }),
    overHttp('a Connection header that names the header', MALFORMED, ({ rsa }) => [
      ...write(rsa),
      ['Connection', `close, ${header}`],
    ]),
    overHttp(
      "only another proxy's header",
      verify === undefined ? MALFORMED : MISMATCH,
      ({ rsa }) =>
        foreign === 'azure'
          ? [['X-ARR-ClientCert', toBase64Der(rsa)]]
          : [['X-Forwarded-Client-Cert', toXfcc(rsa)]],
    ),
  ]
}

/** The proxy has to send the verify header exactly once, with exactly the expected value. */
function verifyCases({ write, verify }: Proxy): CorpusCase[] {
  if (verify === undefined) return []
  const { header, wrong } = verify
  const isVerify = ([name]: Line): boolean => name === header
  return [
    overHttp('no verify header', MISMATCH, ({ rsa }) =>
      write(rsa).filter((line) => !isVerify(line)),
    ),
    overHttp('a verify header with the wrong value', MISMATCH, ({ rsa }) =>
      write(rsa).map((line): Line => (isVerify(line) ? [header, wrong] : line)),
    ),
    overHttp('the verify header twice with the same value', MISMATCH, ({ rsa }) => [
      ...write(rsa),
      ...write(rsa).filter(isVerify),
    ]),
    overHttp('a second verify header spelled with underscores', MISMATCH, ({ rsa }) => [
      ...write(rsa),
      ...write(rsa)
        .filter(isVerify)
        .map(([name, value]): Line => [name.replaceAll('-', '_'), value]),
    ]),
    overHttp('a Connection header that names the verify header', MISMATCH, ({ rsa }) => [
      ['Connection', header.toLowerCase()],
      ...write(rsa),
    ]),
  ]
}

function split(lines: readonly Line[]): [Line, ...Line[]] {
  const [first, ...others] = lines
  if (first === undefined) throw new Error('The proxy sends no header')
  return [first, ...others]
}

function lowerCase([name, value]: Line): Line {
  return [name.toLowerCase(), value]
}

function groupFor(proxy: Proxy): CaseGroup {
  return {
    title: `certificateSource: '${proxy.source}'`,
    options: () => ({ certificateSource: proxy.source, trustedProxies: 'loopback' }),
    cases: [...certificateCases(proxy), ...headerCases(proxy), ...verifyCases(proxy)],
  }
}

function shortGroupFor({ source, write }: (typeof OTHER_PROXIES)[number]): CaseGroup {
  return {
    title: `certificateSource: '${source}'`,
    options: () => ({ certificateSource: source, trustedProxies: 'loopback' }),
    cases: [
      overHttp('an RSA certificate', accepted('rsa'), ({ rsa }) => write(rsa)),
      overHttp('the header twice', MALFORMED, ({ rsa, ec }) => [...write(ec), ...write(rsa)]),
    ],
  }
}

export const PRESET_GROUPS: readonly CaseGroup[] = [
  ...PROXIES.map(groupFor),
  ...OTHER_PROXIES.map(shortGroupFor),
]
