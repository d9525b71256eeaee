import { expect } from 'chai'
import { extractElsewhere, type Step } from '../support/extract-elsewhere.js'
import { type ExplainedCase, explainedCases, SECRETS } from '../support/explained-cases.js'

const NAME = 'passport-client-certificate-auth'

describe('NODE_DEBUG=passport-client-certificate-auth', () => {
  let cases: ExplainedCase[]
  before(async () => {
    cases = await explainedCases()
  })

  const stepsOf = (): Step[] =>
    cases.map(([, options, request]) => ({ options, requests: [request] }))

  it('explains each result in one line, and quotes nothing from a certificate or a header', async () => {
    const { reasons, stderr } = await extractElsewhere(stepsOf(), { debug: NAME })
    const lines = stderr
      .split('\n')
      .filter((line) => line.startsWith('PASSPORT-'))
      .map((line) => line.replace(/^PASSPORT-CLIENT-CERTIFICATE-AUTH [0-9]+: /, ''))
    expect(lines).to.deep.equal(
      cases.map(([line], at) =>
        reasons[at] === 'extracted' ? `extracted ${line}` : `extracted no certificate: ${line}`,
      ),
    )
    for (const secret of SECRETS) expect(stderr).not.to.include(secret)
  })

  it('is required for the trace', async () => {
    const { reasons, stderr } = await extractElsewhere(stepsOf(), { debug: 'http_,passport' })
    expect(reasons).to.have.lengthOf(cases.length)
    expect(stderr).not.to.include('PASSPORT-')
  })
})
