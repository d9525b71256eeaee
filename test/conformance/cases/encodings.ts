import type { HeaderEncoding } from '../../../src/extractor/index.js'
import {
  toApachePem,
  toBase64Der,
  toBase64Pem,
  toRfc9440,
  toUrlPem,
  toUrlPemAws,
} from '../../support/header-values.js'
import {
  accepted,
  type CaseGroup,
  type CorpusCase,
  type Expected,
  overHttp,
  refused,
} from '../support/corpus-case.js'
import type { Identities } from '../support/identities.js'
import { damaged, type Shown, withTrailingBytes } from './damage.js'

const HEADER = 'X-My-Certificate'
const MALFORMED = refused('header_missing_or_malformed')
const RSA = accepted('rsa')

type Row = readonly [title: string, expected: Expected, value: (who: Identities) => string]

/** What is true of every encoding. */
function commonRows(write: (...certificates: Shown[]) => string): Row[] {
  return [
    ['an RSA certificate', RSA, ({ rsa }) => write(rsa)],
    ['an EC certificate', accepted('ec'), ({ ec }) => write(ec)],
    ['an expired certificate', refused('certificate_expired'), ({ expired }) => write(expired)],
    ['an empty value', MALFORMED, () => ''],
    ["Apache's word for nothing", MALFORMED, () => '(null)'],
    ['an unfilled placeholder', MALFORMED, () => '{http.request.tls.client.certificate}'],
    ['bytes behind the certificate', MALFORMED, ({ rsa }) => write(withTrailingBytes(rsa))],
    ['a damaged leaf before a good one', MALFORMED, ({ rsa, ec }) => write(damaged(rsa), ec)],
    ['text behind a comma and a space', MALFORMED, ({ rsa, ec }) => `${write(rsa)}, ${write(ec)}`],
  ]
}

const ROWS: Readonly<Record<Exclude<HeaderEncoding, 'xfcc'>, readonly Row[]>> = {
  'url-pem': [
    ...commonRows(toUrlPem),
    ['a literal plus, which is no space', RSA, ({ rsa }) => toUrlPemAws(rsa)],
    ['a comment in front', MALFORMED, ({ rsa }) => `subject%3DCN%0A${toUrlPem(rsa)}`],
    ['a comment behind', MALFORMED, ({ rsa }) => `${toUrlPem(rsa)}admin`],
    ['a broken escape', MALFORMED, ({ rsa }) => `${toUrlPem(rsa)}%E0%A4%A`],
    ['spaces for line ends', MALFORMED, ({ rsa }) => toApachePem(rsa)],
    ['base64 without armour', MALFORMED, ({ rsa }) => toBase64Der(rsa)],
  ],
  'url-pem-aws': commonRows(toUrlPemAws),
  'base64-der': [
    ...commonRows(toBase64Der),
    ['a list, where the chain was not asked for', MALFORMED, (w) => toBase64Der(w.rsa, w.root)],
    ['a space inside', MALFORMED, ({ rsa }) => toBase64Der(rsa).replace(/^.{8}/, '$& ')],
    ['no padding, but one more digit', MALFORMED, ({ rsa }) => `${toBase64Der(rsa)}A`],
    ['PEM in place of DER', MALFORMED, ({ rsa }) => toBase64Pem(rsa)],
    ['colons around it', MALFORMED, ({ rsa }) => toRfc9440(rsa)],
  ],
  rfc9440: [
    ...commonRows(toRfc9440),
    ['no colons', MALFORMED, ({ rsa }) => toBase64Der(rsa)],
    ['a parameter', MALFORMED, ({ rsa }) => `${toRfc9440(rsa)};a=1`],
    ['nothing between the colons', MALFORMED, () => '::'],
    ['no padding', RSA, ({ rsa }) => toRfc9440(rsa).replaceAll('=', '')],
    ['a placeholder between the colons', MALFORMED, () => ':{http.request.tls.client}:'],
  ],
  'apache-pem': [
    ...commonRows(toApachePem),
    ['two spaces inside', MALFORMED, ({ rsa }) => toApachePem(rsa).replace('- M', '-  M')],
    ['a comment in front', MALFORMED, ({ rsa }) => `admin ${toApachePem(rsa)}`],
  ],
  'base64-pem': [
    ...commonRows(toBase64Pem),
    ['DER in place of PEM', MALFORMED, ({ rsa }) => toBase64Der(rsa)],
  ],
}

function toCase([title, expected, value]: Row): CorpusCase {
  return overHttp(title, expected, (who) => [[HEADER, value(who)]])
}

/** A header of the application's own, in every encoding that has no grammar of its own. */
export const ENCODING_GROUPS: readonly CaseGroup[] = Object.entries(ROWS).map(
  ([headerEncoding, rows]) => ({
    title: `headerEncoding: '${headerEncoding}'`,
    options: () => ({
      certificateHeader: HEADER,
      headerEncoding: headerEncoding as HeaderEncoding,
      trustedProxies: 'loopback',
    }),
    cases: rows.map(toCase),
  }),
)

function inherited(name: string, expected: Expected): CorpusCase {
  return overHttp('a certificate in it', expected, ({ rsa }) => [[name, toBase64Der(rsa)]])
}

const NO_PROTOTYPE = {
  expected: RSA,
  why: 'its headers are in an object without prototype, which can hold this name too',
}

/** Node's HTTP/1 parser loses a header of this name, which nobody uses: that is a refusal. */
const PROTOTYPE: CorpusCase = {
  ...inherited('__proto__', MALFORMED),
  differs: {
    'Fetch with Hono': NO_PROTOTYPE,
    'Fetch with a Request': NO_PROTOTYPE,
    'HTTP/2': NO_PROTOTYPE,
  },
}

/** Names that every object has without being given them. */
const INHERITED = ['constructor', '__proto__', 'toString', 'hasOwnProperty']

export const NAME_GROUPS: readonly CaseGroup[] = INHERITED.map((certificateHeader) => ({
  title: `certificateHeader: '${certificateHeader}'`,
  options: () => ({
    certificateHeader,
    headerEncoding: 'base64-der',
    trustedProxies: 'loopback',
  }),
  cases: [
    overHttp('a request without such a header', MALFORMED, () => []),
    certificateHeader === '__proto__' ? PROTOTYPE : inherited(certificateHeader, RSA),
  ],
}))

/** Of two lines with such a name, Node keeps the first and drops the other. */
function droppedTwice(title: string, first: 'ec' | 'rsa', last: 'ec' | 'rsa'): CorpusCase {
  return {
    ...overHttp(title, MALFORMED, (who) => [
      ['From', toBase64Der(who[first])],
      ['From', toBase64Der(who[last])],
    ]),
    except: { 'HTTP/2': 'the client of Node does not send two headers of this name' },
  }
}

export const SINGLE_GROUPS: readonly CaseGroup[] = [
  {
    title: "certificateHeader: 'From'",
    options: () => ({
      certificateHeader: 'From',
      headerEncoding: 'base64-der',
      trustedProxies: 'loopback',
    }),
    cases: [
      overHttp('one header', RSA, ({ rsa }) => [['From', toBase64Der(rsa)]]),
      droppedTwice('two headers, the forged one first', 'ec', 'rsa'),
      droppedTwice('two headers, the forged one last', 'rsa', 'ec'),
    ],
  },
]
