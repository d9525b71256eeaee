import type { ExtractorOptions } from '../../../src/extractor/index.js'
import { httpEvent, restEvent } from '../../support/lambda-events.js'
import { toUrlPem } from '../../support/header-values.js'
import {
  accepted,
  type CaseGroup,
  type CorpusCase,
  type Expected,
  overHttp,
  overTls,
  rejected,
} from '../support/corpus-case.js'
import type { Identities } from '../support/identities.js'
import { damaged, withTrailingBytes } from './damage.js'

const MISSING = rejected('lambda_event_missing_clientcert')
const MALFORMED = rejected('lambda_event_clientcert_malformed')

interface WithPem {
  readonly cert: string
}

type Row = readonly [
  title: string,
  expected: Expected,
  client: (certs: Identities) => WithPem | null,
]

const ROWS: readonly Row[] = [
  ['an RSA certificate', accepted('rsa'), ({ rsa }) => rsa],
  ['an EC certificate', accepted('ec'), ({ ec }) => ec],
  ['a certificate from an intermediate CA', accepted('chained'), ({ chained }) => chained],
  ['an expired certificate', rejected('certificate_expired'), ({ expired }) => expired],
  [
    'a certificate that becomes valid tomorrow',
    rejected('certificate_not_yet_valid'),
    ({ notYetValid }) => notYetValid,
  ],
  ['no certificate', MISSING, () => null],
  ['an empty string', MISSING, () => ({ cert: '' })],
  ['two certificates', MALFORMED, ({ rsa, root }) => ({ cert: rsa.cert + root.cert })],
  ['text before the certificate', MALFORMED, ({ rsa }) => ({ cert: `admin\n${rsa.cert}` })],
  ['bytes after the certificate', MALFORMED, ({ rsa }) => withTrailingBytes(rsa)],
  ['a damaged certificate', MALFORMED, ({ rsa }) => damaged(rsa)],
  ['percent-encoded PEM', MALFORMED, ({ rsa }) => ({ cert: toUrlPem(rsa) })],
]

const KINDS = [
  ['REST', restEvent],
  ['HTTP', httpEvent],
] as const

function overLambda(
  title: string,
  expected: Expected,
  event: (certs: Identities) => object,
): CorpusCase {
  return { title, expected, request: (certs) => ({ over: 'lambda', event: event(certs) }) }
}

function rowCases(rows: readonly Row[]): CorpusCase[] {
  return KINDS.flatMap(([kind, toEvent]) =>
    rows.map(([title, expected, client]) =>
      overLambda(`${title}, ${kind} API`, expected, (certs) => toEvent(client(certs))),
    ),
  )
}

function group(title: string, options: ExtractorOptions, cases: readonly CorpusCase[]): CaseGroup {
  return { title, options: () => ({ certificateSource: 'api-gateway', ...options }), cases }
}

export const EVENT_GROUPS: readonly CaseGroup[] = [
  group("certificateSource: 'api-gateway'", {}, [
    ...rowCases(ROWS),
    overLambda('a REST certificate in an HTTP event', MISSING, ({ rsa }) => ({
      ...httpEvent(null),
      requestContext: {
        ...(httpEvent(null) as { requestContext: object }).requestContext,
        ...(restEvent(rsa) as { requestContext: object }).requestContext,
      },
    })),
    overLambda('a certificate in a header', MISSING, ({ rsa }) => ({
      ...restEvent(null),
      headers: { 'X-SSL-Client-Cert': toUrlPem(rsa), 'X-SSL-Client-Verify': 'SUCCESS' },
      multiValueHeaders: { 'X-SSL-Client-Cert': [toUrlPem(rsa)] },
    })),
    overHttp('a request without an event', MISSING, ({ rsa }) => [
      ['X-SSL-Client-Cert', toUrlPem(rsa)],
      ['apiGateway', JSON.stringify({ event: restEvent(rsa) })],
    ]),
    overTls('a TLS client without an event', MISSING, ({ rsa }) => rsa),
  ]),
  group("certificateSource: 'api-gateway', checkValidity: false", { checkValidity: false }, [
    ...rowCases([
      ['an expired certificate', accepted('expired'), ({ expired }) => expired],
      ['no certificate', MISSING, () => null],
    ]),
  ]),
  group("certificateSource: 'api-gateway', cache: false", { cache: false }, [
    ...rowCases(ROWS.slice(0, 2)),
  ]),
]
