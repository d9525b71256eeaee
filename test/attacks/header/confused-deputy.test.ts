import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import type { TrustedProxies } from '../../../src/extractor/index.js'
import { createSelfSigned, type Issued, testPki } from '../../support/pki.js'
import { toUrlPem } from '../../support/header-values.js'
import { closeServers, getHttps, listenHttps } from '../../support/servers.js'
import { type Backend, createBackend, userOf } from '../support/header-backend.js'
import { type Rewrite, startProxy } from '../support/header-proxy.js'

const HEADER = 'x-ssl-client-cert'

/** A correct proxy: it always replaces or removes the client's header. */
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

/** A backend that itself speaks TLS with client certificates. */
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

/** The CA that also issues certificates of clients, so only `allow` tells them from the proxy. */
async function trustCa(): Promise<TrustedProxies> {
  const { root } = await testPki()
  return { ca: root.cert, allow: ({ subject }) => subject.CN === 'front-proxy' }
}

/** Sends two requests through the proxy: one without a client certificate, one with. */
async function visitThroughProxy(backend: { port: number }, proxy: Issued) {
  const { ec } = await testPki()
  const { port } = await startProxy(backend.port, replaceHeader, proxy)
  const anonymous = userOf(await getHttps(port))
  const client = userOf(await getHttps(port, { key: ec.key, cert: ec.cert }))
  return { anonymous, client }
}

describe('B3 confused deputy: a proxy with its own client certificate', () => {
  it('B3 takes a client without a certificate for the proxy when trustedProxies is missing', async () => {
    // The attack succeeds with this configuration, and the documentation warns against it.
    const backend = await startTlsBackend({ fallbackToSocket: true })
    expect(await visitThroughProxy(backend, identity)).to.have.property('anonymous', 'front-proxy')
  })

  const ways: [title: string, trustedProxies: () => TrustedProxies | Promise<TrustedProxies>][] = [
    ['its address', () => 'loopback'],
    ['its certificate', () => isProxy],
    ['the CA of its certificate', trustCa],
  ]
  for (const [title, trustedProxies] of ways) {
    for (const fallbackToSocket of [true, false]) {
      it(`B3 rejects a client without a certificate behind a proxy trusted by ${title}, fallbackToSocket: ${String(fallbackToSocket)}`, async () => {
        const setting = { trustedProxies: await trustedProxies(), fallbackToSocket }
        const backend = await startTlsBackend(setting)
        const users = await visitThroughProxy(backend, identity)
        expect(users).to.deep.equal({ anonymous: 401, client: 'ec-client' })
        expect(backend.log).to.deep.equal(['header_missing_or_malformed', 'accepted ec-client'])
        expect(backend.verified).to.deep.equal(['ec-client'])
      })
    }
  }

  it('B3 ignores the header of a client that bypasses the proxy', async () => {
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

  it('B3 rejects a peer whose self-signed certificate has the name of the proxy', async () => {
    const impostor = await createSelfSigned({ subject: 'CN=front-proxy' })
    const isNamed: TrustedProxies = ({ certificate }) => certificate?.subject.CN === 'front-proxy'
    const backend = await startTlsBackend({ trustedProxies: isNamed })
    const users = await visitThroughProxy(backend, impostor)
    expect(users).to.deep.equal({ anonymous: 401, client: 401 })
    expect(backend.log).to.deep.equal(['untrusted_proxy', 'untrusted_proxy'])
    // With the same configuration, the real proxy may send the header.
    expect(await visitThroughProxy(backend, identity)).to.have.property('client', 'ec-client')
  })
})
