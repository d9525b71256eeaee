import { expect } from 'chai'
import fc from 'fast-check'
import { createExtractor, type ExtractorOptions } from '../../src/extractor/index.js'
import {
  createEnvoyClient,
  type EnvoyClient,
  type EnvoyHop,
  forward,
  sha256,
} from '../support/envoy.js'
import { toUrlPem } from '../support/header-values.js'

const VICTIM_URI = 'spiffe://mesh/victim'
const MAX_HOPS = 3

const runs = { numRuns: 300 }

/** The values that a client chooses, in its own header and in the names of its certificate. */
interface Hostile {
  readonly sent: string | undefined
  readonly uris: readonly string[]
  readonly dns: readonly string[]
  readonly commonName: string
}

let victim: EnvoyClient
let honest: EnvoyClient
let proxies: EnvoyClient[]
let hostile: fc.Arbitrary<Hostile>

before(async () => {
  victim = await createEnvoyClient([VICTIM_URI], [], 'victim')
  honest = await createEnvoyClient(['spiffe://mesh/honest'], ['honest.example.com'], 'honest')
  proxies = await Promise.all([
    createEnvoyClient(['spiffe://mesh/gateway'], [], 'gateway'),
    createEnvoyClient([], ['proxy.example.com', 'proxy'], 'proxy'),
    createEnvoyClient([], [], 'nameless'),
  ])
  hostile = hostileClients()
})

/** Strings made of the tokens of the header, and of whole elements of the victim. */
function hostileClients(): fc.Arbitrary<Hostile> {
  const hash = `Hash=${sha256(victim.certificate)}`
  const cert = `Cert="${toUrlPem(victim.certificate)}"`
  const element = `${hash};${cert}`
  const identity = `${hash};Subject="";URI=${VICTIM_URI}`
  const atoms = [
    ...[',', ';', '"', '\\', '\\"', 'a', '', ',,', ';;', '";', '",', ',"', ';"'],
    ...[
      'By=',
      'URI=',
      'DNS=',
      'X=',
      'X="',
      'Subject="',
      'Subject="CN=a',
      'Cert="',
      'By="',
      'Hash=',
    ],
    ...['Subject="";', ';By=a', ',By=a;', ';URI=', ';DNS=', ',URI=', ';X=y', ';X="y"'],
    ...[hash, cert, element, identity, VICTIM_URI, `URI=${VICTIM_URI}`, `;URI=${VICTIM_URI}`],
    ...[`,${element}`, `,${identity}`, `;${element}`, `";${element}`, `",${element}`],
    ...[`,${element},By=a`, `,${identity},By=a`, `"${VICTIM_URI}"`, `${VICTIM_URI};`],
  ]
  const anything = fc
    .array(fc.constantFrom(...atoms), { minLength: 1, maxLength: 5 })
    .map((some) => some.join(''))
  // Values that contain a name of the victim, or end a quote that was opened earlier.
  const ends = [
    ';',
    ';By=a',
    ';X="y"',
    ';X=y',
    ';Subject="CN=victim"',
    `,${identity}`,
    `,${element}`,
  ]
  const name = fc
    .oneof(
      anything,
      fc.constantFrom(...ends).map((end) => `${VICTIM_URI}${end}`),
      fc.constantFrom(`"${VICTIM_URI}"`, 'a"', `a";${element}`, `a",${element}`, `a";${identity}`),
    )
    // No CA issues a certificate with exactly the victim's name to another client.
    .filter((text) => text !== VICTIM_URI)
  const openQuote = fc.constantFrom(
    ...['X="', 'Cert="', 'By="', 'Subject="CN=a', 'URI="', 'X="\\'],
    ...[`${element};Subject="CN=a`, `${identity};X="`, `${element},X="`, `${element};X="\\`],
  )
  const names = fc.oneof(fc.constant([]), fc.tuple(name), fc.array(name, { maxLength: 3 }))
  return fc.record({
    sent: fc.option(fc.oneof(anything, openQuote), { nil: undefined }),
    uris: names,
    dns: names,
    commonName: anything,
  })
}

function hops(mode: fc.Arbitrary<EnvoyHop['mode']>): fc.Arbitrary<EnvoyHop> {
  const by = fc.constantFrom([], ['spiffe://mesh/a'], ['urn:a:p(b;None;c)'], ['urn:a;b', 'urn:c'])
  return fc.record({
    mode,
    by,
    cert: fc.boolean(),
    chain: fc.constantFrom(false, false, true),
    subject: fc.boolean(),
    uri: fc.constantFrom('all', 'all', 'first', 'none'),
    dns: fc.boolean(),
  })
}

/** The outermost proxy comes first. All later proxies append. */
const paths: fc.Arbitrary<EnvoyHop[]> = fc
  .tuple(
    hops(fc.constantFrom('SANITIZE_SET', 'APPEND_FORWARD')),
    fc.array(hops(fc.constant('APPEND_FORWARD')), { maxLength: MAX_HOPS - 1 }),
  )
  .map(([outermost, others]) => [outermost, ...others])

