import type { ExtractorOptions } from '../../../src/extractor/index.js'
import { allowSAN } from '../../../src/helpers/index.js'
import { toBase64Der } from '../../support/header-values.js'
import {
  accepted,
  type CaseGroup,
  type CorpusCase,
  type Expected,
  type Line,
  overHttp,
  overTls,
  rejected,
} from '../support/corpus-case.js'
import { type Identities, PROXY_NAME } from '../support/identities.js'
import type { Encodable } from './damage.js'
import { proxyNamed } from './proxies.js'

const NGINX = proxyNamed('nginx')
const RSA = accepted('rsa')
const UNTRUSTED = rejected('untrusted_proxy')
const MALFORMED = rejected('header_missing_or_malformed')
const MISMATCH = rejected('verification_header_mismatch')
const NO_SOCKET = rejected('socket_not_authorized')

type Trust = NonNullable<ExtractorOptions['trustedProxies']>

/** Tries whether the package reads a header that a client on loopback sent. */
function trustGroup(title: string, trustedProxies: Trust, expected: Expected): CaseGroup {
  return {
    title: `trustedProxies: ${title}`,
    options: () => ({ certificateSource: 'nginx', trustedProxies }),
    cases: [
      overHttp('a genuine header', expected, ({ rsa }) => NGINX.write(rsa)),
      overHttp('no header', expected === RSA ? MISMATCH : UNTRUSTED, () => []),
      overHttp('a header, and another address in X-Forwarded-For', expected, ({ rsa }) => [
        ...NGINX.write(rsa),
        ['X-Forwarded-For', expected === RSA ? '192.0.2.1' : '10.0.0.5'],
        ['Forwarded', expected === RSA ? 'for=192.0.2.1' : 'for=10.0.0.5'],
      ]),
    ],
  }
}

const isProxy = allowSAN(`DNS:${PROXY_NAME}`)
const byCertificate: Trust = ({ certificate }) => certificate !== null && isProxy(certificate)

const HEADER = 'X-My-Certificate'

function header(certificate: Encodable): Line[] {
  return [[HEADER, toBase64Der(certificate)]]
}

const OWN = { certificateHeader: HEADER, headerEncoding: 'base64-der' } as const
const proxy = (certs: Identities) => certs.proxy
const ec = (certs: Identities) => certs.ec
const anonymous = () => ({})

/** The proxy authenticates itself with its own client certificate. */
const BY_CERTIFICATE: readonly CorpusCase[] = [
  overTls("the proxy with a client's header", RSA, proxy, ({ rsa }) => header(rsa)),
  overTls('the proxy without a header', MALFORMED, proxy),
  overTls('the proxy with two headers', MALFORMED, proxy, ({ rsa }) => [
    ...header(rsa),
    ...header(rsa),
  ]),
]

const FALLBACK = { ...OWN, fallbackToSocket: true } as const

export const TRUST_GROUPS: readonly CaseGroup[] = [
  trustGroup('an address', '127.0.0.1', RSA),
  trustGroup('an IPv4-mapped IPv6 address', '::ffff:127.0.0.1', RSA),
  trustGroup('a list', ['10.0.0.0/8', 'loopback'], RSA),
  trustGroup('true', true, RSA),
  trustGroup('a function of the address', ({ address }) => address === '127.0.0.1', RSA),
  trustGroup('another network', '10.0.0.0/8', UNTRUSTED),
  trustGroup('unix', 'unix', UNTRUSTED),
  trustGroup('a function that returns false', () => false, UNTRUSTED),
  trustGroup(
    'a function that throws',
    () => {
      throw new Error('broken')
    },
    UNTRUSTED,
  ),
  trustGroup(
    'a function that returns a promise',
    (() => Promise.resolve(true)) as unknown as Trust,
    UNTRUSTED,
  ),
  {
    title: "trustedProxies: a function of the proxy's certificate",
    options: () => ({ ...OWN, trustedProxies: byCertificate }),
    cases: [
      ...BY_CERTIFICATE,
      overTls('a client with a forged header', UNTRUSTED, ec, ({ rsa }) => header(rsa)),
      overTls(
        'a TLS client without a certificate, with a forged header',
        UNTRUSTED,
        anonymous,
        ({ rsa }) => header(rsa),
      ),
      overHttp('a plain HTTP request with a forged header', UNTRUSTED, ({ rsa }) => header(rsa)),
    ],
  },
  {
    title: 'fallbackToSocket, with trustedProxies',
    options: () => ({ ...FALLBACK, trustedProxies: byCertificate }),
    cases: [
      ...BY_CERTIFICATE,
      overTls('a client', accepted('ec'), ec),
      overTls('a client with a forged header', accepted('ec'), ec, ({ rsa }) => header(rsa)),
      overTls(
        'a TLS client without a certificate, with a forged header',
        NO_SOCKET,
        anonymous,
        ({ rsa }) => header(rsa),
      ),
      overTls(
        'a client of an unknown CA, with a forged header',
        NO_SOCKET,
        ({ unknown }) => unknown,
        ({ rsa }) => header(rsa),
      ),
      overHttp('a plain HTTP request with a forged header', NO_SOCKET, ({ rsa }) => header(rsa)),
    ],
  },
  {
    title: 'fallbackToSocket, without trustedProxies',
    options: () => FALLBACK,
    cases: [
      overTls('a header', RSA, ec, ({ rsa }) => header(rsa)),
      overTls('no header', accepted('ec'), ec),
      overTls('a malformed header', accepted('ec'), ec, () => [[HEADER, 'x']]),
      overTls(
        'a header with an expired certificate',
        rejected('certificate_expired'),
        ec,
        ({ expired }) => header(expired),
      ),
      overTls('neither a header nor a certificate', NO_SOCKET, anonymous),
      overHttp('plain HTTP without a header', NO_SOCKET, () => []),
      overHttp('a header over plain HTTP', RSA, ({ rsa }) => header(rsa)),
    ],
  },
  {
    title: 'fallbackToSocket, with a verify header',
    options: () => ({ certificateSource: 'nginx', fallbackToSocket: true }),
    cases: [
      overTls('a header that the proxy verified', RSA, ec, ({ rsa }) => NGINX.write(rsa)),
      overTls('no verify header', MISMATCH, ec),
      overTls('a verify header without a certificate', accepted('ec'), ec, () => [
        ['X-SSL-Client-Verify', 'SUCCESS'],
      ]),
    ],
  },
]
