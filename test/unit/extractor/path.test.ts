import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import {
  createExtractor,
  type ExtractionResult,
  type ExtractorOptions,
  type RequestLike,
} from '../../../src/extractor/index.js'
import { explainPath } from '../../../src/extractor/explanation.js'
import type { PathFailure } from '../../../src/extractor/path.js'
import { createFetchExtractor } from '../../../src/fetch.js'
import { extractClientCertificateFromLambdaEvent } from '../../../src/lambda.js'
import { createTrustStore, type TrustStore } from '../../../src/trust.js'
import { countCalls, stopCounting } from '../../support/count-calls.js'
import { type Holder, issue, namesOf } from '../../support/der-chain.js'
import { generalizedTime } from '../../support/der-writer.js'
import { toBase64Der, toRfc9440 } from '../../support/header-values.js'
import { httpEvent } from '../../support/lambda-events.js'
import { withTrace } from '../../support/with-trace.js'

const root = issue({ subject: 'root', ca: true })
const intermediate = issue({ subject: 'intermediate', ca: true, by: root })
const client = issue({ subject: 'client', by: intermediate })
const direct = issue({ subject: 'direct', by: root })
const other = issue({ subject: 'other root', ca: true })
const selfSigned = issue({ subject: 'client' })
/** Has the name of the intermediate CA and its key identifier, but another key. */
const forgery = issue({ subject: 'client', by: { ...other, subject: 'intermediate' } })

const forHeader = ({ der, pem }: Holder) => ({ raw: der, cert: pem })
const FIELD = 'x-forwarded-tls-client-cert'
const TRAEFIK = { certificateSource: 'traefik', trustedProxies: 'loopback' } as const

function requestWith(...holders: Holder[]): RequestLike {
  const value = toBase64Der(...holders.map(forHeader))
  return {
    headers: { [FIELD]: value, host: 'a.example.org' },
    rawHeaders: [FIELD, value],
    socket: { remoteAddress: '127.0.0.1' },
  }
}

function extract(options: ExtractorOptions, ...holders: Holder[]): ExtractionResult {
  return createExtractor({ ...TRAEFIK, ...options })(requestWith(...holders))
}

function expectAccepted(
  { certificate, reason, ...rest }: ExtractionResult,
  ...names: string[]
): void {
  expect(reason, JSON.stringify(rest)).to.equal(null)
  expect(namesOf(certificate)).to.deep.equal(names)
}

function expectRejected(result: ExtractionResult, detail: string): void {
  const { certificate, reason } = result
  expect({ certificate, reason, detail: (result as { detail?: string }).detail }).to.deep.equal({
    certificate: null,
    reason: 'certificate_chain_untrusted',
    detail,
  })
}

