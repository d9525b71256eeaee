import type { RequestListener } from 'node:http'
import https from 'node:https'
import { tlsSocketOf } from '../../support/tls-visit.js'
import { sendHttp1 } from './clients.js'
import type { CaseRequest } from './corpus-case.js'
import { Log } from './adapter.js'
import { openServers, tlsOptions } from './servers.js'

/**
 * Whether Node shows the issuers of this client's certificate. Some versions show none, or not all.
 */
export async function showsIssuers(request: CaseRequest): Promise<boolean> {
  let isShown = false
  const log = new Log()
  const listener: RequestListener = (req, res) => {
    isShown = 'issuerCertificate' in tlsSocketOf(req).getPeerCertificate(true)
    log.note(null)
    res.end('[]')
  }
  const servers = openServers(
    log,
    async () => https.createServer(await tlsOptions(), listener),
    sendHttp1,
  )
  await servers.send(request)
  await servers.close()
  return isShown
}
