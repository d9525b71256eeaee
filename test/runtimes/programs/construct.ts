// Constructs everything that may need direct TLS, and writes the result of each construction as
// JSON.
import { createRequire } from 'node:module'
import { Strategy } from 'passport-client-certificate-auth'
import {
  createExtractor,
  extractClientCertificate,
  type ProxyPeer,
} from 'passport-client-certificate-auth/extractor'
import { createFetchExtractor } from 'passport-client-certificate-auth/fetch'
import middleware, { clientCertificateAuth } from 'passport-client-certificate-auth/middleware'
import { mtlsServerOptions, reloadable } from 'passport-client-certificate-auth/server'

const required = createRequire(import.meta.url)('passport-client-certificate-auth') as {
  Strategy: typeof Strategy
}

const header = { certificateSource: 'nginx', trustedProxies: 'loopback' } as const
const event = { certificateSource: 'api-gateway' } as const
const server = { setSecureContext: () => undefined }
const ca = process.argv[2] ?? ''

/** Tells whether a trustedProxies function gets the certificate on the socket of a request. */
function showPeer(): string {
  let shown: unknown
  const trustedProxies = ({ certificate }: ProxyPeer) => {
    shown = certificate
    return true
  }
  const extract = createExtractor({ certificateSource: 'nginx', trustedProxies })
  const socket = { authorized: true, getPeerCertificate: () => ({ subject: { CN: 'proxy' } }) }
  extract({ headers: {}, socket })
  return shown === null ? 'no certificate' : 'a certificate'
}

const things: Record<string, () => unknown> = {
  'createExtractor()': () => createExtractor(),
  'createExtractor({ includeChain })': () => createExtractor({ includeChain: true }),
  'createExtractor({ fallbackToSocket })': () =>
    createExtractor({ ...header, fallbackToSocket: true }),
  'extractClientCertificate()': () => extractClientCertificate({}),
  'extractClientCertificate({ fallbackToSocket })': () =>
    extractClientCertificate({}, { ...header, fallbackToSocket: true }),
  'new Strategy()': () => new Strategy(() => null),
  'new Strategy(), required': () => new required.Strategy(() => null),
  'new Strategy({ fallbackToSocket })': () =>
    new Strategy({ ...header, fallbackToSocket: true }, () => null),
  'clientCertificateAuth()': () => clientCertificateAuth(() => true),
  'clientCertificateAuth({ fallbackToSocket })': () =>
    clientCertificateAuth(() => true, { ...header, fallbackToSocket: true }),
  'mtlsServerOptions()': () => mtlsServerOptions({ ca }),
  'reloadable()': () => reloadable(server, () => ({ ca })),
  'createExtractor(header)': () => createExtractor(header),
  'createExtractor(unix)': () => createExtractor({ ...header, trustedProxies: ['unix'] }),
  'createExtractor(event)': () => createExtractor(event),
  'extractClientCertificate(header)': () => extractClientCertificate({}, header),
  'createFetchExtractor(header)': () => createFetchExtractor(header),
  'new Strategy(header)': () => new Strategy(header, () => null),
  'new Strategy(event)': () => new Strategy(event, () => null),
  'new Strategy(extractor)': () =>
    new Strategy(
      { extractor: () => ({ success: false, certificate: null, reason: 'x' }) },
      () => null,
    ),
  'clientCertificateAuth(header)': () => clientCertificateAuth(() => true, header),
  'the peer of trustedProxies': showPeer,
  'the default of ./middleware': () =>
    middleware === clientCertificateAuth ? 'the same' : 'another',
}

const outcomes: Record<string, string> = {}
for (const [name, make] of Object.entries(things)) {
  try {
    const made = make()
    outcomes[name] = typeof made === 'string' ? made : 'made'
  } catch (error) {
    const { code, message } = error as TypeError & { code: string }
    outcomes[name] = `${code}: ${message}`
  }
}
console.log(JSON.stringify(outcomes))
