import { createRequire } from 'node:module'
import type { RequestListener } from 'node:http'
import https from 'node:https'
import { setImmediate } from 'node:timers/promises'
import express from 'express'
import { expect } from 'chai'
import { extractClientCertificateFromRequest } from '../../../src/fetch.js'
import { extractClientCertificateFromLambdaEvent } from '../../../src/lambda.js'
import { type CertificateCheck, clientCertificateAuth } from '../../../src/middleware.js'
import {
  getCertificateFromHeaders,
  parseBase64Der,
  parseHeaderValue,
  pemToCertificate,
  PRESETS,
} from '../../../src/parsers/index.js'
import { restoreClock, turnClock } from '../../support/clock.js'
import { extractElsewhere } from '../../support/extract-elsewhere.js'
import { toRfc9440, toUrlPem, toUrlPemAws } from '../../support/header-values.js'
import { httpEvent, restEvent } from '../../support/lambda-events.js'
import { HEADER_DIFFERENCES, HELPER_DIFFERENCES } from '../../support/migration-headers.js'
import { comparison, type Difference, expectRows, shownBy } from '../../support/migration-page.js'
import { testPki } from '../../support/pki.js'
import { requestWith } from '../../support/run-strategy.js'
import { throwAny } from '../../support/run-verify.js'
import { closeServers, getHttp, getHttps, listenHttp, listenHttps } from '../../support/servers.js'

const require = createRequire(import.meta.url)
const older = require('client-certificate-auth') as Middleware
const newer = require('passport-client-certificate-auth/middleware') as {
  default: Middleware
  load?: unknown
}

type Middleware = (callback: unknown, options?: object) => express.RequestHandler

const CERT = {
  subject: { CN: 'alice' },
  valid_from: 'Jan  1 00:00:00 2024 GMT',
  valid_to: 'Dec 31 23:59:59 2099 GMT',
}
const HEADER = { certificateHeader: 'X-Cert', headerEncoding: 'url-pem' } as const
type HttpError = Error & { status?: number; statusCode?: number }

/** The name and the code of the error that is thrown. */
function outcomeOf(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    const { name, code } = error as { name: string; code?: string }
    return code === undefined ? name : `${name} ${code}`
  }
}
const VALUE = 'TypeError ERR_INVALID_ARG_VALUE'
const TYPE = 'TypeError ERR_INVALID_ARG_TYPE'

const start = (options: object) =>
  outcomeOf(() => typeof clientCertificateAuth(() => true, options as never))

/** The argument of `next()`. */
async function next(
  callback: unknown,
  options: object = {},
  req: object = requestWith(CERT),
): Promise<HttpError | undefined> {
  const calls: unknown[][] = []
  const guard = clientCertificateAuth<never>(callback as CertificateCheck<never>, options)
  guard(req as never, {}, (...args) => calls.push(args))
  await setImmediate()
  expect(calls).to.have.lengthOf(1)
  return calls[0]?.[0] as HttpError | undefined
}

const statusWith = async (error: unknown) => (await next(() => throwAny(error)))?.status

/** The answer of an Express application to a client with a valid certificate. */
function guardedApp(middleware: Middleware, callback: unknown): RequestListener {
  const app = express()
  app.use(middleware(callback))
  app.get('/', (req, res) => {
    res.json({ cn: req.clientCertificate?.subject.CN })
  })
  app.use(((error: HttpError, _req, res, _next) => {
    res.status(error.status ?? 500).send(error.message)
  }) as express.ErrorRequestHandler)
  return app as RequestListener
}

async function answer(middleware: Middleware, callback: unknown) {
  const { port } = await listenHttps(guardedApp(middleware, callback))
  const { key, cert } = (await testPki()).rsa
  return getHttps(port, { key, cert })
}

async function expiring(): Promise<number[]> {
  const { port } = await listenHttps(guardedApp(newer.default, () => true))
  const { key, cert } = (await testPki()).rsa
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
  const { status: before } = await getHttps(port, { key, cert, agent })
  turnClock(100 * 365 * 24 * 60 * 60 * 1000)
  const { status: after } = await getHttps(port, { key, cert, agent })
  agent.destroy()
  return [before, after]
}

