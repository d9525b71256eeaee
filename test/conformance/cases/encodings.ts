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
  rejected,
} from '../support/corpus-case.js'
import type { Identities } from '../support/identities.js'
import { damaged, type Encodable, withTrailingBytes } from './damage.js'

const HEADER = 'X-My-Certificate'
const MALFORMED = rejected('header_missing_or_malformed')
const RSA = accepted('rsa')

type Row = readonly [title: string, expected: Expected, value: (certs: Identities) => string]

/** Cases that every encoding has to pass. */
function commonRows(write: (...certificates: Encodable[]) => string): Row[] {
  return [
    ['an RSA certificate', RSA, ({ rsa }) => write(rsa)],
    ['an EC certificate', accepted('ec'), ({ ec }) => write(ec)],
    ['an expired certificate', rejected('certificate_expired'), ({ expired }) => write(expired)],
    ['an empty value', MALFORMED, () => ''],
    ["Apache's placeholder for no certificate", MALFORMED, () => '(null)'],
    ['an unfilled placeholder', MALFORMED, () => '{http.request.tls.client.certificate}'],
    ['bytes after the certificate', MALFORMED, ({ rsa }) => write(withTrailingBytes(rsa))],
    ['a damaged leaf before a good one', MALFORMED, ({ rsa, ec }) => write(damaged(rsa), ec)],
    [
      'a second value after a comma and a space',
      MALFORMED,
      ({ rsa, ec }) => `${write(rsa)}, ${write(ec)}`,
    ],
  ]
}

const ROWS: Readonly<Record<Exclude<HeaderEncoding, 'xfcc'>, readonly Row[]>> = {
  'url-pem': [
    ...commonRows(toUrlPem),
    ["a literal plus, which isn't a space", RSA, ({ rsa }) => toUrlPemAws(rsa)],
    ['a comment before the certificate', MALFORMED, ({ rsa }) => `subject%3DCN%0A${toUrlPem(rsa)}`],
    ['a comment after the certificate', MALFORMED, ({ rsa }) => `${toUrlPem(rsa)}admin`],
    ['a broken escape', MALFORMED, ({ rsa }) => `${toUrlPem(rsa)}%E0%A4%A`],
    ['spaces instead of line breaks', MALFORMED, ({ rsa }) => toApachePem(rsa)],
    ['base64 without armour', MALFORMED, ({ rsa }) => toBase64Der(rsa)],
  ],
  'url-pem-aws': commonRows(toUrlPemAws),
  'base64-der': [
    ...commonRows(toBase64Der),
    [
      'a list of certificates without includeChain',
      MALFORMED,
      (certs) => toBase64Der(certs.rsa, certs.root),
    ],
    ['a space inside the base64', MALFORMED, ({ rsa }) => toBase64Der(rsa).replace(/^.{8}/, '$& ')],
    ['one digit more instead of the padding', MALFORMED, ({ rsa }) => `${toBase64Der(rsa)}A`],
    ['PEM instead of DER', MALFORMED, ({ rsa }) => toBase64Pem(rsa)],
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
    ['a comment before the certificate', MALFORMED, ({ rsa }) => `admin ${toApachePem(rsa)}`],
  ],
  'base64-pem': [
    ...commonRows(toBase64Pem),
    ['DER instead of PEM', MALFORMED, ({ rsa }) => toBase64Der(rsa)],
  ],
}

function toCase([title, expected, value]: Row): CorpusCase {
  return overHttp(title, expected, (certs) => [[HEADER, value(certs)]])
}

/**
 * Every encoding except xfcc, which has its own grammar and cases, in a header that the application
 * names.
 */
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
  return overHttp('a certificate in this header', expected, ({ rsa }) => [[name, toBase64Der(rsa)]])
}

const NO_PROTOTYPE = {
  expected: RSA,
  why: 'its headers are in an object without a prototype, so they can hold this name too',
}

/**
 * Node's HTTP/1 parser loses a header with this name, so the request is rejected. No known proxy uses
 * it.
 */
const PROTOTYPE: CorpusCase = {
  ...inherited('__proto__', MALFORMED),
  differs: {
    'Fetch with Hono': NO_PROTOTYPE,
    'Fetch with a Request': NO_PROTOTYPE,
    'HTTP/2': NO_PROTOTYPE,
  },
}

/** Names of properties that every object inherits. */
const INHERITED = ['constructor', '__proto__', 'toString', 'hasOwnProperty']

export const NAME_GROUPS: readonly CaseGroup[] = INHERITED.map((certificateHeader) => ({
  title: `certificateHeader: '${certificateHeader}'`,
  options: () => ({
    certificateHeader,
    headerEncoding: 'base64-der',
    trustedProxies: 'loopback',
  }),
  cases: [
    overHttp('a request without this header', MALFORMED, () => []),
    certificateHeader === '__proto__' ? PROTOTYPE : inherited(certificateHeader, RSA),
  ],
}))

/** Node keeps the first of two lines with this name, and drops the other. */
function droppedTwice(title: string, first: 'ec' | 'rsa', last: 'ec' | 'rsa'): CorpusCase {
  return {
    ...overHttp(title, MALFORMED, (certs) => [
      ['From', toBase64Der(certs[first])],
      ['From', toBase64Der(certs[last])],
    ]),
    except: { 'HTTP/2': "Node's client doesn't send two headers with this name" },
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
