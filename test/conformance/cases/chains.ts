import type { CertificateSource } from '../../../src/extractor/index.js'
import {
  accepted,
  type CaseGroup,
  type CorpusCase,
  type Expected,
  type Line,
  overHttp,
  refused,
} from '../support/corpus-case.js'
import { damaged, type Shown } from './damage.js'
import { type Proxy, proxyNamed } from './proxies.js'
import { toApachePem, toConcatenatedDer, toRfc9440 } from '../../support/header-values.js'
import type { Identities } from '../support/identities.js'

const MALFORMED = refused('header_missing_or_malformed')
const LINKED = accepted('chained', 'intermediate', 'root')

/** So many that the limit, ten with the leaf, is reached by one more. */
function nine(intermediate: Shown, root: Shown, filler: Shown): Shown[] {
  return [intermediate, root, ...Array.from({ length: 7 }, () => filler)]
}

function chainCases({ source, write }: Proxy): CorpusCase[] {
  return [
    overHttp('the leaf alone', accepted('rsa'), ({ rsa }) => write(rsa)),
    overHttp('one issuer', accepted('chained', 'intermediate'), ({ chained, intermediate }) =>
      write(chained, intermediate),
    ),
    overHttp('all issuers', LINKED, (who) => write(who.chained, who.intermediate, who.root)),
    overHttp('issuers in the wrong order', LINKED, (who) =>
      write(who.chained, who.root, who.intermediate),
    ),
    overHttp('an authority of the right name that signed nothing', accepted('rsa'), (who) =>
      write(who.rsa, who.stranger),
    ),
    overHttp('an authority that only its signature tells from the root', accepted('rsa'), (who) =>
      write(who.rsa, who.forgedRoot),
    ),
    overHttp('the forged authority in front of the real one', accepted('rsa', 'root'), (who) =>
      write(who.rsa, who.forgedRoot, who.root),
    ),
    overHttp('a damaged leaf in front of a good certificate', MALFORMED, ({ rsa, ec }) =>
      write(damaged(rsa), ec),
    ),
    overHttp('a damaged issuer', MALFORMED, ({ chained, intermediate }) =>
      write(chained, damaged(intermediate)),
    ),
    overHttp('ten certificates', LINKED, ({ chained, intermediate, root, ec }) =>
      write(chained, ...nine(intermediate, root, ec)),
    ),
    source === 'apache'
      ? overHttp('eleven certificates, two in one header', MALFORMED, (who) =>
          write(who.chained, ...nine(who.intermediate, who.root, who.ec)).map(([name, value]) => [
            name,
            name.endsWith('-8') ? toApachePem(who.ec, who.ec) : value,
          ]),
        )
      : overHttp('eleven certificates', MALFORMED, (who) =>
          write(who.chained, ...nine(who.intermediate, who.root, who.ec), who.ec),
        ),
  ]
}

/** Where the chain has a header of its own, nobody may write it but the proxy. */
function chainHeaderCases({ write }: Proxy, header: string): CorpusCase[] {
  const alias = header.replaceAll('-', '_')
  return [
    overHttp('a chain header with underscores beside it', MALFORMED, (who) => {
      const lines = write(who.chained, who.intermediate)
      return [...lines, [alias, 'x']]
    }),
    overHttp('a Connection header that names the chain header', MALFORMED, (who) => [
      ...write(who.chained, who.intermediate),
      ['Connection', header],
    ]),
    overHttp('a chain header that says that there is none', accepted('rsa'), ({ rsa }) => [
      ...write(rsa),
      [header, ''],
    ]),
  ]
}

function twice(source: CertificateSource, header: string, isList: boolean): CorpusCase {
  const { write } = proxyNamed(source)
  return overHttp('the chain on two lines', isList ? LINKED : MALFORMED, (who) => [
    ...write(who.chained, who.intermediate),
    ...write(who.chained, who.root).filter(([name]) => name === header),
  ])
}

function rfc9440Chain(
  title: string,
  expected: Expected,
  write: (who: Identities) => [leaf: Shown, chain: string],
): CorpusCase {
  return overHttp(title, expected, (who) => {
    const [leaf, chain] = write(who)
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
    overHttp('a gap in the numbers of the chain', MALFORMED, (who) =>
      proxyNamed('apache')
        .write(who.chained, who.intermediate, who.root)
        .filter(([name]) => name !== 'X-SSL-Client-Chain-0'),
    ),
  ),
  groupFor(
    'cloudflare-rfc9440',
    ...chainHeaderCases(proxyNamed('cloudflare-rfc9440'), 'Client-Cert-Chain'),
    twice('cloudflare-rfc9440', 'Client-Cert-Chain', true),
    rfc9440Chain('a chain that is nothing between colons', accepted('rsa'), ({ rsa }) => [
      rsa,
      '::',
    ]),
    rfc9440Chain('such a chain among others', MALFORMED, ({ chained, intermediate }) => [
      chained,
      `::, ${toRfc9440(intermediate)}`,
    ]),
    rfc9440Chain('one certificate right behind another', LINKED, (who) => [
      who.chained,
      `:${toConcatenatedDer(who.intermediate, who.root)}:`,
    ]),
    rfc9440Chain('ten of them', MALFORMED, ({ chained, root }) => [
      chained,
      `:${toConcatenatedDer(...Array<Shown>(10).fill(root))}:`,
    ]),
    overHttp('a chain without a leaf', MALFORMED, (who) =>
      proxyNamed('cloudflare-rfc9440')
        .write(who.chained, who.intermediate)
        .filter(([name]: Line) => name === 'Client-Cert-Chain'),
    ),
  ),
  groupFor(
    'gcp',
    ...chainHeaderCases(proxyNamed('gcp'), 'X-Client-Cert-Chain'),
    twice('gcp', 'X-Client-Cert-Chain', true),
  ),
  {
    title: 'certificateSource: haproxy, whose chain nobody asked for',
    options: () => ({ certificateSource: 'haproxy', trustedProxies: 'loopback' }),
    cases: [
      overHttp('a chain', accepted('chained'), (who) =>
        proxyNamed('haproxy').write(who.chained, who.intermediate),
      ),
      overHttp('a damaged chain', accepted('chained'), (who) =>
        proxyNamed('haproxy').write(who.chained, damaged(who.intermediate)),
      ),
    ],
  },
]
