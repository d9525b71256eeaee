import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import type { TrustedProxies } from '../../../src/extractor/index.js'
import { createSelfSigned, type Issued, testPki } from '../../support/pki.js'
import { toUrlPem } from '../../support/header-values.js'
import { closeServers, getHttps, listenHttps } from '../../support/servers.js'
import { type Backend, createBackend, userOf } from '../support/header-backend.js'
import { type Rewrite, startProxy } from '../support/header-proxy.js'

const HEADER = 'x-ssl-client-cert'

/** A proxy as it should be: the client's header is gone, whatever the proxy knows. */
const replaceHeader: Rewrite = (headers, client) => {
  headers[HEADER] = undefined
  if (client === undefined) Reflect.deleteProperty(headers, HEADER)
  else headers[HEADER] = encodeURIComponent(client.toString())
}

let identity: Issued

before(async () => {
  const { root } = await testPki()
  identity = await root.issue({ subject: 'CN=front-proxy' })
})

afterEach(closeServers)

type Setting = Readonly<{ trustedProxies?: TrustedProxies; fallbackToSocket?: boolean }>

/** A backend that speaks TLS with client certificates itself. */
async function startTlsBackend(setting: Setting): Promise<Backend & { port: number }> {
  const backend = createBackend({
    ...setting,
    certificateHeader: HEADER,
    headerEncoding: 'url-pem',
  })
  return { ...backend, port: (await listenHttps(backend.app)).port }
}

function isProxy({
  certificate,
}: Parameters<Extract<TrustedProxies, (...args: never) => unknown>>[0]) {
  return certificate?.fingerprint256 === new X509Certificate(identity.cert).fingerprint256
}

/** What becomes of a client of the proxy without a certificate, and of one with. */
async function visitThroughProxy(backend: { port: number }, proxy: Issued) {
  const { ec } = await testPki()
  const { port } = await startProxy(backend.port, replaceHeader, proxy)
  const nobody = userOf(await getHttps(port))
  const somebody = userOf(await getHttps(port, { key: ec.key, cert: ec.cert }))
  return { nobody, somebody }
}

describe('B3 confused deputy: the proxy has a client certificate of its own', () => {
  it('B3 confused deputy: nobody becomes the proxy where no proxy is named', async () => {
    // The attack itself, against the configuration that the documentation warns of.
    const backend = await startTlsBackend({ fallbackToSocket: true })
    expect(await visitThroughProxy(backend, identity)).to.have.property('nobody', 'front-proxy')
  })

  const ways: [title: string, trustedProxies: TrustedProxies][] = [
    ['its address', 'loopback'],
    ['its certificate', isProxy],
  ]
  for (const [title, trustedProxies] of ways) {
    for (const fallbackToSocket of [true, false]) {
      it(`B3 confused deputy: nobody is nobody behind a proxy known by ${title}, fallbackToSocket: ${String(fallbackToSocket)}`, async () => {
        const backend = await startTlsBackend({ trustedProxies, fallbackToSocket })
        const users = await visitThroughProxy(backend, identity)
        expect(users).to.deep.equal({ nobody: 401, somebody: 'ec-client' })
        expect(backend.log).to.deep.equal(['header_missing_or_malformed', 'accepted ec-client'])
        expect(backend.verified).to.deep.equal(['ec-client'])
      })
    }
  }

  it('B3 confused deputy: past the proxy, a client is who its socket says, not its header', async () => {
    const { ec, rsa } = await testPki()
    const headers = { [HEADER]: toUrlPem(rsa) }
    const request = { key: ec.key, cert: ec.cert, headers }
    for (const [fallbackToSocket, user, entry] of [
      [true, 'ec-client', 'accepted ec-client'],
      [false, 401, 'untrusted_proxy'],
    ] as const) {
      const backend = await startTlsBackend({ trustedProxies: isProxy, fallbackToSocket })
      expect(userOf(await getHttps(backend.port, request))).to.equal(user)
      expect(backend.log).to.deep.equal([entry])
    }
  })

  it('B3 confused deputy: a certificate that only looks like that of the proxy counts for nothing', async () => {
    const impostor = await createSelfSigned({ subject: 'CN=front-proxy' })
    const isNamed: TrustedProxies = ({ certificate }) => certificate?.subject.CN === 'front-proxy'
    const backend = await startTlsBackend({ trustedProxies: isNamed })
    const users = await visitThroughProxy(backend, impostor)
    expect(users).to.deep.equal({ nobody: 401, somebody: 401 })
    expect(backend.log).to.deep.equal(['untrusted_proxy', 'untrusted_proxy'])
    // The same configuration lets the real one speak.
    expect(await visitThroughProxy(backend, identity)).to.have.property('somebody', 'ec-client')
  })
})