const IN_MODULES: readonly Difference<void>[] = [
  {
    what: '`require()` of the middleware',
    expected: [['object', true]],
    run: () => {
      const named = (newer as unknown as { clientCertificateAuth: unknown }).clientCertificateAuth
      return [typeof newer, named === newer.default]
    },
  },
  {
    what: '`load()` of an entry',
    expected: [undefined],
    run: () => newer.load,
  },
  {
    what: 'TypeScript: `status` of an `Error`',
    expected: ['shown'],
    run: shownBy('test/types/older-names.ts', '@ts-expect-error an Error has no status'),
  },
  {
    what: 'TypeScript: reasons of Lambda events',
    expected: ['shown'],
    run: shownBy('test/types/older-names.ts', "| 'certificate_not_yet_valid'"),
  },
]

const IN_OPTIONS: readonly Difference<void>[] = [
  {
    what: "An option that doesn't exist",
    expected: [VALUE],
    run: () => start({ certificatesource: 'envoy' }),
  },
  {
    what: "An option of a wrong type, such as `fallbackToSocket: 'false'`",
    expected: [[TYPE, TYPE]],
    run: () => [start({ ...HEADER, fallbackToSocket: 'false' }), start({ onRejected: 'log' })],
  },
  {
    what: '`verifyHeader` without a certificate header',
    expected: [VALUE],
    run: () => start({ verifyHeader: 'X-Verify', verifyValue: 'SUCCESS' }),
  },
  {
    what: 'An error of the options',
    expected: [[VALUE, VALUE, VALUE]],
    run: () =>
      [
        { certificateSource: 'aws-alp' },
        { certificateHeader: 'X-Cert' },
        { ...HEADER, verifyHeader: 'X-Verify' },
      ].map(start),
  },
  {
    what: 'Header mode without `trustedProxies`',
    expected: [[['extracted', 'extracted'], 1]],
    run: async () => {
      const headers = { 'x-cert': toUrlPem((await testPki()).ec) }
      const step = { options: HEADER, requests: [{ headers }] }
      const { reasons, stderr } = await extractElsewhere([step, step])
      return [reasons, stderr.match(/CLIENT_CERT_ANY_PROXY/g)?.length]
    },
  },
  {
    what: 'A preset of a proxy that validates nothing',
    expected: [1],
    run: async () => {
      const options = { certificateSource: 'aws-alb', trustedProxies: true } as const
      const { stderr } = await extractElsewhere([{ options }, { options }])
      return stderr.match(/CLIENT_CERT_NOT_VALIDATED/g)?.length
    },
  },
]

