import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { toPeerCertificate } from '../../src/certificate/peer-certificate.js'
import {
  createExtractor,
  type ExtractorOptions,
  type RequestLike,
} from '../../src/extractor/index.js'
import { createSelfSigned, type Issued } from '../support/pki.js'
import { throwAny } from '../support/run-verify.js'
import { overUnixSocket } from '../support/unix-socket.js'
import { allowedResults, type Drawn, isTrusted, type Plan } from './trust-oracle.js'

const RUNS = 100_000
const DAY_MS = 24 * 60 * 60 * 1000

/** The certificates, by their names in the description of a request. */
type Certificates = Readonly<Record<string, Issued>>

async function createCertificates(): Promise<Certificates> {
  const [before, after] = [new Date(Date.now() - 9 * DAY_MS), new Date(Date.now() + 9 * DAY_MS)]
  const past = { notBefore: before, notAfter: new Date(Date.now() - DAY_MS) }
  const future = { notBefore: new Date(Date.now() + DAY_MS), notAfter: after }
  return {
    alice: await createSelfSigned(),
    bob: await createSelfSigned(),
    expired: await createSelfSigned(past),
    future: await createSelfSigned(future),
    proxy: await createSelfSigned(),
    ownExpired: await createSelfSigned(past),
  }
}

const booleans = [false, true]
const PLANS: Plan[] = (
  ['no proxy was named', 'loopback', 'network', 'mtls', 'all', 'socket only'] as const
)
  .flatMap((trust) => booleans.map((verify) => ({ trust, verify })))
  .flatMap((plan) => booleans.map((fallbackToSocket) => ({ ...plan, fallbackToSocket })))
  .flatMap((plan) => booleans.map((checkValidity) => ({ ...plan, checkValidity })))
  .filter(({ trust, fallbackToSocket }) => trust !== 'all' || !fallbackToSocket)
  .filter(({ trust, verify }) => trust !== 'socket only' || !verify)

function optionsOf(plan: Plan, proxy: string): ExtractorOptions {
  const { trust, verify, fallbackToSocket, checkValidity } = plan
  if (trust === 'socket only') return { checkValidity, fallbackToSocket }
  const trusted: Record<typeof trust, ExtractorOptions['trustedProxies']> = {
    'no proxy was named': undefined,
    loopback: 'loopback',
    network: ['10.0.0.0/8', 'unix'],
    mtls: ({ address, certificate }) =>
      address === null ? throwAny(address) : certificate?.fingerprint256 === proxy,
    all: true,
  }
  return {
    certificateHeader: 'X-Cert',
    headerEncoding: 'base64-der',
    ...(verify ? { verifyHeader: 'X-Verify', verifyValue: 'SUCCESS' } : {}),
    trustedProxies: trusted[trust],
    fallbackToSocket,
    checkValidity,
  }
}

const octet = fc.nat(255)
const address: fc.Arbitrary<Drawn['address']> = fc.oneof(
  fc.constantFrom(
    ...['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1', '::FFFF:127.1.1.1'].map((text) => ({
      text,
      network: 'loopback',
    })),
    ...['10.0.0.0', '10.1.2.3', '::ffff:10.255.255.255'].map((text) => ({ text, network: 'ten' })),
    ...['11.0.0.1', '::ffff:11.0.0.1', '2001:db8::1', 'fe80::1%eth0', '::2', '::'].map((text) => ({
      text,
      network: 'other',
    })),
    ...[undefined, null, '', 'unknown', '127.1', '10.0.0', '10.0.0.0/8', 7, {}, ['10.0.0.1']].map(
      (text) => ({ text, network: null }),
    ),
  ),
  fc
    .tuple(fc.constantFrom(10, 127, 128, 9, 11, 0), octet, octet, octet, fc.boolean())
    .map(([first, second, third, last, isMapped]) => ({
      text: `${isMapped ? '::ffff:' : ''}${first}.${second}.${third}.${last}`,
      network: first === 10 ? 'ten' : first === 127 ? 'loopback' : 'other',
    })),
)

const headerValue = fc.constantFrom('alice', 'bob', 'expired', 'future', 'alice,bob', '', 'garbage')
const line = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom('X-Cert', 'x-cert'), headerValue) },
  {
    weight: 6,
    arbitrary: fc.tuple(
      fc.constantFrom('X-Verify', 'x-verify'),
      fc.constantFrom('SUCCESS', 'SUCCESS', 'SUCCESS', 'FAILED', 'success', ''),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom('X_Cert', 'x_verify', 'X-Forwarded-For', 'Forwarded', 'x-certs', '__proto__'),
      fc.constantFrom('alice', 'SUCCESS', '127.0.0.1', 'x-cert'),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constant('Connection'),
      fc.constantFrom('close', 'X-Cert', 'close , x-verify', 'x-verify,X-CERT', 'x-certs', 'cert'),
    ),
  },
)

