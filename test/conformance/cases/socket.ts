import { toBase64Der, toUrlPem } from '../../support/header-values.js'
import {
  accepted,
  type CaseGroup,
  type CorpusCase,
  type Expected,
  type Line,
  overHttp,
  overTls,
  rejected,
  type TlsClient,
} from '../support/corpus-case.js'
import type { Identities, IdentityName } from '../support/identities.js'

const REJECTED = rejected('socket_not_authorized')

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

/** Clients that the handshake doesn't authenticate. */
const REJECTED_CASES: readonly CorpusCase[] = [
  overTls('no certificate', REJECTED, () => ({})),
  overTls('an expired certificate', REJECTED, ({ expired }) => expired),
  overTls('a certificate that becomes valid tomorrow', REJECTED, ({ notYetValid }) => notYetValid),
  overTls('a self-signed certificate', REJECTED, ({ selfSigned }) => selfSigned),
  overTls('a certificate from an unknown CA', REJECTED, ({ unknown }) => unknown),
  overTls('a certificate without its intermediate', REJECTED, ({ chained }) => chained),
  overTls('headers instead of a certificate', REJECTED, () => ({}), forged),
  overHttp('headers without TLS', REJECTED, forged),
  overHttp('a request without TLS and without headers', REJECTED, () => []),
]

const ACCEPTED_CASES: readonly CorpusCase[] = [
  overTls('an RSA certificate', accepted('rsa'), ({ rsa }) => rsa),
  overTls('an EC certificate', accepted('ec'), ({ ec }) => ec),
  overTls('a certificate with its intermediate', accepted('chained'), chainedClient),
  overTls(
    'a certificate and forged headers',
    accepted('rsa'),
    ({ rsa }) => rsa,
    (certs) => forged(certs),
  ),
]

function acceptedWithIssuers(name: IdentityName, ...issuers: IdentityName[]): Expected {
  return { accepted: name, issuers, fromSocket: true }
}

export const SOCKET_GROUPS: readonly CaseGroup[] = [
  {
    title: 'the TLS socket',
    options: () => ({}),
    cases: [...ACCEPTED_CASES, ...REJECTED_CASES],
  },
  {
    title: 'the TLS socket, with includeChain',
    options: () => ({ includeChain: true }),
    cases: [
      overTls('an RSA certificate', acceptedWithIssuers('rsa', 'root'), ({ rsa }) => rsa),
      overTls(
        'a certificate with its intermediate',
        acceptedWithIssuers('chained', 'intermediate', 'root'),
        chainedClient,
      ),
      overTls('a self-signed certificate', REJECTED, ({ selfSigned }) => selfSigned),
      overTls('no certificate', REJECTED, () => ({})),
    ],
  },
  {
    title: 'the TLS socket, with checkValidity: false',
    options: () => ({ checkValidity: false }),
    // Node already checked the dates during the handshake, so the option changes nothing.
    cases: [...ACCEPTED_CASES, ...REJECTED_CASES],
  },
  {
    title: 'the TLS socket, with cache: false',
    options: () => ({ cache: false }),
    cases: [...ACCEPTED_CASES, ...REJECTED_CASES.slice(0, 2)],
  },
]