const IN_ANSWERS: readonly Difference<void>[] = [
  {
    what: '`err.message` of a client that the callback rejects',
    expected: ['Client certificate rejected'],
    run: async () => (await next(() => false))?.message,
  },
  {
    what: '`err.message` of a client without a certificate',
    expected: ['Client certificate required'],
    run: async () => (await next(() => true, {}, requestWith(null)))?.message,
  },
  {
    what: 'A `TypeError` and its like, or a failed connection, in the callback',
    expected: [[401, 500, 500, 403]],
    run: async () => [
      await statusWith(new Error('revoked')),
      await statusWith(new TypeError('cb is not a function')),
      await statusWith(Object.assign(new Error('refused'), { syscall: 'connect' })),
      await statusWith(Object.assign(new TypeError('no'), { status: 403 })),
    ],
  },
  {
    what: "A thrown error whose `status` isn't from 400 to 599",
    expected: [[401, 401, 403]],
    run: () =>
      Promise.all(
        [200, 302, 403].map((status) => statusWith(Object.assign(new Error('no'), { status }))),
      ),
  },
  {
    what: 'A truthy answer other than `true`, up to version 1',
    expected: [[401, 401]],
    run: async () => [
      (await next(() => 'yes'))?.status,
      (await next(() => Promise.resolve({ id: 1 })))?.status,
    ],
  },
  {
    what: 'The promise of an asynchronous check, in unreleased versions',
    expected: [undefined],
    run: () => {
      const guard = clientCertificateAuth<never>(() => Promise.resolve(true)) as (
        ...args: unknown[]
      ) => unknown
      return guard(requestWith(CERT), {}, () => undefined)
    },
  },
  {
    what: 'The arguments of `onRejected`',
    expected: [[null, 'socket_not_authorized', 'object']],
    run: async () => {
      const calls: unknown[][] = []
      const onRejected = (...args: unknown[]) => calls.push(args)
      await next(() => true, { onRejected }, requestWith(null))
      const [[cert, , reason, details] = []] = calls
      return [cert, reason, typeof details]
    },
  },
  {
    what: 'The log line of a hook that fails',
    expected: [['passport-client-certificate-auth: onAuthenticated failed:']],
    run: async () => {
      const written: unknown[] = []
      const original = console.error
      console.error = (line: unknown) => written.push(line)
      try {
        await next(() => true, { onAuthenticated: () => Promise.reject(new Error('full')) })
      } finally {
        console.error = original
      }
      return written
    },
  },
  {
    what: 'A TLS 1.3 session without a certificate, resumed',
    expected: ['shown'],
    run: shownBy(
      'test/integration/anonymous-resumption.test.ts',
      'a client without a certificate that resumes its TLS 1.3 session',
    ),
  },
  {
    what: 'A certificate that has expired, in a header',
    expected: [['Client certificate has expired', undefined]],
    run: async () => {
      const req = { headers: { 'x-cert': toUrlPem((await testPki()).expired) } }
      const options = { ...HEADER, trustedProxies: true }
      return [
        (await next(() => true, options, req))?.message,
        (await next(() => true, { ...options, checkValidity: false }, req))?.message,
      ]
    },
  },
  {
    what: 'A certificate that expires while its connection lasts',
    expected: [[200, 401]],
    run: expiring,
  },
]

const IN_PARSERS: readonly Difference<void>[] = [
  {
    what: '`pemToCertificate` with text or another certificate beside it',
    expected: [[VALUE, VALUE, VALUE, 'ec-client']],
    run: async () => {
      const { ec, root } = await testPki()
      const texts = [`subject=CN = alice\n${ec.cert}`, ec.cert + root.cert, `${ec.cert}x`, ec.cert]
      return texts.map((text) => outcomeOf(() => pemToCertificate(text).subject.CN))
    },
  },
  {
    what: '`getCertificateFromHeaders` with an expired certificate',
    expected: [[null, 'expired-client']],
    run: async () => {
      const value = toUrlPem((await testPki()).expired)
      return [
        getCertificateFromHeaders({ 'x-cert': value }, HEADER),
        parseHeaderValue(value, 'url-pem')?.subject.CN,
      ]
    },
  },
  {
    what: '`getCertificateFromHeaders` with a preset that requires other headers',
    expected: [[null, 'ec-client', 'ec-client']],
    run: async () => {
      const { ec } = await testPki()
      const headers = { 'x-ssl-client-cert': toUrlPem(ec) }
      const verified = { ...headers, 'x-ssl-client-verify': 'SUCCESS' }
      const aws = { 'x-amzn-mtls-clientcert-leaf': toUrlPemAws(ec) }
      return [
        getCertificateFromHeaders(headers, { certificateSource: 'nginx' }),
        getCertificateFromHeaders(verified, { certificateSource: 'nginx' })?.subject.CN,
        getCertificateFromHeaders(aws, { certificateSource: 'aws-alb-verify' })?.subject.CN,
      ]
    },
  },
  {
    what: '`getCertificateFromHeaders` with a chain header that is damaged',
    expected: [[null, 'ec-client']],
    run: async () => {
      const headers = { 'client-cert': toRfc9440((await testPki()).ec) }
      const config = { certificateSource: 'cloudflare-rfc9440' } as const
      return [
        getCertificateFromHeaders({ ...headers, 'client-cert-chain': 'x' }, config),
        getCertificateFromHeaders(headers, config)?.subject.CN,
      ]
    },
  },
  {
    what: '`getCertificateFromHeaders` with an unknown member in its configuration',
    expected: [VALUE],
    run: () =>
      outcomeOf(() => getCertificateFromHeaders({}, { ...HEADER, verifyHeader: 'X' } as never)),
  },
  {
    what: "`chainInLeafHeader` that isn't a boolean",
    expected: [TYPE],
    run: () => outcomeOf(() => parseBase64Der('x', { chainInLeafHeader: 'no' as never })),
  },
  {
    what: '`chainInLeafHeader: false` in another encoding than `base64-der`',
    expected: [[null, 'chained-client']],
    run: async () => {
      const { chained, intermediate } = await testPki()
      const value = toUrlPem(chained, intermediate)
      return [
        parseHeaderValue(value, 'url-pem', { chainInLeafHeader: false }),
        parseHeaderValue(value, 'url-pem')?.subject.CN,
      ]
    },
  },
  {
    what: 'Changing `PRESETS`',
    expected: [['TypeError', 'TypeError']],
    run: () => [
      outcomeOf(() => Object.assign(PRESETS.envoy, { header: 'x-mine' })),
      outcomeOf(() => Object.assign(PRESETS, { mine: PRESETS.envoy })),
    ],
  },
]

