import { createExtractor } from 'passport-client-certificate-auth/extractor'
import type { StrategyOptions } from 'passport-client-certificate-auth'
import { type Contestant, compare, type Effort } from '../measure.js'
import type { Outcome } from '../results.js'
import { listCostly, ROOM } from '../support/costly.js'
import { toPem } from '../../test/support/der-writer.js'
import type { Pki } from '../support/pki.js'
import { CERTIFICATE_HEADER, proxiedRequest, type ProxiedRequest } from '../support/requests.js'
import { authenticating, thisPackage, toFail, toSucceed } from '../support/strategies.js'

const UNIT = 'an ordinary certificate'
const DER: StrategyOptions = {
  certificateHeader: CERTIFICATE_HEADER,
  headerEncoding: 'base64-der',
  includeChain: true,
  trustedProxies: 'loopback',
  cache: false,
}
const ENVOY: StrategyOptions = {
  certificateSource: 'envoy',
  xfccHop: 0,
  forwardedIdentity: true,
  trustedProxies: 'loopback',
  cache: false,
}

interface Hostile {
  readonly name: string
  readonly options: StrategyOptions
  readonly make: () => ProxiedRequest
}

/** Measures the most expensive requests that a client can send in the 16 KB that Node allows. */
export async function measureHostile({ clients, roots }: Pki, effort: Effort): Promise<Outcome> {
  const ordinary = Buffer.from(clients['P-256'].raw.toString('base64'))
  const requests: Hostile[] = [
    { name: UNIT, options: DER, make: () => proxiedRequest(ordinary) },
    ...listChains('', DER),
    ...listChains(', with ca', { ...DER, ca: [...roots] }),
    ...listElements(),
    ...listLines(ordinary),
  ]
  const result = await compare(requests.map(attempting), effort)
  const worst = requests
    .slice(1)
    .map(({ name }) => ({ name, ratio: result.ratio(name, UNIT) }))
    .sort((a, b) => b.ratio - a.ratio)
  return {
    sections: [
      {
        title: 'Hostile requests',
        about:
          'Requests within the 16 KB that Node accepts by default, made to cost as much as possible: ' +
          'certificates whose signatures all have to be verified, unusual keys, large extensions, long ' +
          'lists. The cache is off, and includeChain is on. With ca, paths are validated too, and verdicts are ' +
          'not kept because the cache is off. They are compared with one ordinary ' +
          'certificate on P-256 in the same header. Times in microseconds.',
        head: ['request', 'this package', 'times an ordinary one'],
        rows: worst.map(({ name, ratio }) => [
          name,
          result.microseconds(name),
          { value: ratio, target: 'hostile' },
        ]),
      },
    ],
  }
}

function listChains(suffix: string, options: StrategyOptions): Hostile[] {
  return listCostly().map(({ name, ders }) => {
    const value = Buffer.from(ders.map((der) => der.toString('base64')).join(','))
    if (value.length > ROOM) throw new Error(`${name} takes ${value.length} bytes`)
    return {
      name: `${ders.length} x ${name}${suffix}`,
      options,
      make: () => proxiedRequest(value),
    }
  })
}

/** One certificate in each element, as many as fit. Only the nearest proxy's element is used. */
function listElements(): Hostile[] {
  return listCostly().map(({ name, ders }) => {
    const elements = ders.map((der) => `Subject="CN=x";Cert="${encodeURIComponent(toPem(der))}"`)
    while (elements.join(',').length > ROOM) elements.pop()
    const value = elements.join(',')
    const options = ENVOY
    return { name: `XFCC of ${elements.length} x ${name}`, options, make: () => withXfcc(value) }
  })
}

function withXfcc(value: string): ProxiedRequest {
  return withLines(proxiedRequest(Buffer.from('')), [['X-Forwarded-Client-Cert', value]])
}

/** Headers without a certificate that take long. */
function listLines(ordinary: Buffer): Hostile[] {
  const commas = ','.repeat(ROOM - ordinary.length)
  const names = 'close,'.repeat((ROOM - ordinary.length) / 6)
  return [
    {
      name: 'commas in Connection',
      options: DER,
      make: () => withLines(proxiedRequest(ordinary), [['Connection', commas]]),
    },
    {
      name: 'names in Connection',
      options: DER,
      make: () => withLines(proxiedRequest(ordinary), [['Connection', names]]),
    },
    {
      name: 'lines',
      options: DER,
      make: () =>
        withLines(
          proxiedRequest(ordinary),
          Array.from({ length: (ROOM - ordinary.length) / 4 }, () => ['a', '']),
        ),
    },
    ...[
      'By=a;',
      'By=a,',
      'URI=a;',
      'Subject="";',
      'Subject="\\"\\"";,',
      'DNS=a;',
      'By=a;Hash=b,',
    ].map((unit) => ({
      name: `XFCC of ${unit}`,
      options: ENVOY,
      make: () => withXfcc(unit.repeat(ROOM / unit.length)),
    })),
  ]
}

/** Adds lines as Node does: joined in `headers`, and one by one in `rawHeaders`. */
function withLines(
  request: ProxiedRequest,
  lines: readonly (readonly [name: string, value: string])[],
): ProxiedRequest {
  for (const [name, value] of lines) {
    const field = name.toLowerCase()
    request.rawHeaders.push(name, value)
    request.headers[field] = [request.headers[field] ?? [], value].flat().join(', ')
  }
  return request
}

/**
 * Expects the first result again, because the benchmark doesn't care whether the request is
 * rejected.
 */
function attempting({ name, options, make }: Hostile): Contestant {
  const { certificate, reason } = createExtractor(options)(make())
  return authenticating(name, thisPackage(options), () =>
    certificate === null ? toFail(make(), reason) : toSucceed(make(), certificate.fingerprint256),
  )
}