const drawn: fc.Arbitrary<Drawn> = fc.record({
  address,
  isUnix: fc.boolean(),
  lines: fc.array(line, { maxLength: 4 }),
  rawLines: fc.constantFrom('none', 'joined', 'first'),
  authorized: fc.constantFrom(true, true, true, false, undefined, 'true', 1),
  authorizationError: fc.constantFrom(null, null, undefined, 'CERT_HAS_EXPIRED', '', false),
  shows: fc.constantFrom('proxy', 'proxy', 'alice', 'ownExpired', 'none', 'throws'),
  trap: fc.oneof(
    { weight: 20, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom('headers', 'rawHeaders', 'socket') },
  ),
})

describe('100,000 random requests to extractors with random trust', () => {
  it('never make an extractor throw, and only give certificates that the rules allow', async () => {
    const certificates = await createCertificates()
    const shown = Object.entries(certificates).map(
      ([name, { raw }]) => [name, toPeerCertificate(new X509Certificate(raw))] as const,
    )
    const peers = new Map(shown)
    const names = new Map(shown.map(([name, { fingerprint256 }]) => [fingerprint256, name]))
    const texts = new Map(shown.map(([name, { raw }]) => [name, raw.toString('base64')]))
    const textOf = (value: string) =>
      value
        .split(',')
        .map((name) => texts.get(name) ?? name)
        .join()

    function requestOf({ lines, rawLines, trap, isUnix, shows, ...rest }: Drawn): RequestLike {
      const headers: Record<string, string> = Object.create(null) as Record<string, string>
      for (const [name, value] of lines) {
        const [key, text] = [name.toLowerCase(), textOf(value)]
        const earlier = headers[key]
        if (earlier === undefined) headers[key] = text
        else if (rawLines !== 'first') headers[key] = `${earlier}, ${text}`
      }
      const socket = {
        remoteAddress: rest.address.text,
        ...(isUnix ? overUnixSocket() : {}),
        authorized: rest.authorized,
        authorizationError: rest.authorizationError,
        getPeerCertificate: () => (shows === 'throws' ? throwAny(shows) : (peers.get(shows) ?? {})),
      }
      const rawHeaders = lines.flatMap(([name, value]) => [name, textOf(value)])
      const request = { headers, socket, ...(rawLines === 'none' ? {} : { rawHeaders }) }
      return trap === null
        ? request
        : Object.defineProperty(request, trap, { get: () => throwAny(trap) })
    }

    const proxy = peers.get('proxy')?.fingerprint256 ?? ''
    const plans = PLANS.map((plan) => ({ plan, extract: createExtractor(optionsOf(plan, proxy)) }))
    const seen: Record<string, number> = {}
    fc.assert(
      fc.property(fc.constantFrom(...plans), drawn, ({ plan, extract }, one) => {
        const { success, certificate, reason } = extract(requestOf(one))
        const name = certificate === null ? 'none' : names.get(certificate.fingerprint256)
        expect(success).to.equal(reason === null)
        expect(success).to.equal(certificate !== null)
        expect(name).to.be.oneOf(allowedResults(plan, one))
        if (plan.trust !== 'socket only' && !plan.fallbackToSocket && !isTrusted(plan, one)) {
          expect(reason).to.equal('untrusted_proxy')
        }
        const kind = reason ?? `${plan.trust}: ${name ?? ''}`
        seen[kind] = (seen[kind] ?? 0) + 1
      }),
      { numRuns: RUNS },
    )
    // If everything had been rejected, the test would have tried nothing. Each source occurs a few hundred
    // times, so this low limit never fails by chance.
    const sources = PLANS.map(({ trust }) => (trust === 'socket only' ? 'proxy' : 'alice'))
    for (const [index, { trust }] of PLANS.entries()) {
      expect(seen[`${trust}: ${sources[index] ?? ''}`], trust).to.be.greaterThan(20)
    }
    expect(seen).to.include.keys(
      ...['untrusted_proxy', 'certificate_expired', 'certificate_not_yet_valid'],
      ...['socket_not_authorized', 'certificate_not_retrievable'],
      ...['header_missing_or_malformed', 'verification_header_mismatch'],
    )
  })
})
