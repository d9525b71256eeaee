import { createHash } from 'node:crypto'
import { toUrlPem, toXfcc } from '../../support/header-values.js'
import {
  accepted,
  type CaseGroup,
  type CorpusCase,
  type Expected,
  overHttp,
  rejected,
} from '../support/corpus-case.js'
import { type Identities, NAMED_URI } from '../support/identities.js'
import { damaged, type Encodable } from './damage.js'

const REJECTED = rejected('header_missing_or_malformed')
const RSA = accepted('rsa')

type Row = readonly [title: string, expected: Expected, value: (certs: Identities) => string]

function toCases(rows: readonly Row[]): CorpusCase[] {
  return rows.map(([title, expected, value]) =>
    overHttp(title, expected, (certs) => [['X-Forwarded-Client-Cert', value(certs)]]),
  )
}

function hash({ raw }: Encodable): string {
  return `Hash=${createHash('sha256').update(raw).digest('hex')}`
}

function cert(certificate: Encodable): string {
  return `Cert="${toUrlPem(certificate)}"`
}

/** An element without names, as a proxy in append mode should write it. */
function bare(certificate: Encodable): string {
  return `${hash(certificate)};${cert(certificate)}`
}

const ONE_ELEMENT: readonly Row[] = [
  ['Cert alone', RSA, ({ rsa }) => cert(rsa)],
  ['Chain alone', RSA, ({ rsa, root }) => `Chain="${toUrlPem(rsa, root)}"`],
  ['a Hash in capitals', RSA, ({ rsa }) => `Hash=${hash(rsa).slice(5).toUpperCase()};${cert(rsa)}`],
  ['keys in capitals', RSA, ({ rsa }) => bare(rsa).replace('Hash', 'HASH').replace('Cert', 'CERT')],
  ['By first', RSA, ({ rsa }) => `By=spiffe://mesh/gateway;${toXfcc(rsa)}`],
  ['semicolons in By', RSA, ({ rsa }) => `By=urn:a:p(b;None;c);By=urn:d;e;${toXfcc(rsa)}`],
  ['a comma in By', REJECTED, ({ rsa }) => `By=urn:a,b;${toXfcc(rsa)}`],
  ['semicolons in By and no Hash', REJECTED, ({ rsa }) => `By=urn:a;b;${cert(rsa)}`],
  ['By inside a URI before the Hash', REJECTED, ({ rsa }) => `URI=x;By=a;b;${bare(rsa)}`],
  [
    'an element of another proxy inside quotes',
    REJECTED,
    ({ rsa, ec }) => `${bare(rsa)};Subject="CN=a,By=b;${hash(ec)};URI=x"`,
  ],
  [
    'a quoted Subject with a certificate in it',
    RSA,
    ({ rsa, ec }) => `${bare(rsa)};Subject="CN=a\\";${cert(ec).replaceAll('"', '\\"')}"`,
  ],
  [
    'a Cert after a URI, without a Hash before it',
    REJECTED,
    ({ rsa }) => `By=spiffe://mesh/gateway;URI=x;${cert(rsa)}`,
  ],
  [
    "another client's Cert after a URI, and the client's own Hash before it",
    REJECTED,
    ({ rsa, ec }) => `${hash(ec)};URI=x;${cert(rsa)}`,
  ],
  ['a Cert after a DNS name', REJECTED, ({ rsa }) => `DNS=a;${cert(rsa)}`],
  ['a Cert after an unknown key', REJECTED, ({ rsa }) => `Foo=a;${cert(rsa)}`],
  ['a Hash after a URI', REJECTED, ({ rsa }) => `URI=x;${bare(rsa)}`],
  ['two elements', REJECTED, ({ rsa, ec }) => `${toXfcc(ec)},${toXfcc(rsa)}`],
  ['two elements, one without a certificate', REJECTED, ({ rsa }) => `${toXfcc(rsa)},By=a`],
  ['the Hash of another certificate', REJECTED, ({ rsa, ec }) => `${hash(ec)};${cert(rsa)}`],
  ['Cert twice', REJECTED, ({ rsa, ec }) => `${bare(rsa)};${cert(ec)}`],
  ['Hash twice', REJECTED, ({ rsa }) => `${hash(rsa)};${bare(rsa)}`],
  ['a Cert without quotes', REJECTED, ({ rsa }) => `Cert=${toUrlPem(rsa)}`],
  ['an open quote', REJECTED, ({ rsa }) => cert(rsa).slice(0, -1)],
  ['a backslash before the last quote', REJECTED, ({ rsa }) => cert(rsa).replace(/"$/, '\\"')],
  ['text after the last quote', REJECTED, ({ rsa }) => `${cert(rsa)}x`],
  [
    'a Chain that does not begin with the Cert',
    REJECTED,
    ({ rsa, ec }) => `${cert(rsa)};Chain="${toUrlPem(ec, rsa)}"`,
  ],
  [
    'a damaged Cert and a good Chain',
    REJECTED,
    ({ rsa }) => `${cert(damaged(rsa))};Chain="${toUrlPem(rsa)}"`,
  ],
  ['no certificate', REJECTED, ({ rsa }) => `${hash(rsa)};Subject="CN=rsa-client";URI=`],
  ['JSON', REJECTED, ({ rsa }) => JSON.stringify([{ cert: toUrlPem(rsa) }])],
]

const NEAREST: readonly Row[] = [
  ['one element', RSA, ({ rsa }) => bare(rsa)],
  ["the nearest proxy's element last", RSA, ({ rsa, ec }) => `${bare(ec)},${bare(rsa)}`],
  ['a genuine name', accepted('named'), ({ named }) => `${bare(named)};URI=${NAMED_URI}`],
  [
    'a name that is not in the certificate',
    REJECTED,
    (certs) => `${bare(certs.named)};URI=spiffe://other`,
  ],
  [
    'a name that a comma cuts off, and a certificate after it',
    REJECTED,
    ({ named, rsa }) => `${bare(named)};URI=spiffe://x,${bare(rsa)}`,
  ],
  ['a name without a certificate', REJECTED, ({ rsa }) => `URI=spiffe://x,${bare(rsa)}`],
  ['ten elements', RSA, ({ rsa }) => `${'By=a,'.repeat(9)}${bare(rsa)}`],
  ['eleven elements', REJECTED, ({ rsa }) => `${'By=a,'.repeat(10)}${bare(rsa)}`],
  ['a space after the comma', REJECTED, ({ rsa, ec }) => `${bare(ec)}, ${bare(rsa)}`],
]

/** The beginning of an element that has no certificate. */
const SIDECAR = 'By=spiffe://mesh/api'

const SECOND: readonly Row[] = [
  ['two elements', RSA, ({ rsa, proxy }) => `${bare(rsa)},${bare(proxy)}`],
  [
    'an element that the client sent before it',
    RSA,
    ({ ec, rsa, proxy }) => `${bare(ec)},${bare(rsa)},${bare(proxy)}`,
  ],
  ['one element', REJECTED, ({ rsa }) => bare(rsa)],
  [
    'a nearest element without a certificate',
    RSA,
    ({ rsa, proxy }) =>
      `${bare(rsa)},${SIDECAR};${hash(proxy)};Subject="";URI=spiffe://mesh/gateway`,
  ],
  [
    'several names in the nearest element',
    RSA,
    ({ rsa }) => `${bare(rsa)},${SIDECAR};URI=a;URI=b;DNS=c`,
  ],
  ['an unknown key in the nearest element', REJECTED, ({ rsa }) => `${bare(rsa)},${SIDECAR};Foo=a`],
  [
    'a comma in an earlier name, to shift the hops',
    REJECTED,
    ({ named, rsa }) => `${bare(named)};URI=spiffe://x,${bare(rsa)},${SIDECAR};URI=a`,
  ],
  [
    'a comma in an earlier name, and no certificate beside it',
    REJECTED,
    ({ named, rsa }) => `${hash(named)};URI=spiffe://x,${bare(rsa)},${SIDECAR};URI=a`,
  ],
  [
    "a comma in the nearest client's name, to shift the hops",
    REJECTED,
    ({ ec, rsa, named }) => `${bare(rsa)},${bare(named)};URI=spiffe://x,${bare(ec)}`,
  ],
]

const IDENTITY: readonly Row[] = [
  [
    'the element that a sidecar sends',
    RSA,
    ({ rsa }) =>
      `By=spiffe://mesh/gateway;${hash(rsa)};Subject="CN=rsa-client";URI=spiffe://mesh/a`,
  ],
  ['only a fingerprint', RSA, ({ rsa }) => hash(rsa)],
  ['a fingerprint and a certificate', RSA, ({ rsa }) => toXfcc(rsa)],
  ['no fingerprint', REJECTED, () => 'Subject="CN=rsa-client";URI=spiffe://mesh/a'],
  ['half a fingerprint', REJECTED, ({ rsa }) => hash(rsa).slice(0, -2)],
  ['a Subject after a name', REJECTED, ({ rsa }) => `${hash(rsa)};URI=a;Subject="CN=admin"`],
  ['quotes around the name', REJECTED, ({ rsa }) => `${hash(rsa)};URI="a"`],
  ['a semicolon after the name', REJECTED, ({ rsa }) => `${hash(rsa)};URI=a;`],
  ['a By after the name', REJECTED, ({ rsa }) => `${hash(rsa)};URI=a;By=b`],
  ['a Subject in hex', RSA, ({ rsa }) => `${hash(rsa)};Subject="2.5.4.97=#0C0141"`],
  [
    "a Subject that isn't a string",
    REJECTED,
    ({ rsa }) => `${hash(rsa)};Subject="2.5.4.45=#03020001"`,
  ],
  ['two names', REJECTED, ({ rsa }) => `${hash(rsa)};URI=a;URI=b`],
  ['a DNS name', REJECTED, ({ rsa }) => `${hash(rsa)};DNS=a`],
  [
    'a damaged certificate beside it',
    REJECTED,
    (certs) => `${hash(certs.rsa)};${cert(damaged(certs.rsa))}`,
  ],
  ["another client's certificate beside it", REJECTED, ({ rsa, ec }) => `${hash(rsa)};${cert(ec)}`],
  ['two elements', REJECTED, ({ rsa, ec }) => `${hash(ec)},${hash(rsa)}`],
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
      [
        'a name in the wanted element',
        RSA,
        ({ rsa, ec }) => `${hash(rsa)};URI=a,${hash(ec)};URI=b`,
      ],
    ]),
  },
]
