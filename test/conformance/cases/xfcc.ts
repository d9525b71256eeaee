import { createHash } from 'node:crypto'
import { toUrlPem, toXfcc } from '../../support/header-values.js'
import {
  accepted,
  type CaseGroup,
  type CorpusCase,
  type Expected,
  overHttp,
  refused,
} from '../support/corpus-case.js'
import { type Identities, NAMED_URI } from '../support/identities.js'
import { damaged, type Shown } from './damage.js'

const REFUSED = refused('header_missing_or_malformed')
const RSA = accepted('rsa')

type Row = readonly [title: string, expected: Expected, value: (who: Identities) => string]

function toCases(rows: readonly Row[]): CorpusCase[] {
  return rows.map(([title, expected, value]) =>
    overHttp(title, expected, (who) => [['X-Forwarded-Client-Cert', value(who)]]),
  )
}

function hash({ raw }: Shown): string {
  return `Hash=${createHash('sha256').update(raw).digest('hex')}`
}

function cert(certificate: Shown): string {
  return `Cert="${toUrlPem(certificate)}"`
}

/** An element without names, as an appending proxy should write it. */
function bare(certificate: Shown): string {
  return `${hash(certificate)};${cert(certificate)}`
}

const ONE_ELEMENT: readonly Row[] = [
  ['Cert alone', RSA, ({ rsa }) => cert(rsa)],
  ['Chain alone', RSA, ({ rsa, root }) => `Chain="${toUrlPem(rsa, root)}"`],
  ['a Hash in capitals', RSA, ({ rsa }) => `Hash=${hash(rsa).slice(5).toUpperCase()};${cert(rsa)}`],
  ['keys in capitals', RSA, ({ rsa }) => bare(rsa).replace('Hash', 'HASH').replace('Cert', 'CERT')],
  ['a By in front', RSA, ({ rsa }) => `By=spiffe://mesh/gateway;${toXfcc(rsa)}`],
  ['semicolons in By', RSA, ({ rsa }) => `By=urn:a:p(b;None;c);By=urn:d;e;${toXfcc(rsa)}`],
  ['a comma in By', REFUSED, ({ rsa }) => `By=urn:a,b;${toXfcc(rsa)}`],
  ['semicolons in By and no Hash', REFUSED, ({ rsa }) => `By=urn:a;b;${cert(rsa)}`],
  ['By in a URI in front of the Hash', REFUSED, ({ rsa }) => `URI=x;By=a;b;${bare(rsa)}`],
  [
    'an element of another proxy in quotes',
    REFUSED,
    ({ rsa, ec }) => `${bare(rsa)};Subject="CN=a,By=b;${hash(ec)};URI=x"`,
  ],
  [
    'a quoted Subject with a certificate in it',
    RSA,
    ({ rsa, ec }) => `${bare(rsa)};Subject="CN=a\\";${cert(ec).replaceAll('"', '\\"')}"`,
  ],
  [
    'a Cert behind a URI without a Hash in front',
    REFUSED,
    ({ rsa }) => `By=spiffe://mesh/gateway;URI=x;${cert(rsa)}`,
  ],
  [
    "somebody else's Cert behind a URI, and one's own Hash in front",
    REFUSED,
    ({ rsa, ec }) => `${hash(ec)};URI=x;${cert(rsa)}`,
  ],
  ['a Cert behind a DNS name', REFUSED, ({ rsa }) => `DNS=a;${cert(rsa)}`],
  ['a Cert behind an unknown key', REFUSED, ({ rsa }) => `Foo=a;${cert(rsa)}`],
  ['a Hash behind a URI', REFUSED, ({ rsa }) => `URI=x;${bare(rsa)}`],
  ['two elements', REFUSED, ({ rsa, ec }) => `${toXfcc(ec)},${toXfcc(rsa)}`],
  ['two elements, one without a certificate', REFUSED, ({ rsa }) => `${toXfcc(rsa)},By=a`],
  ['the Hash of another certificate', REFUSED, ({ rsa, ec }) => `${hash(ec)};${cert(rsa)}`],
  ['Cert twice', REFUSED, ({ rsa, ec }) => `${bare(rsa)};${cert(ec)}`],
  ['Hash twice', REFUSED, ({ rsa }) => `${hash(rsa)};${bare(rsa)}`],
  ['a Cert without quotes', REFUSED, ({ rsa }) => `Cert=${toUrlPem(rsa)}`],
  ['an open quote', REFUSED, ({ rsa }) => cert(rsa).slice(0, -1)],
  ['a backslash in front of the last quote', REFUSED, ({ rsa }) => cert(rsa).replace(/"$/, '\\"')],
  ['text behind the last quote', REFUSED, ({ rsa }) => `${cert(rsa)}x`],
  [
    'a Chain that does not begin with the Cert',
    REFUSED,
    ({ rsa, ec }) => `${cert(rsa)};Chain="${toUrlPem(ec, rsa)}"`,
  ],
  [
    'a damaged Cert and a good Chain',
    REFUSED,
    ({ rsa }) => `${cert(damaged(rsa))};Chain="${toUrlPem(rsa)}"`,
  ],
  ['no certificate', REFUSED, ({ rsa }) => `${hash(rsa)};Subject="CN=rsa-client";URI=`],
  ['JSON', REFUSED, ({ rsa }) => JSON.stringify([{ cert: toUrlPem(rsa) }])],
]

const NEAREST: readonly Row[] = [
  ['one element', RSA, ({ rsa }) => bare(rsa)],
  ["the nearest proxy's element last", RSA, ({ rsa, ec }) => `${bare(ec)},${bare(rsa)}`],
  ['a genuine name', accepted('named'), ({ named }) => `${bare(named)};URI=${NAMED_URI}`],
  ['a name that is not in the certificate', REFUSED, (w) => `${bare(w.named)};URI=spiffe://other`],
  [
    'a name cut off by its comma, and a certificate behind it',
    REFUSED,
    ({ named, rsa }) => `${bare(named)};URI=spiffe://x,${bare(rsa)}`,
  ],
  ['a name without a certificate', REFUSED, ({ rsa }) => `URI=spiffe://x,${bare(rsa)}`],
  ['ten elements', RSA, ({ rsa }) => `${'By=a,'.repeat(9)}${bare(rsa)}`],
  ['eleven elements', REFUSED, ({ rsa }) => `${'By=a,'.repeat(10)}${bare(rsa)}`],
  ['a space behind the comma', REFUSED, ({ rsa, ec }) => `${bare(ec)}, ${bare(rsa)}`],
]

/** How an element begins that has no certificate in it. */
const SIDECAR = 'By=spiffe://mesh/api'

const SECOND: readonly Row[] = [
  ['two elements', RSA, ({ rsa, proxy }) => `${bare(rsa)},${bare(proxy)}`],
  [
    'an element of the client in front',
    RSA,
    ({ ec, rsa, proxy }) => `${bare(ec)},${bare(rsa)},${bare(proxy)}`,
  ],
  ['one element', REFUSED, ({ rsa }) => bare(rsa)],
  [
    'a nearest element without a certificate',
    RSA,
    ({ rsa, proxy }) =>
      `${bare(rsa)},${SIDECAR};${hash(proxy)};Subject="";URI=spiffe://mesh/gateway`,
  ],
  ['several names in it', RSA, ({ rsa }) => `${bare(rsa)},${SIDECAR};URI=a;URI=b;DNS=c`],
  ['a key in it that nobody knows', REFUSED, ({ rsa }) => `${bare(rsa)},${SIDECAR};Foo=a`],
  [
    'a name in front of it with a comma, to shift the count',
    REFUSED,
    ({ named, rsa }) => `${bare(named)};URI=spiffe://x,${bare(rsa)},${SIDECAR};URI=a`,
  ],
  [
    'the same without a certificate of its own',
    REFUSED,
    ({ named, rsa }) => `${hash(named)};URI=spiffe://x,${bare(rsa)},${SIDECAR};URI=a`,
  ],
  [
    'a name of the nearest client with a comma, to shift the count',
    REFUSED,
    ({ ec, rsa, named }) => `${bare(rsa)},${bare(named)};URI=spiffe://x,${bare(ec)}`,
  ],
]

const IDENTITY: readonly Row[] = [
  [
    'what a sidecar says',
    RSA,
    ({ rsa }) =>
      `By=spiffe://mesh/gateway;${hash(rsa)};Subject="CN=rsa-client";URI=spiffe://mesh/a`,
  ],
  ['a fingerprint alone', RSA, ({ rsa }) => hash(rsa)],
  ['a certificate as well', RSA, ({ rsa }) => toXfcc(rsa)],
  ['no fingerprint', REFUSED, () => 'Subject="CN=rsa-client";URI=spiffe://mesh/a'],
  ['half a fingerprint', REFUSED, ({ rsa }) => hash(rsa).slice(0, -2)],
  ['a Subject behind a name', REFUSED, ({ rsa }) => `${hash(rsa)};URI=a;Subject="CN=admin"`],
  ['quotes around the name', REFUSED, ({ rsa }) => `${hash(rsa)};URI="a"`],
  ['a semicolon behind the name', REFUSED, ({ rsa }) => `${hash(rsa)};URI=a;`],
  ['a By behind the name', REFUSED, ({ rsa }) => `${hash(rsa)};URI=a;By=b`],
  ['a Subject in hex', RSA, ({ rsa }) => `${hash(rsa)};Subject="2.5.4.97=#0C0141"`],
  [
    'a Subject that is no string',
    REFUSED,
    ({ rsa }) => `${hash(rsa)};Subject="2.5.4.45=#03020001"`,
  ],
  ['two names', REFUSED, ({ rsa }) => `${hash(rsa)};URI=a;URI=b`],
  ['a DNS name', REFUSED, ({ rsa }) => `${hash(rsa)};DNS=a`],
  ['a damaged certificate beside it', REFUSED, (w) => `${hash(w.rsa)};${cert(damaged(w.rsa))}`],
  ["another's certificate beside it", REFUSED, ({ rsa, ec }) => `${hash(rsa)};${cert(ec)}`],
  ['two elements', REFUSED, ({ rsa, ec }) => `${hash(ec)},${hash(rsa)}`],
]

const ENVOY = { certificateSource: 'envoy', trustedProxies: 'loopback' } as const

export const XFCC_GROUPS: readonly CaseGroup[] = [
  { title: 'one XFCC element', options: () => ENVOY, cases: toCases(ONE_ELEMENT) },
  { title: 'xfccHop: 0', options: () => ({ ...ENVOY, xfccHop: 0 }), cases: toCases(NEAREST) },
  { title: 'xfccHop: 1', options: () => ({ ...ENVOY, xfccHop: 1 }), cases: toCases(SECOND) },
  {
    title: 'forwardedIdentity: true',
    options: () => ({ ...ENVOY, forwardedIdentity: true }),
    cases: toCases(IDENTITY),
  },
  {
    title: 'xfccHop: 1 with forwardedIdentity',
    options: () => ({ ...ENVOY, xfccHop: 1, forwardedIdentity: true }),
    cases: toCases([
      ...SECOND,
      ['two elements without a certificate', RSA, ({ rsa, ec }) => `${hash(rsa)},${hash(ec)}`],
      ['a name in the wanted one', RSA, ({ rsa, ec }) => `${hash(rsa)};URI=a,${hash(ec)};URI=b`],
    ]),
  },
]
