import https from 'node:https'
import { expect } from 'chai'
import { createExtractor, type ExtractorOptions } from '../../../src/extractor/index.js'
import { Strategy } from '../../../src/index.js'
import { fingerprints, pathOf } from '../../support/extract-over.js'
import { toBase64Der, toUrlPem } from '../../support/header-values.js'
import { type Issued, testPki, type TestPki } from '../../support/pki.js'
import { endingsOf, requestWith } from '../../support/run-strategy.js'
import { throwAny } from '../../support/run-verify.js'
import { closeServers, getHttps, listenHttps } from '../../support/servers.js'

const DAY_MS = 24 * 60 * 60 * 1000
const header: ExtractorOptions = {
  certificateHeader: 'X-Cert',
  headerEncoding: 'base64-der',
  trustedProxies: true,
}

describe('a certificate outside its validity period', () => {
  let pki: TestPki
  let future: Issued
  const clock = Date.now
  before(async () => {
    pki = await testPki()
    const [notBefore, notAfter] = [new Date(clock() + DAY_MS), new Date(clock() + 2 * DAY_MS)]
    future = await pki.root.issue({ notBefore, notAfter })
  })
  afterEach(async () => {
    Date.now = clock
    await closeServers()
  })

  const reasons = () =>
    [
      [pki.expired, 'certificate_expired', 'Client certificate has expired'],
      [future, 'certificate_not_yet_valid', 'Client certificate is not yet valid'],
    ] as const
  const requestFor = (certificate: Issued) => ({ headers: { 'x-cert': toBase64Der(certificate) } })

  it('is rejected from a header, unless the check is switched off', () => {
    for (const [certificate, reason] of reasons()) {
      const request = requestFor(certificate)
      for (const checkValidity of [undefined, true]) {
        expect(createExtractor({ ...header, checkValidity })(request)).to.deep.equal({
          success: false,
          certificate: null,
          reason,
        })
      }
      const unchecked = createExtractor({ ...header, checkValidity: false })
      expect(pathOf(unchecked(request))).to.deep.equal(fingerprints(certificate))
    }
    expect(pathOf(createExtractor(header)(requestFor(pki.ec)))).to.deep.equal(fingerprints(pki.ec))
  })

  it('ends in a 401 with the reason, and verify is not called', async () => {
    for (const [certificate, reason, message] of reasons()) {
      const strategy = new Strategy(header, () => throwAny(new Error('verify was called')))
      expect(await endingsOf(strategy, requestFor(certificate))).to.deep.equal([
        ['fail', { message, reason }, 401],
      ])
    }
  })

  it('is not followed by another source: its client has been found', () => {
    for (const trustedProxies of [undefined, 'loopback']) {
      const options: ExtractorOptions = { ...header, trustedProxies, fallbackToSocket: true }
      const { socket } = requestWith({ subject: { CN: 'proxy' } })
      const peer = { ...socket, remoteAddress: '127.0.0.1' }
      for (const [certificate, reason] of reasons()) {
        const result = createExtractor(options)({ ...requestFor(certificate), socket: peer })
        expect(pathOf(result)).to.equal(reason)
      }
    }
  })

  it('is the leaf alone: the dates of its issuers are not looked at', async () => {
    const [notBefore, notAfter] = [new Date(Date.now() - 2 * DAY_MS), new Date(Date.now() - DAY_MS)]
    const issuer = await pki.root.createIntermediate({ notBefore, notAfter })
    const leaf = await issuer.issue()
    const options = { ...header, headerEncoding: 'url-pem', includeChain: true } as const
    const result = createExtractor(options)({ headers: { 'x-cert': toUrlPem(leaf, issuer) } })
    expect(pathOf(result)).to.deep.equal(fingerprints(leaf, issuer))
  })

  it('is rejected on a connection whose handshake was before its end', async () => {
    const strict = new Strategy((_cert) => ({ id: 'user' }))
    const lenient = createExtractor({ checkValidity: false })
    const [ports, extracted, endings] = [new Set<unknown>(), [] as unknown[], [] as unknown[]]
    const server = await listenHttps((req, res) => {
      ports.add(req.socket.remotePort)
      extracted.push(pathOf(lenient(req)))
      void endingsOf(strict, req).then((all) => {
        endings.push(...all)
        res.end()
      })
    })
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
    for (const days of [0, 2, -2, 0]) {
      Date.now = () => clock() + days * DAY_MS
      await getHttps(server.port, { key: pki.ec.key, cert: pki.ec.cert, agent })
    }
    agent.destroy()
    const [[, expired, isExpired], [, notYet, isNotYet]] = reasons()
    expect(ports).to.have.lengthOf(1)
    expect(endings).to.deep.equal([
      ['success', { id: 'user' }, undefined],
      ['fail', { message: isExpired, reason: expired }, 401],
      ['fail', { message: isNotYet, reason: notYet }, 401],
      ['success', { id: 'user' }, undefined],
    ])
    expect(extracted).to.deep.equal(Array(4).fill(fingerprints(pki.ec)))
  })
})
