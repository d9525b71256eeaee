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
  refused,
} from '../support/corpus-case.js'
import type { Identities } from '../support/identities.js'
import { damaged, withTrailingBytes } from './damage.js'

const MISSING = refused('lambda_event_missing_clientcert')
const MALFORMED = refused('lambda_event_clientcert_malformed')

interface WithPem {
  readonly cert: string
}

type Row = readonly [title: string, expected: Expected, client: (who: Identities) => WithPem | null]

const ROWS: readonly Row[] = [
  ['an RSA certificate', accepted('rsa'), ({ rsa }) => rsa],
  ['an EC certificate', accepted('ec'), ({ ec }) => ec],
  ['a certificate of an intermediate authority', accepted('chained'), ({ chained }) => chained],
  ['an expired certificate', refused('certificate_expired'), ({ expired }) => expired],
  ['one of tomorrow', refused('certificate_not_yet_valid'), ({ notYetValid }) => notYetValid],
  ['no certificate', MISSING, () => null],
  ['an empty text', MISSING, () => ({ cert: '' })],
  ['two certificates', MALFORMED, ({ rsa, root }) => ({ cert: rsa.cert + root.cert })],
  ['text in front', MALFORMED, ({ rsa }) => ({ cert: `admin\n${rsa.cert}` })],
  ['bytes behind the certificate', MALFORMED, ({ rsa }) => withTrailingBytes(rsa)],
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
  event: (who: Identities) => object,
): CorpusCase {
  return { title, expected, request: (who) => ({ over: 'lambda', event: event(who) }) }
}

function rowCases(rows: readonly Row[]): CorpusCase[] {
  return KINDS.flatMap(([kind, toEvent]) =>
    rows.map(([title, expected, client]) =>
      overLambda(`${title}, ${kind} API`, expected, (who) => toEvent(client(who))),
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
    overHttp('a request that came without any event', MISSING, ({ rsa }) => [
      ['X-SSL-Client-Cert', toUrlPem(rsa)],
      ['apiGateway', JSON.stringify({ event: restEvent(rsa) })],
    ]),
    overTls('a TLS client without any event', MISSING, ({ rsa }) => rsa),
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
