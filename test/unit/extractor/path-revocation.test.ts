import { expect } from 'chai'
import {
  createExtractor,
  type ExtractionResult,
  type ExtractorOptions,
} from '../../../src/extractor/index.js'
import { createTrustStore } from '../../../src/trust.js'
import { X509Certificate } from 'node:crypto'
import { countCalls, stopCounting } from '../../support/count-calls.js'
import { ca, entryOf, listBy, NEXT_UPDATE } from '../../support/crl-writer.js'
import { issue } from '../../support/der-chain.js'
import { int } from '../../support/der-writer.js'
import { toBase64Der } from '../../support/header-values.js'
import { NOW } from '../../support/paths.js'

const root = ca('root')
const leaf = issue({ subject: 'client', by: root, serialNumber: int(7) })
const good = listBy(root)
const revoking = listBy(root, { entries: [entryOf(7)] })

const FIELD = 'x-forwarded-tls-client-cert'
const value = toBase64Der({ raw: leaf.der, cert: leaf.pem })
const REQUEST = {
  headers: { [FIELD]: value },
  rawHeaders: [FIELD, value],
  socket: { remoteAddress: '127.0.0.1' },
}
const TRAEFIK = { certificateSource: 'traefik', trustedProxies: 'loopback' } as const

/** Asks the same extractor as often as it is called. */
function asking(options: ExtractorOptions): () => string {
  const find = createExtractor({ ...TRAEFIK, ca: root.pem, ...options })
  return () => {
    const { reason, ...rest }: ExtractionResult = find(REQUEST)
    const { detail = '' } = rest as { detail?: string }
    return reason === null ? 'ok' : `${reason} ${detail}`.trim()
  }
}

const { now } = Date
const fakeTime = (ms: number): void => {
  Date.now = () => ms
}

describe('the option crl of an extractor', () => {
  beforeEach(() => {
    fakeTime(NOW)
  })
  afterEach(() => {
    Date.now = now
    stopCounting()
  })

  it('accepts a certificate that is not in the list', () => {
    expect(asking({ crl: good })()).to.equal('ok')
  })

  it('rejects a certificate that is revoked, on each request', () => {
    const ask = asking({ crl: revoking })
    expect([ask(), ask()]).to.deep.equal(['certificate_revoked', 'certificate_revoked'])
  })

  it('rejects or accepts a certificate whose status is not known, as revocationPolicy says', () => {
    expect(asking({ crl: [] })()).to.equal('revocation_unknown no_crl')
    expect(asking({ crl: [], revocationPolicy: 'require' })()).to.equal('revocation_unknown no_crl')
    expect(asking({ crl: [], revocationPolicy: 'soft' })()).to.equal('ok')
  })

  it('keeps a verdict until the list has to be replaced', () => {
    const ask = asking({ crl: good })
    expect(ask()).to.equal('ok')
    fakeTime(NEXT_UPDATE - 1)
    expect(ask()).to.equal('ok')
    fakeTime(NEXT_UPDATE + 1)
    expect(ask()).to.equal('revocation_unknown stale')
  })

  it('obeys a new list at once', async () => {
    const store = createTrustStore({ ca: root.pem, crl: good })
    const ask = asking({ ca: store })
    expect(ask()).to.equal('ok')
    await store.replace({ crl: revoking })
    expect(ask()).to.equal('certificate_revoked')
    await store.replace({ crl: good })
    expect(ask()).to.equal('ok')
  })

  it('asks the function revocation on each request, and verifies the signatures once', () => {
    const answers = ['good', 'revoked', 'unknown', 'good'] as const
    let at = 0
    const ask = asking({ revocation: () => answers[at++] as 'good' })
    const signatures = countCalls(X509Certificate.prototype, 'verify')
    expect(answers.map(ask)).to.deep.equal([
      'ok',
      'certificate_revoked',
      'revocation_unknown function_said_unknown',
      'ok',
    ])
    expect(signatures()).to.equal(1)
  })
})