const IN_ADAPTERS: readonly Difference<void>[] = [
  {
    what: '`extractClientCertificateFromRequest(request)` without options',
    expected: [[TYPE, VALUE]],
    run: () =>
      [undefined, {}].map((options) =>
        outcomeOf(() => extractClientCertificateFromRequest({ headers: [] }, options as never)),
      ),
  },
  {
    what: '`extractClientCertificateFromRequest` with `fallbackToSocket: true`',
    expected: [VALUE],
    run: () => {
      const options = { ...HEADER, fallbackToSocket: true }
      return outcomeOf(() => extractClientCertificateFromRequest({ headers: [] }, options as never))
    },
  },
  {
    what: 'A Lambda event with an expired certificate',
    expected: [['certificate_expired', null]],
    run: async () => {
      const event = restEvent((await testPki()).expired)
      return [
        extractClientCertificateFromLambdaEvent(event).reason,
        extractClientCertificateFromLambdaEvent(event, { checkValidity: false }).reason,
      ]
    },
  },
  {
    what: 'A Lambda event with text or another certificate beside the first',
    expected: [['lambda_event_clientcert_malformed', 'lambda_event_clientcert_malformed', null]],
    run: async () => {
      const { ec, root } = await testPki()
      return [`alice\n${ec.cert}`, ec.cert + root.cert, ec.cert].map(
        (cert) => extractClientCertificateFromLambdaEvent(restEvent({ cert })).reason,
      )
    },
  },
  {
    what: 'A Lambda event of version 2.0 with the certificate in `identity`',
    expected: [['lambda_event_missing_clientcert', null, null]],
    run: async () => {
      const { ec } = await testPki()
      const moved = { ...restEvent(ec), version: '2.0' }
      return [moved, restEvent(ec), httpEvent(ec)].map(
        (event) => extractClientCertificateFromLambdaEvent(event).reason,
      )
    },
  },
]

const DIFFERENCES = [
  ...IN_MODULES,
  ...IN_OPTIONS,
  ...IN_ANSWERS,
  ...HEADER_DIFFERENCES,
  ...IN_PARSERS,
  ...IN_ADAPTERS,
  ...HELPER_DIFFERENCES,
]

