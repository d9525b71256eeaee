import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { allowFingerprints } from '../../../src/helpers/index.js'
import type { StrategyOptions } from '../../../src/index.js'
import { toBase64Der, toUrlPem } from '../../support/header-values.js'
import { createSelfSigned, type Issued, testPki } from '../../support/pki.js'
import { closeServers, getHttps, listenHttps } from '../../support/servers.js'
import {
  createBackend,
  expectRejections,
  sendLines,
  startBackend,
  userOf,
} from '../support/header-backend.js'
import { type Rewrite, startProxy } from '../support/header-proxy.js'

const trustedProxies = 'loopback'

afterEach(closeServers)

describe('B13 a proxy that forwards certificates without validating them', () => {
  const SCRIPT = fileURLToPath(new URL('../support/header-warnings.ts', import.meta.url))

  it('B13 warns once per process', async () => {
    const run = promisify(execFile)
    const { stdout } = await run(process.execPath, ['--import', 'ts-blank-space/register', SCRIPT])
    const once = ['CLIENT_CERT_NOT_VALIDATED']
    expect(JSON.parse(stdout)).to.deep.equal([[], once, once])
  })

  const presets: readonly [StrategyOptions, string, (certificate: Issued) => string][] = [
    [{ certificateSource: 'aws-alb' }, 'X-Amzn-Mtls-Clientcert', toUrlPem],
    [{ certificateSource: 'azure-app-service' }, 'X-ARR-ClientCert', toBase64Der],
  ]
  for (const [preset, name, encode] of presets) {
    it(`B13 rejects a forged certificate by its pinned fingerprint, with ${JSON.stringify(preset)}`, async () => {
      const admin = await createSelfSigned({ subject: 'CN=admin' })
      const forged = await createSelfSigned({ subject: 'CN=admin' })
      const options = { ...preset, trustedProxies }
      const { fingerprint256 } = new X509Certificate(admin.cert)
      const pinned = await startBackend(options, allowFingerprints(fingerprint256))
      expect(await sendLines(pinned.port, [[name, encode(admin)]])).to.equal(200)
      expect(await sendLines(pinned.port, [[name, encode(forged)]])).to.equal(401)
      expect(pinned.log).to.deep.equal(['accepted admin', 'callback_returned_false'])
      // The warning is about this: the name doesn't tell the forged certificate from the real one.
      const named = await startBackend(options, (cert) => cert.subject.CN === 'admin')
      expect(await sendLines(named.port, [[name, encode(forged)]])).to.equal(200)
    })
  }
})

describe('B14 ingress-nginx with a forged certificate and a genuine verify header', () => {
  const options: StrategyOptions = {
    trustedProxies,
    certificateHeader: 'ssl-client-cert',
    headerEncoding: 'url-pem',
    verifyHeader: 'ssl-client-verify',
    verifyValue: 'SUCCESS',
  }

  /**
   * By default, the certificate header isn't one of the proxy's, so the proxy passes the client's
   * on.
   */
  const byDefault: Rewrite = (headers, client) => {
    headers['ssl-client-verify'] = client === undefined ? 'NONE' : 'SUCCESS'
  }

  /** With auth-tls-pass-certificate-to-upstream: "true". */
  const asDocumented: Rewrite = (headers, client) => {
    byDefault(headers, client)
    if (client === undefined) Reflect.deleteProperty(headers, 'ssl-client-cert')
    else headers['ssl-client-cert'] = encodeURIComponent(client.toString())
  }

  /** Sends both headers, forged, as a client with a certificate and as one without. */
  async function forge(rewrite: Rewrite) {
    const { ec, rsa } = await testPki()
    const { port, log } = await startBackend(options)
    const proxy = await startProxy(port, rewrite)
    const headers = { 'ssl-client-cert': toUrlPem(rsa), 'ssl-client-verify': 'SUCCESS' }
    const known = userOf(await getHttps(proxy.port, { key: ec.key, cert: ec.cert, headers }))
    const unknown = userOf(await getHttps(proxy.port, { headers }))
    return { known, unknown, log }
  }

  it('B14 ignores the forged header with the documented annotation', async () => {
    expect(await forge(asDocumented)).to.deep.equal({
      known: 'ec-client',
      unknown: 401,
      log: ['accepted ec-client', 'verification_header_mismatch'],
    })
  })

  it('B14 accepts a known client under a forged name by default, because no backend can notice it', async () => {
    const { known, unknown } = await forge(byDefault)
    expect({ known, unknown }).to.deep.equal({ known: 'rsa-client', unknown: 401 })
  })
})

describe('B15 HAProxy, whose ssl_c_verify is also 0 without a certificate', () => {
  const header = 'X-SSL-Client-Cert'
  const options: StrategyOptions = {
    trustedProxies,
    certificateHeader: header,
    headerEncoding: 'base64-der',
    verifyHeader: 'X-SSL-Client-Verify',
    verifyValue: '0',
  }

  it('B15 rejects a successful verify header without a certificate', async () => {
    await expectRejections(options, {
      'an empty certificate': [
        [header, ''],
        ['X-SSL-Client-Verify', '0'],
      ],
      'no certificate': [['X-SSL-Client-Verify', '0']],
    })
  })

  it("B15 doesn't fall back to the proxy's own certificate", async () => {
    const { root } = await testPki()
    const identity = await root.issue({ subject: 'CN=front-proxy' })
    const { app, log } = createBackend({ ...options, fallbackToSocket: true })
    const backend = await listenHttps(app)
    const haproxy: Rewrite = (headers, client) => {
      headers['x-ssl-client-cert'] = client?.raw.toString('base64') ?? ''
      headers['x-ssl-client-verify'] = '0'
    }
    const { port } = await startProxy(backend.port, haproxy, identity)
    const { ec } = await testPki()
    expect(userOf(await getHttps(port))).to.equal(401)
    expect(userOf(await getHttps(port, { key: ec.key, cert: ec.cert }))).to.equal('ec-client')
    expect(log).to.deep.equal(['header_missing_or_malformed', 'accepted ec-client'])
  })
})
