import { expect } from 'chai'
import { createExtractor } from '../../../src/extractor/index.js'
import { note } from '../../../src/extractor/facts.js'
import { failWith, succeed } from '../../../src/extractor/result.js'
import { describeCertificate, describeFailure } from '../../../src/extractor/describe.js'
import { traced, untraced } from '../../../src/extractor/traced.js'
import { type ExplainedCase, explainedCases, SECRETS } from '../../support/explained-cases.js'
import { certificateLike } from '../../support/certificates.js'
import { throwAny } from '../../support/run-verify.js'
import { withTrace } from '../../support/with-trace.js'

describe('the trace of an extractor', () => {
  let cases: ExplainedCase[]
  before(async () => {
    cases = await explainedCases()
  })

  it('explains each result, and quotes nothing from a certificate or a header', () => {
    const lines = withTrace(() =>
      cases.map(([, options, request]) => {
        const result = createExtractor(options)(request)
        return result.success ? describeCertificate(result.certificate) : describeFailure(result)
      }),
    )
    expect(lines).to.deep.equal(cases.map(([line]) => line))
    for (const secret of SECRETS) expect(lines.join()).not.to.include(secret)
  })

  it('leaves an extractor as it is without NODE_DEBUG', () => {
    const extract = () => failWith('untrusted_proxy')
    expect(traced(extract)).to.equal(extract)
    expect(untraced(extract)).to.equal(extract)
  })

  it('is taken off for a strategy, which traces its own decisions', () => {
    const failure = failWith('untrusted_proxy')
    const extract = (_name: string) => failure
    const tracing = withTrace(() => traced(extract))
    expect(tracing).not.to.equal(extract)
    expect(tracing('x')).to.equal(failure)
    expect(untraced(tracing)).to.equal(extract)
  })

  it('does not keep a request from its result, whatever throws when it is described', () => {
    const certificate = certificateLike({
      get fingerprint256() {
        return throwAny(new Error('gone'))
      },
    })
    const failure = failWith('certificate_not_retrievable', 'unsupported_key')
    withTrace(() => {
      note(failure, () => throwAny(new Error('gone')))
      for (const result of [succeed(certificate), failure]) {
        expect(traced(() => result)()).to.equal(result)
      }
    })
  })

  it('shows a certificate without a serial number, as a proxy may forward it', () => {
    expect(describeCertificate({ fingerprint256: 'AB:CD' })).to.equal('the certificate AB:CD')
  })

  it('cuts off a serial number that is longer than any may be', () => {
    const show = (serialNumber: string) =>
      describeCertificate({ fingerprint256: 'A', serialNumber })
    const longest = `-${'AB'.repeat(20)}`
    expect(show(longest)).to.equal(`the certificate A, serial number ${longest}`)
    expect(show(`${longest}C`)).to.equal(`the certificate A, serial number ${longest}...`)
  })

  const foreign = [
    [{ reason: 'revoked_yesterday' }, '(revoked_yesterday)'],
    [{ reason: 'untrusted_proxy', detail: 'x', code: 'Y' }, '(untrusted_proxy, x, Y)'],
    [{ reason: 'socket_not_authorized', detail: 1, code: {} }, '(socket_not_authorized)'],
  ] as const
  for (const [result, names] of foreign) {
    it(`does not explain a result that the application's own extractor made: ${names}`, () => {
      const line = withTrace(() => describeFailure(result))
      expect(line).to.equal(`the application's extractor rejected it ${names}`)
    })
  }
})