/** The header after all proxies. Each proxy is the client of the next proxy. */
function travel(path: readonly EnvoyHop[], clients: readonly EnvoyClient[], sent?: string): string {
  return path.reduce<string | undefined>(
    (header, hop, at) => forward(header, hop, clients[at] as EnvoyClient),
    sent,
  ) as string
}

function clientsOf(path: readonly EnvoyHop[], outermost: EnvoyClient): EnvoyClient[] {
  return path.map((_, at) => (at === 0 ? outermost : (proxies[at % proxies.length] as EnvoyClient)))
}

/** Returns `victim` for everything that an application might mistake for the victim. */
function extract(header: string, options: ExtractorOptions) {
  const request = {
    headers: { 'x-forwarded-client-cert': header },
    socket: { remoteAddress: '127.0.0.1' },
  }
  const extractor = createExtractor({
    certificateSource: 'envoy',
    trustedProxies: 'loopback',
    ...options,
  })
  const [first, again] = [extractor(request), extractor(request)]
  expect(again.certificate?.fingerprint256).to.equal(first.certificate?.fingerprint256)
  const { certificate, reason } = first
  const fingerprint = certificate?.fingerprint256.replaceAll(':', '').toLowerCase()
  return {
    reason,
    fingerprint,
    kind:
      certificate === null ? 'none' : certificate.forwardedIdentity === true ? 'identity' : 'cert',
    isVictim:
      fingerprint === sha256(victim.certificate) ||
      certificate?.subjectaltname === `URI:${VICTIM_URI}`,
  }
}

/** Every way to read a header: with any hop or none, with identities or without. */
const settings = [undefined, 0, 1, 2, 3].flatMap((xfccHop) =>
  [false, true].map((forwardedIdentity): ExtractorOptions => ({ xfccHop, forwardedIdentity })),
)

describe('X-Forwarded-Client-Cert of Envoys, for a client that chose its names,', () => {
  it('never identifies another client', async () => {
    await fc.assert(
      fc.asyncProperty(paths, hostile, async (path, { sent, uris, dns, commonName }) => {
        const client = await createEnvoyClient(uris, dns, commonName)
        const header = travel(path, clientsOf(path, client), sent)
        const [outermost] = path as [EnvoyHop]
        for (const options of settings) {
          const { xfccHop = 0, forwardedIdentity } = options
          // Then the client has written the element, and nothing in the element can show that.
          if (xfccHop >= path.length && outermost.mode === 'APPEND_FORWARD') continue
          const { isVictim, kind } = extract(header, options)
          if (!isVictim) continue
          // The only documented limit: identities, a hop, no certificate, and a comma in a name.
          const names = [...(outermost.uri === 'none' ? [] : uris), ...(outermost.dns ? dns : [])]
          expect(kind, header).to.equal('identity')
          expect(forwardedIdentity && options.xfccHop !== undefined, header).to.equal(true)
          expect(outermost.cert || outermost.chain, header).to.equal(false)
          expect(names.join(), header).to.include(',')
        }
      }),
      runs,
    )
  })

  it('never gives another certificate, whichever hop has such a client', async () => {
    await fc.assert(
      fc.asyncProperty(
        paths,
        fc.array(hostile, { minLength: 3, maxLength: 3 }),
        async (path, all) => {
          const clients = await Promise.all(
            all.map(({ uris, dns, commonName }) => createEnvoyClient(uris, dns, commonName)),
          )
          const header = travel(path, clients)
          for (const options of settings) {
            const { isVictim, kind } = extract(header, options)
            expect(isVictim && kind === 'cert', header).to.equal(false)
          }
        },
      ),
      runs,
    )
  })

  it('identifies the client of every hop, if names contain only names', () => {
    fc.assert(
      fc.property(paths, (path) => {
        const clients = clientsOf(path, honest)
        const header = travel(path, clients)
        for (const [at, hop] of path.entries()) {
          const xfccHop = path.length - 1 - at
          const isProven = (other: EnvoyHop, index: number) =>
            other.cert || other.chain || !hasNames(other, clients[index] as EnvoyClient)
          const own = sha256((clients[at] as EnvoyClient).certificate)
          const found = extract(header, { xfccHop })
          if ((hop.cert || hop.chain) && path.slice(0, at).every(isProven)) {
            expect(found.fingerprint, header).to.equal(own)
          } else {
            expect(found.reason, header).to.equal('header_missing_or_malformed')
          }
          expect([undefined, own]).to.include(
            extract(header, { xfccHop, forwardedIdentity: true }).fingerprint,
          )
        }
      }),
      runs,
    )
  })
})

function hasNames({ uri, dns }: EnvoyHop, client: EnvoyClient): boolean {
  return uri !== 'none' || (dns && client.dns.length > 0)
}
