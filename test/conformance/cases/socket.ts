import { toBase64Der, toUrlPem } from '../../support/header-values.js'
import {
  accepted,
  type CaseGroup,
  type CorpusCase,
  type Expected,
  type Line,
  overHttp,
  overTls,
  refused,
  type TlsClient,
} from '../support/corpus-case.js'
import type { Identities, IdentityName } from '../support/identities.js'

const REFUSED = refused('socket_not_authorized')

function chainedClient({ chained, intermediate }: Identities): TlsClient {
  return { key: chained.key, cert: chained.cert + intermediate.cert }
}

function forged({ ec }: Identities): Line[] {
  return [
    ['X-SSL-Client-Cert', toUrlPem(ec)],
    ['X-SSL-Client-Verify', 'SUCCESS'],
    ['Client-Cert', `:${toBase64Der(ec)}:`],
  ]
}

/** Those whom the handshake does not authenticate. */
const REFUSED_CASES: readonly CorpusCase[] = [
  overTls('no certificate', REFUSED, () => ({})),
  overTls('an expired certificate', REFUSED, ({ expired }) => expired),
  overTls('a certificate of tomorrow', REFUSED, ({ notYetValid }) => notYetValid),
  overTls('a self-signed certificate', REFUSED, ({ selfSigned }) => selfSigned),
  overTls('a certificate of an unknown authority', REFUSED, ({ unknown }) => unknown),
  overTls('a certificate without its intermediate', REFUSED, ({ chained }) => chained),
  overTls('headers in place of a certificate', REFUSED, () => ({}), forged),
  overHttp('headers without TLS', REFUSED, forged),
  overHttp('nothing at all', REFUSED, () => []),
]

const ACCEPTED_CASES: readonly CorpusCase[] = [
  overTls('an RSA certificate', accepted('rsa'), ({ rsa }) => rsa),
  overTls('an EC certificate', accepted('ec'), ({ ec }) => ec),
  overTls('a certificate with its intermediate', accepted('chained'), chainedClient),
  overTls(
    'a certificate and forged headers',
    accepted('rsa'),
    ({ rsa }) => rsa,
    (who) => forged(who),
  ),
]

function shown(name: IdentityName, ...issuers: IdentityName[]): Expected {
  return { accepted: name, issuers, fromSocket: true }
}

export const SOCKET_GROUPS: readonly CaseGroup[] = [
  {
    title: 'the TLS socket',
    options: () => ({}),
    cases: [...ACCEPTED_CASES, ...REFUSED_CASES],
  },
  {
    title: 'the TLS socket, with includeChain',
    options: () => ({ includeChain: true }),
    cases: [
      overTls('an RSA certificate', shown('rsa', 'root'), ({ rsa }) => rsa),
      overTls(
        'a certificate with its intermediate',
        shown('chained', 'intermediate', 'root'),
        chainedClient,
      ),
      overTls('a self-signed certificate', REFUSED, ({ selfSigned }) => selfSigned),
      overTls('no certificate', REFUSED, () => ({})),
    ],
  },
  {
    title: 'the TLS socket, with checkValidity: false',
    options: () => ({ checkValidity: false }),
    // Node has compared the dates in the handshake.
    cases: [...ACCEPTED_CASES, ...REFUSED_CASES],
  },
  {
    title: 'the TLS socket, with cache: false',
    options: () => ({ cache: false }),
    cases: [...ACCEPTED_CASES, ...REFUSED_CASES.slice(0, 2)],
  },
]