/** Differences to 0.3.0, the only version on npm. The tests run it too. */
const SINCE_0_3_0: readonly Difference<Middleware>[] = [
  {
    what: 'A callback with two parameters, `(cert, done)`',
    expected: [
      [200, 200, []],
      [500, 401, ['TypeError']],
    ],
    run: async (middleware) => {
      const thrown: string[] = []
      const late = (_cert: object, done: (ok: boolean) => void) => {
        process.nextTick(() => {
          try {
            done(true)
          } catch (error) {
            // Without this, it would end the process.
            thrown.push((error as Error).name)
          }
        })
      }
      const atOnce = (_cert: object, done: (ok: boolean) => void) => {
        done(true)
      }
      const { status } = await answer(middleware, atOnce)
      return [status, (await answer(middleware, late)).status, thrown]
    },
  },
  {
    what: 'A callback that returns a promise',
    expected: [
      [200, 200],
      [401, 200],
    ],
    run: async (middleware) => [
      (await answer(middleware, () => Promise.resolve(false))).status,
      (await answer(middleware, () => Promise.resolve(true))).status,
    ],
  },
  {
    what: 'A truthy answer other than `true`',
    expected: [200, 401],
    run: async (middleware) => (await answer(middleware, () => ({ id: 1 }))).status,
  },
  {
    what: 'An error that the callback throws',
    expected: [
      [500, 503],
      [401, 503],
    ],
    run: async (middleware) => [
      (await answer(middleware, () => throwAny(new Error('revoked')))).status,
      (await answer(middleware, () => throwAny(Object.assign(new Error(), { status: 503 }))))
        .status,
    ],
  },
  {
    what: 'A callback that throws `null`',
    expected: [200, 401],
    run: async (middleware) => (await answer(middleware, () => throwAny(null))).status,
  },
  {
    what: 'A request over plain HTTP',
    expected: [302, 401],
    run: async (middleware) => {
      const { port } = await listenHttp(guardedApp(middleware, () => true))
      return (await getHttp(port)).status
    },
  },
  {
    what: '`err.message`',
    expected: [
      'Unauthorized: Client certificate required (DEPTH_ZERO_SELF_SIGNED_CERT)',
      'Client certificate rejected',
    ],
    run: async (middleware) => {
      const { port } = await listenHttps(guardedApp(middleware, () => true))
      const { key, cert } = (await testPki()).selfSigned
      return (await getHttps(port, { key, cert })).body
    },
  },
  {
    what: '`req.clientCertificate`',
    expected: ['{}', '{"cn":"rsa-client"}'],
    run: async (middleware) => (await answer(middleware, () => true)).body,
  },
  {
    what: 'A renegotiation (TLS 1.2) with an invalid certificate',
    expected: ['accepted', 'rejected'],
    run: (middleware) => comparison('A1')[middleware === older ? 4 : 5],
  },
  {
    what: "A server that isn't one of Express",
    expected: ['TypeError', 200],
    run: async (middleware) => {
      const guard = middleware(() => true)
      const { port } = await listenHttps((req, res) => {
        try {
          guard(req as never, res as never, () => res.end('200'))
        } catch (error) {
          res.end((error as Error).name)
        }
      })
      const { key, cert } = (await testPki()).rsa
      const { body } = await getHttps(port, { key, cert })
      return body === '200' ? 200 : body
    },
  },
]

describe('docs/migrating/client-certificate-auth.md', () => {
  afterEach(closeServers)
  afterEach(restoreClock)

  for (const { what, expected, run } of DIFFERENCES) {
    it(`is right about the difference: ${what}`, async () => {
      expect(await run()).to.deep.equal(expected[0])
    })
  }

  for (const { what, expected, run } of SINCE_0_3_0) {
    it(`is right about the difference to version 0.3.0: ${what}`, async () => {
      expect(await run(older)).to.deep.equal(expected[0])
      await closeServers()
      expect(await run(newer.default)).to.deep.equal(expected.at(-1))
    })
  }

  it('has exactly one row for each of these differences', () => {
    expectRows('client-certificate-auth', 'Differences', DIFFERENCES)
    expectRows('client-certificate-auth', 'From version 0.3.0', SINCE_0_3_0)
  })
})
