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
  expectRefusals,
  sendLines,
  startBackend,
  userOf,
} from '../support/header-backend.js'
import { type Rewrite, startProxy } from '../support/header-proxy.js'

const trustedProxies = 'loopback'

afterEach(closeServers)

describe('B13 passthrough: a proxy that has validated nothing', () => {
  const SCRIPT = fileURLToPath(new URL('../support/header-warnings.ts', import.meta.url))

  it('B13 passthrough is warned of, once in a process', async () => {
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
    it(`B13 passthrough: pinned fingerprints keep out who made the name itself, with ${JSON.stringify(preset)}`, async () => {
      const admin = await createSelfSigned({ subject: 'CN=admin' })
      const forged = await createSelfSigned({ subject: 'CN=admin' })
      const options = { ...preset, trustedProxies }
      const { fingerprint256 } = new X509Certificate(admin.cert)
      const pinned = await startBackend(options, allowFingerprints(fingerprint256))
      expect(await sendLines(pinned.port, [[name, encode(admin)]])).to.equal(200)
      expect(await sendLines(pinned.port, [[name, encode(forged)]])).to.equal(401)
      expect(pinned.log).to.deep.equal(['accepted admin', 'callback_returned_false'])
      // What the warning is about: by its name, nothing tells them apart.
      const named = await startBackend(options, (cert) => cert.subject.CN === 'admin')
      expect(await sendLines(named.port, [[name, encode(forged)]])).to.equal(200)
    })
  }
})

describe('B14 ingress-nginx: a forged certificate beside a genuine verify header', () => {
  const options: StrategyOptions = {
    trustedProxies,
    certificateHeader: 'ssl-client-cert',
    headerEncoding: 'url-pem',
    verifyHeader: 'ssl-client-verify',
    verifyValue: 'SUCCESS',
  }

  /** As by default: the certificate header is not its own, so it passes the client's. */
  const byDefault: Rewrite = (headers, client) => {
    headers['ssl-client-verify'] = client === undefined ? 'NONE' : 'SUCCESS'
  }

  /** With auth-tls-pass-certificate-to-upstream: "true". */
  const asDocumented: Rewrite = (headers, client) => {
    byDefault(headers, client)
    if (client === undefined) Reflect.deleteProperty(headers, 'ssl-client-cert')
    else headers['ssl-client-cert'] = encodeURIComponent(client.toString())
  }

  /** What the backend says to a client, known to the proxy or not, that forges both headers. */
  async function forge(rewrite: Rewrite) {
    const { ec, rsa } = await testPki()
    const { port, log } = await startBackend(options)
    const proxy = await startProxy(port, rewrite)
    const headers = { 'ssl-client-cert': toUrlPem(rsa), 'ssl-client-verify': 'SUCCESS' }
    const known = userOf(await getHttps(proxy.port, { key: ec.key, cert: ec.cert, headers }))
    const unknown = userOf(await getHttps(proxy.port, { headers }))
    return { known, unknown, log }
  }

  it('B14 ingress-nginx with the documented annotation: a client is itself, and nobody is nobody', async () => {
    expect(await forge(asDocumented)).to.deep.equal({
      known: 'ec-client',
      unknown: 401,
      log: ['accepted ec-client', 'verification_header_mismatch'],
    })
  })

  it('B14 ingress-nginx by default: any known client is whom it likes, which no backend can tell', async () => {
    const { known, unknown } = await forge(byDefault)
    expect({ known, unknown }).to.deep.equal({ known: 'rsa-client', unknown: 401 })
  })
})

describe('B15 HAProxy: ssl_c_verify is 0 also without a certificate', () => {
  const header = 'X-SSL-Client-Cert'
  const options: StrategyOptions = {
    trustedProxies,
    certificateHeader: header,
    headerEncoding: 'base64-der',
    verifyHeader: 'X-SSL-Client-Verify',
    verifyValue: '0',
  }

  it('B15 HAProxy: a good word about no certificate lets nobody in', async () => {
    await expectRefusals(options, {
      'an empty certificate': [
        [header, ''],
        ['X-SSL-Client-Verify', '0'],
      ],
      'no certificate': [['X-SSL-Client-Verify', '0']],
    })
  })

  it('B15 HAProxy: nor does it become the proxy, whose own certificate is on the socket', async () => {
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
