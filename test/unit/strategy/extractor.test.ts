import { expect } from 'chai'
import { createExtractor } from '../../../src/extractor/index.js'
import { ClientCertificateError, type ClientCertRequest, Strategy } from '../../../src/index.js'
import { endingsOf, requestWith } from '../../support/run-strategy.js'
import { throwAny } from '../../support/run-verify.js'
import { unhandledRejections } from '../../support/unhandled.js'

const certificate = { subject: { CN: 'alice' } }
const accept = (cert: unknown) => ({ cert })

function strategyWith(extractor: (req: object) => unknown, calls: unknown[] = []): Strategy {
  const onRejected = (...args: unknown[]) => void calls.push(args)
  return new Strategy<ClientCertRequest>({ extractor: extractor as never, onRejected }, accept)
}

describe("the application's own extractor", () => {
  it('is given the request, and what it extracts is verified', async () => {
    const request = {}
    const seen: unknown[] = []
    const strategy = strategyWith((req) => {
      seen.push(req)
      return { success: true, certificate, reason: null }
    })
    expect(await endingsOf(strategy, request)).to.deep.equal([
      ['success', { cert: certificate }, undefined],
    ])
    expect(seen).to.have.lengthOf(1)
    expect(seen[0]).to.equal(request)
    expect(request).to.have.property('clientCertificate', certificate)
  })

  it('may be one that other parts of the application share', async () => {
    const strategy = strategyWith(createExtractor())
    expect(await endingsOf(strategy, requestWith(certificate))).to.deep.equal([
      ['success', { cert: certificate }, undefined],
    ])
  })

  const reasons: [reason: string, message: string][] = [
    ['not_in_directory', 'Client certificate authentication failed'],
    ['', 'Client certificate authentication failed'],
    ['header_missing_or_malformed', 'Client certificate header missing or malformed'],
  ]
  for (const [reason, message] of reasons) {
    it(`may reject for the reason "${reason}"`, async () => {
      const calls: unknown[] = []
      const request = {}
      const strategy = strategyWith(() => ({ success: false, certificate: null, reason }), calls)
      const endings = await endingsOf(strategy, request)
      expect(endings).to.deep.equal([['fail', { message, reason }, 401]])
      expect(calls).to.deep.equal([[null, request, reason, {}]])
      expect(request).not.to.have.property('clientCertificate')
    })
  }

  it('may say which cause the reason had, and an error code', async () => {
    const calls: unknown[] = []
    const details = { detail: 'crl_is_stale', code: 'CRL_HAS_EXPIRED' }
    const failure = { success: false, certificate: null, reason: 'revoked', ...details }
    const [ending] = await endingsOf(
      strategyWith(() => failure, calls),
      {},
    )
    const message = 'Client certificate authentication failed'
    expect(ending).to.deep.equal(['fail', { message, reason: 'revoked', ...details }, 401])
    expect(calls).to.deep.equal([[null, {}, 'revoked', details]])
  })

  it('may put anything else in place of cause and code, which is then left out', async () => {
    const calls: unknown[] = []
    const odd = { detail: { secret: true }, code: 7 } as unknown as { detail: string; code: string }
    await endingsOf(
      strategyWith(() => ({ success: false, certificate: null, reason: 'odd', ...odd }), calls),
      {},
    )
    expect(calls).to.deep.equal([[null, {}, 'odd', {}]])
  })

  it('is believed when it rejects, even beside a certificate', async () => {
    const strategy = strategyWith(() => ({ success: false, certificate, reason: 'revoked' }))
    const [ending] = await endingsOf(strategy, {})
    expect(ending?.[0]).to.equal('fail')
  })

  it('may say that the certificate is unreadable, which is an error of the server', async () => {
    const calls: unknown[] = []
    const reason = 'certificate_not_retrievable'
    const strategy = strategyWith(() => ({ success: false, certificate: null, reason }), calls)
    const [ending, ...more] = await endingsOf(strategy, {})
    expect(ending?.[0]).to.equal('error')
    expect(ending?.[1]).to.have.property('code', 'ERR_CERTIFICATE_NOT_RETRIEVABLE')
    expect(more).to.deep.equal([])
    expect(calls).to.deep.equal([[null, {}, reason, {}]])
  })

  const boom = new Error('boom')

  async function causeOf(extractor: () => unknown, request: object = {}): Promise<unknown> {
    const calls: unknown[] = []
    const [ending, ...more] = await endingsOf(strategyWith(extractor, calls), request)
    expect(ending?.[0]).to.equal('error')
    const error = ending?.[1] as ClientCertificateError
    expect(error).to.be.instanceOf(ClientCertificateError)
    expect(error.code).to.equal('ERR_EXTRACTOR_FAILED')
    expect(error.message).to.equal('The client certificate could not be extracted')
    expect(error).to.have.property('cause')
    expect(more).to.deep.equal([])
    expect(calls).to.deep.equal([])
    return error.cause
  }

  for (const thrown of [boom, 'route', null, undefined]) {
    it(`that throws ${String(thrown)} is an error with that cause`, async () => {
      expect(await causeOf(() => throwAny(thrown))).to.equal(thrown)
    })
  }

  const malformed: [what: string, result: () => unknown][] = [
    ['nothing', () => undefined],
    ['null', () => null],
    ['true', () => true],
    ['a bare certificate', () => certificate],
    ['a promise', () => Promise.resolve({ success: true, certificate, reason: null })],
    ['success without a certificate', () => ({ success: true, certificate: null, reason: null })],
    ['success with an empty object', () => ({ success: true, certificate: {}, reason: null })],
    ['success with a missing certificate', () => ({ success: true, reason: null })],
    ['success with a text for a certificate', () => ({ success: true, certificate: 'CN=alice' })],
    ['success that is not quite true', () => ({ success: 1, certificate, reason: null })],
    ['success that is a text', () => ({ success: 'false', certificate, reason: 'no' })],
    ['failure that is not quite false', () => ({ success: 0, certificate: null, reason: 'no' })],
    ['failure without a reason', () => ({ success: false, certificate: null, reason: null })],
    ['failure with a number for a reason', () => ({ success: false, certificate, reason: 401 })],
    ['a reason alone', () => ({ reason: 'no' })],
  ]

  for (const [what, result] of malformed) {
    it(`that returns ${what} is an error, and authenticates no client`, async () => {
      expect(await causeOf(result)).to.be.instanceOf(TypeError)
    })
  }

  it('that returns none of the two results is told so', async () => {
    expect(await causeOf(() => ({})))
      .to.be.instanceOf(TypeError)
      .with.property('message', 'The extractor returned something that is not an extraction result')
  })

  it('that is asynchronous and rejects is an error and does not end the process', async () => {
    const unhandled = await unhandledRejections(() => causeOf(() => Promise.reject(boom)))
    expect(unhandled).to.deep.equal([])
  })

  it('whose certificate cannot be attached to the request is an error', async () => {
    const success = () => ({ success: true, certificate, reason: null })
    expect(await causeOf(success, Object.freeze({}))).to.be.instanceOf(TypeError)
  })
})
