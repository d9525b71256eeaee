import { X509Certificate } from 'node:crypto'
import http, { type IncomingHttpHeaders, type RequestListener } from 'node:http'
import https from 'node:https'
import { type Issued, testPki } from '../../support/pki.js'
import { listenHttps, type RunningServer } from '../../support/servers.js'
import { tlsSocketOf } from '../../support/tls-visit.js'

/** Changes the client's headers in place, as a proxy does. */
export type Rewrite = (headers: IncomingHttpHeaders, client: X509Certificate | undefined) => void

/**
 * A proxy that terminates the client's TLS, verifies its certificate and forwards every request.
 * With an identity, it connects to the backend over TLS and presents its own certificate.
 */
export async function startProxy(
  backendPort: number,
  rewrite: Rewrite,
  identity?: Issued,
): Promise<RunningServer> {
  const { root } = await testPki()
  const listener: RequestListener = (req, res) => {
    const socket = tlsSocketOf(req)
    const headers = { ...req.headers, connection: 'close' }
    rewrite(headers, socket.authorized ? socket.getPeerX509Certificate() : undefined)
    const to = { host: '127.0.0.1', port: backendPort, headers, agent: false }
    const request =
      identity === undefined
        ? http.request(to)
        : https.request({ ...to, ca: root.cert, key: identity.key, cert: identity.cert })
    request.on('response', (response) => {
      res.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(res)
    })
    request.on('error', (error) => res.destroy(error))
    request.end()
  }
  return listenHttps(listener)
}
