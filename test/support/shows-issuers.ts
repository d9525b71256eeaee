import type { Issued } from './pki.js'
import { getHttps, listenHttps } from './servers.js'
import { tlsSocketOf } from './tls-visit.js'

/**
 * Whether this release of Node shows a server the issuers that a client sends. Node 24.21, and 26 from 26.8
 * to 26.9, never do (nodejs/node#65579).
 *
 * @param client - sends the intermediate that issued its certificate
 */
export async function showsIssuers(client: Pick<Issued, 'key' | 'cert'>): Promise<boolean> {
  const server = await listenHttps((req, res) => {
    const shown = tlsSocketOf(req).getPeerCertificate(true)
    res.end(String((shown.issuerCertificate as object | undefined) !== undefined))
  })
  const { body } = await getHttps(server.port, { ...client })
  await server.close()
  return body === 'true'
}
