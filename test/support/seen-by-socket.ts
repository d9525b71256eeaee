import { TLSSocket } from 'node:tls'
import type { ChainedPeerCertificate } from '../../src/certificate/peer-certificate.js'
import type { Issued } from './pki.js'
import { getHttps, listenHttps } from './servers.js'

/** The certificate that Node's TLS layer shows after a real handshake with this client. */
export async function seenBySocket(
  { key, cert }: Issued,
  detailed = false,
): Promise<ChainedPeerCertificate> {
  let seen: ChainedPeerCertificate | undefined
  const server = await listenHttps(({ socket }, res) => {
    if (socket instanceof TLSSocket) seen = socket.getPeerCertificate(detailed)
    res.end()
  })
  await getHttps(server.port, { key, cert })
  await server.close()
  if (seen === undefined) throw new Error('The server received no request')
  return seen
}
