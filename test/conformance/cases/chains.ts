import type { CertificateSource } from '../../../src/extractor/index.js'
import {
  accepted,
  type CaseGroup,
  type CorpusCase,
  type Expected,
  type Line,
  overHttp,
  rejected,
} from '../support/corpus-case.js'
import { damaged, type Encodable } from './damage.js'
import { type Proxy, proxyNamed } from './proxies.js'
import { toApachePem, toConcatenatedDer, toRfc9440 } from '../../support/header-values.js'
import type { Identities } from '../support/identities.js'

const MALFORMED = rejected('header_missing_or_malformed')
const LINKED = accepted('chained', 'intermediate', 'root')

/** Nine issuers: with the leaf, they reach the limit of ten, so one more certificate exceeds it. */
function nineIssuers(intermediate: Encodable, root: Encodable, filler: Encodable): Encodable[] {
  return [intermediate, root, ...Array.from({ length: 7 }, () => filler)]
}

function chainCases({ source, write }: Proxy): CorpusCase[] {
  return [
    overHttp('the leaf alone', accepted('rsa'), ({ rsa }) => write(rsa)),
    overHttp('one issuer', accepted('chained', 'intermediate'), ({ chained, intermediate }) =>
      write(chained, intermediate),
    ),
    overHttp('all issuers', LINKED, (certs) =>
      write(certs.chained, certs.intermediate, certs.root),
    ),
    overHttp('issuers in the wrong order', LINKED, (certs) =>
      write(certs.chained, certs.root, certs.intermediate),
    ),
    overHttp('a CA with the right name that signed nothing', accepted('rsa'), (certs) =>
      write(certs.rsa, certs.stranger),
    ),
    overHttp('a CA that differs from the root only in its signature', accepted('rsa'), (certs) =>
      write(certs.rsa, certs.forgedRoot),
    ),
    overHttp('a forged CA in front of the real one', accepted('rsa', 'root'), (certs) =>
      write(certs.rsa, certs.forgedRoot, certs.root),
    ),
    overHttp('a damaged leaf in front of a good certificate', MALFORMED, ({ rsa, ec }) =>
      write(damaged(rsa), ec),
    ),
    overHttp('a damaged issuer', MALFORMED, ({ chained, intermediate }) =>
      write(chained, damaged(intermediate)),
    ),
    overHttp('ten certificates', LINKED, ({ chained, intermediate, root, ec }) =>
      write(chained, ...nineIssuers(intermediate, root, ec)),
    ),
    source === 'apache'
      ? overHttp('eleven certificates, two in one header', MALFORMED, (certs) =>
          write(certs.chained, ...nineIssuers(certs.intermediate, certs.root, certs.ec)).map(
            ([name, value]) => [
              name,
              name.endsWith('-8') ? toApachePem(certs.ec, certs.ec) : value,
            ],
          ),
        )
      : overHttp('eleven certificates', MALFORMED, (certs) =>
          write(certs.chained, ...nineIssuers(certs.intermediate, certs.root, certs.ec), certs.ec),
        ),
  ]
}

/** The chain has its own header, so only the proxy may write that header. */
function chainHeaderCases({ write }: Proxy, header: string): CorpusCase[] {
  const alias = header.replaceAll('-', '_')
  return [
    overHttp('a second chain header spelled with underscores', MALFORMED, (certs) => {
      const lines = write(certs.chained, certs.intermediate)
      return [...lines, [alias, 'x']]
    }),
    overHttp('a Connection header that names the chain header', MALFORMED, (certs) => [
      ...write(certs.chained, certs.intermediate),
      ['Connection', header],
    ]),
    overHttp('an empty chain header', accepted('rsa'), ({ rsa }) => [...write(rsa), [header, '']]),
  ]
}

function twice(source: CertificateSource, header: string, isList: boolean): CorpusCase {
  const { write } = proxyNamed(source)
  return overHttp('the chain on two lines', isList ? LINKED : MALFORMED, (certs) => [
    ...write(certs.chained, certs.intermediate),
    ...write(certs.chained, certs.root).filter(([name]) => name === header),
  ])
}

function rfc9440Chain(
  title: string,
  expected: Expected,
  write: (certs: Identities) => [leaf: Encodable, chain: string],
): CorpusCase {
  return overHttp(title, expected, (certs) => {
    const [leaf, chain] = write(certs)
    return [
      ['Client-Cert', toRfc9440(leaf)],
      ['Client-Cert-Chain', chain],
    ]
  })
}

function groupFor(source: CertificateSource, ...cases: CorpusCase[]): CaseGroup {
  return {
    title: `certificateSource: '${source}', with includeChain`,
    options: () => ({
      certificateSource: source,
      trustedProxies: 'loopback',
      includeChain: true,
    }),
    cases: [...chainCases(proxyNamed(source)), ...cases],
  }
}

export const CHAIN_GROUPS: readonly CaseGroup[] = [
  groupFor('envoy'),
  groupFor('traefik'),
  groupFor('aws-alb'),
  groupFor(
    'haproxy',
    ...chainHeaderCases(proxyNamed('haproxy'), 'x-ssl-client-chain'),
    twice('haproxy', 'x-ssl-client-chain', false),
  ),
  groupFor(
    'apache',
    ...chainHeaderCases(proxyNamed('apache'), 'X-SSL-Client-Chain-1'),
    twice('apache', 'X-SSL-Client-Chain-0', false),
    overHttp('a gap in the numbers of the chain', MALFORMED, (certs) =>
      proxyNamed('apache')
        .write(certs.chained, certs.intermediate, certs.root)
        .filter(([name]) => name !== 'X-SSL-Client-Chain-0'),
    ),
  ),
  groupFor(
    'cloudflare-rfc9440',
    ...chainHeaderCases(proxyNamed('cloudflare-rfc9440'), 'Client-Cert-Chain'),
    twice('cloudflare-rfc9440', 'Client-Cert-Chain', true),
    rfc9440Chain('a chain with nothing between the colons', accepted('rsa'), ({ rsa }) => [
      rsa,
      '::',
    ]),
    rfc9440Chain(
      'a chain with nothing between the colons among others',
      MALFORMED,
      ({ chained, intermediate }) => [chained, `::, ${toRfc9440(intermediate)}`],
    ),
    rfc9440Chain('two certificates between the same colons', LINKED, (certs) => [
      certs.chained,
      `:${toConcatenatedDer(certs.intermediate, certs.root)}:`,
    ]),
    rfc9440Chain('ten certificates between the same colons', MALFORMED, ({ chained, root }) => [
      chained,
      `:${toConcatenatedDer(...Array<Encodable>(10).fill(root))}:`,
    ]),
    overHttp('a chain without a leaf', MALFORMED, (certs) =>
      proxyNamed('cloudflare-rfc9440')
        .write(certs.chained, certs.intermediate)
        .filter(([name]: Line) => name === 'Client-Cert-Chain'),
    ),
  ),
  groupFor(
    'gcp',
    ...chainHeaderCases(proxyNamed('gcp'), 'X-Client-Cert-Chain'),
    twice('gcp', 'X-Client-Cert-Chain', true),
  ),
  {
    title: "certificateSource: 'haproxy', without includeChain",
    options: () => ({ certificateSource: 'haproxy', trustedProxies: 'loopback' }),
    cases: [
      overHttp('a chain', accepted('chained'), (certs) =>
        proxyNamed('haproxy').write(certs.chained, certs.intermediate),
      ),
      overHttp('a damaged chain', accepted('chained'), (certs) =>
        proxyNamed('haproxy').write(certs.chained, damaged(certs.intermediate)),
      ),
    ],
  },
]