describe('an extractor with ca', () => {
  const clock = Date.now
  afterEach(() => {
    stopCounting()
    Date.now = clock
  })
  const fakeTime = (ms: number): void => {
    Date.now = () => ms
  }

  it('accepts a certificate that the CA issued', () => {
    expectAccepted(extract({ ca: root.pem }, direct), 'direct')
  })

  it('accepts a path through an intermediate CA from the request', () => {
    expectAccepted(extract({ ca: root.pem }, client, intermediate), 'client')
    expectAccepted(extract({ ca: root.pem }, client, root, other, intermediate), 'client')
  })

  it('accepts a path through an intermediate CA from the options', () => {
    expectAccepted(extract({ ca: root.der, intermediates: [intermediate.pem] }, client), 'client')
  })

  it('accepts an intermediate CA as the trust anchor', () => {
    expectAccepted(extract({ ca: intermediate.pem }, client), 'client')
  })

  it('shows the validated path up to the trust anchor with includeChain', () => {
    const options = { ca: root.pem, includeChain: true }
    expectAccepted(extract(options, client, intermediate), 'client', 'intermediate', 'root')
    expectAccepted(extract(options, client, other, intermediate), 'client', 'intermediate', 'root')
    expectAccepted(extract(options, direct), 'direct', 'root')
    expectAccepted(
      extract({ ...options, ca: intermediate.pem }, client, root),
      'client',
      'intermediate',
    )
  })

  it('rejects a certificate that the client issued to itself', () => {
    expectRejected(extract({ ca: root.pem }, selfSigned), 'unknown_issuer')
  })

  it('rejects a certificate without the intermediate CA that issued it', () => {
    expectRejected(extract({ ca: root.pem }, client), 'unknown_issuer')
    expectRejected(extract({ ca: other.pem }, client, intermediate), 'unknown_issuer')
  })

  it("rejects a certificate that another CA issued under the CA's name", () => {
    expectRejected(extract({ ca: root.pem }, forgery, intermediate), 'unknown_issuer')
    const unmarked = issue({
      subject: 'client',
      by: { ...other, subject: 'intermediate' },
      keyIds: false,
    })
    expectRejected(extract({ ca: root.pem }, unmarked, intermediate), 'bad_signature')
  })

  it('rejects a certificate with that of a valid client behind it', () => {
    expectRejected(extract({ ca: root.pem }, selfSigned, direct), 'unknown_issuer')
    const issuedByClient = issue({ subject: 'admin', by: direct })
    expectRejected(extract({ ca: root.pem }, issuedByClient, direct), 'not_a_ca')
  })

  it('reads the header of the chain, which nothing else would read', () => {
    const lines = { 'client-cert': client, 'client-cert-chain': intermediate }
    const headers = Object.fromEntries(
      Object.entries(lines).map(([name, holder]) => [name, toRfc9440(forHeader(holder))]),
    )
    const rawHeaders = Object.entries(headers).flat()
    const options = { certificateSource: 'cloudflare-rfc9440', trustedProxies: true } as const
    const request = { headers, rawHeaders }
    expectAccepted(createExtractor({ ...options, ca: root.pem })(request), 'client')
    expectRejected(
      createExtractor({ ...options, ca: root.pem })({
        headers: { 'client-cert': headers['client-cert'] },
        rawHeaders: rawHeaders.slice(0, 2),
      }),
      'unknown_issuer',
    )
  })

  it('gives the paths of two clients separate copies of their CA', () => {
    const find = createExtractor({ ...TRAEFIK, ca: root.pem, includeChain: true })
    const second = issue({ subject: 'second', by: root })
    const [one, two] = [direct, second].map((holder) => {
      return find(requestWith(holder)).certificate?.issuerCertificate
    })
    expect(one?.subject.CN).to.equal('root')
    expect(two).to.deep.equal(one)
    expect(two).not.to.equal(one)
  })

  it('gives each request a separate copy', () => {
    const find = createExtractor({ ...TRAEFIK, ca: root.pem, includeChain: true })
    const [first, second] = [1, 2].map(() => find(requestWith(client, intermediate)).certificate)
    expect(first).to.deep.equal(second)
    if (first?.issuerCertificate) first.issuerCertificate.subject.CN = 'changed'
    expect(namesOf(second)).to.deep.equal(['client', 'intermediate', 'root'])
    expect(namesOf(find(requestWith(client, intermediate)).certificate)[1]).to.equal('intermediate')
  })

  it('shows the same certificate as without ca', () => {
    const { certificate } = extract({}, direct)
    for (const cache of [true, false])
      expect(extract({ ca: root.pem, cache }, direct).certificate).to.deep.equal(certificate)
  })

  describe('and a trust store', () => {
    it('obeys a replacement of the CAs at once', async () => {
      const ca = createTrustStore({ ca: root.pem })
      const find = createExtractor({ ...TRAEFIK, ca })
      expectAccepted(find(requestWith(direct)), 'direct')
      expectAccepted(find(requestWith(direct)), 'direct')
      await ca.replace({ ca: other.pem })
      expectRejected(find(requestWith(direct)), 'unknown_issuer')
      await ca.replace({ ca: root.pem })
      expectAccepted(find(requestWith(direct)), 'direct')
    })

    it('may be shared', () => {
      const ca = createTrustStore({ ca: root.pem })
      expectAccepted(extract({ ca }, direct), 'direct')
      expectRejected(extract({ ca }, client), 'unknown_issuer')
    })
  })

  describe('as a function', () => {
    const stores = new Map<unknown, TrustStore>([
      ['a.example.org', createTrustStore({ ca: root.pem })],
      ['b.example.org', createTrustStore({ ca: other.pem })],
    ])
    const find = createExtractor({
      ...TRAEFIK,
      ca: ({ headers }) => stores.get(headers?.['host']),
    })
    const ask = (host: string): ExtractionResult => {
      const request = requestWith(direct)
      return find({ ...request, headers: { ...request.headers, host } })
    }

    it('validates each request against the CAs of its tenant', () => {
      for (let time = 0; time < 2; time += 1) {
        expectAccepted(ask('a.example.org'), 'direct')
        expectRejected(ask('b.example.org'), 'unknown_issuer')
      }
    })

    it('rejects requests for which it returns no trust store', () => {
      expectRejected(ask('c.example.org'), 'unknown_issuer')
      for (const wrong of [null, true, {}, root.pem, Promise.resolve(), { validate: () => true }])
        expectRejected(extract({ ca: () => wrong as never }, direct), 'unknown_issuer')
    })

    it('rejects requests for which it throws or rejects', () => {
      const fail = (): never => {
        throw new Error('no tenant')
      }
      expectRejected(extract({ ca: fail }, direct), 'unknown_issuer')
      // An unhandled rejection would end the process.
      const later = () => Promise.reject(new Error('no tenant')) as never
      expectRejected(extract({ ca: later }, direct), 'unknown_issuer')
      const text = (): never => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- applications do that
        throw 'no tenant'
      }
      expectRejected(extract({ ca: text }, direct), 'unknown_issuer')
      const odd = (): never => {
        throw Object.assign(new Error(), { message: Symbol('no tenant'), constructor: undefined })
      }
      expectRejected(extract({ ca: odd }, direct), 'unknown_issuer')
    })
  })

  describe('as a function that fails', () => {
    const store = createTrustStore({ ca: root.pem })
    const clauses: [title: string, ca: () => unknown, clause: string][] = [
      [
        'a promise',
        () => Promise.resolve(store),
        'the function "ca" returned a promise; return the trust store at once instead',
      ],
      [
        'no store',
        () => ({ ...store }),
        'the function "ca" returned no trust store for this request',
      ],
      [
        'an error, without its message',
        () => {
          throw new RangeError('a secret')
        },
        'the function "ca" threw RangeError',
      ],
    ]
    for (const [title, ca, clause] of clauses) {
      it(`explains ${title}`, () => {
        const failure = withTrace(() => extract({ ca: ca as never }, direct))
        expectRejected(failure, 'unknown_issuer')
        expect(explainPath(failure as PathFailure)).to.equal(clause)
      })
    }
  })

  describe('and the dates of certificates', () => {
    const at = (iso: string): number => Date.parse(iso)
    const years = { notBefore: generalizedTime('20250101000000Z') }
    const short = { ...years, notAfter: generalizedTime('20300101000000Z') }
    const shortCa = issue({ subject: 'short CA', ca: true, by: root, ...short })
    const ofShortCa = issue({ subject: 'leaf', by: shortCa })
    const shortLeaf = issue({ subject: 'leaf', by: root, ...short })

    it('rejects a path when a CA on it expires, also if it was accepted before', () => {
      const find = createExtractor({ ...TRAEFIK, ca: root.pem })
      fakeTime(at('2029-12-31T23:59:59Z'))
      expectAccepted(find(requestWith(ofShortCa, shortCa)), 'leaf')
      fakeTime(at('2030-01-01T00:00:01Z'))
      expectRejected(find(requestWith(ofShortCa, shortCa)), 'expired')
    })

    it('accepts a path when a CA on it becomes valid, within a minute', () => {
      const find = createExtractor({ ...TRAEFIK, ca: root.pem })
      fakeTime(at('2024-12-31T23:59:30Z'))
      expectRejected(find(requestWith(ofShortCa, shortCa)), 'not_yet_valid')
      fakeTime(at('2025-01-01T00:00:31Z'))
      expectAccepted(find(requestWith(ofShortCa, shortCa)), 'leaf')
    })

    it('validates again when the clock is set back', () => {
      const find = createExtractor({ ...TRAEFIK, ca: root.pem })
      fakeTime(at('2026-01-01T00:00:00Z'))
      expectAccepted(find(requestWith(ofShortCa, shortCa)), 'leaf')
      fakeTime(at('2024-01-01T00:00:00Z'))
      expectRejected(find(requestWith(ofShortCa, shortCa)), 'not_yet_valid')
      fakeTime(at('2031-01-01T00:00:00Z'))
      expectRejected(find(requestWith(ofShortCa, shortCa)), 'expired')
      fakeTime(at('2026-01-01T00:00:00Z'))
      expectAccepted(find(requestWith(ofShortCa, shortCa)), 'leaf')
    })

    it('keeps the reasons for a leaf outside of its dates', () => {
      const find = createExtractor({ ...TRAEFIK, ca: root.pem })
      fakeTime(at('2030-01-01T00:00:01Z'))
      expect(find(requestWith(shortLeaf)).reason).to.equal('certificate_expired')
      fakeTime(at('2024-12-31T00:00:00Z'))
      expect(find(requestWith(shortLeaf)).reason).to.equal('certificate_not_yet_valid')
      const unchecked = createExtractor({ ...TRAEFIK, ca: root.pem, checkValidity: false })
      expectAccepted(unchecked(requestWith(shortLeaf)), 'leaf')
    })
  })

  it('validates the certificate in an event of API Gateway', () => {
    const event = httpEvent({ cert: direct.pem })
    const [ours, theirs] = [root, other].map(({ pem }) => createTrustStore({ ca: pem }))
    expect(extractClientCertificateFromLambdaEvent(event, { ca: ours }).reason).to.equal(null)
    expect(extractClientCertificateFromLambdaEvent(event, { ca: theirs })).to.include({
      reason: 'certificate_chain_untrusted',
      detail: 'unknown_issuer',
    })
    expect(
      extractClientCertificateFromLambdaEvent(httpEvent({ cert: client.pem }), {
        ca: root.pem,
        intermediates: intermediate.der,
      }).reason,
    ).to.equal(null)
  })

  it('validates the certificate of a web-standard request, and asks with that request', () => {
    const store = createTrustStore({ ca: root.pem })
    const asked: Request[] = []
    const find = createFetchExtractor<Request>({
      ...TRAEFIK,
      ca: (request) => {
        asked.push(request)
        return store
      },
    })
    const request = new Request('https://example.org/', {
      headers: { [FIELD]: toBase64Der(forHeader(direct)) },
    })
    expectAccepted(find(request, '127.0.0.1'), 'direct')
    expect(asked).to.deep.equal([request])
    const plain = createFetchExtractor({ ...TRAEFIK, ca: other.pem })
    expectRejected(plain(request, '127.0.0.1'), 'unknown_issuer')
  })

  it('validates a certificate again only when something has changed', () => {
    const validations = countCalls(X509Certificate.prototype, 'verify')
    for (const holders of [[direct], [forgery, intermediate]]) {
      const find = createExtractor({ ...TRAEFIK, ca: root.pem })
      find(requestWith(...holders))
      const first = validations()
      expect(first).to.be.above(0)
      for (let time = 0; time < 5; time += 1) find(requestWith(...holders))
      expect(validations()).to.equal(first)
    }
  })
})
