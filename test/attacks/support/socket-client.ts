import tls from 'node:tls'
import { testPki } from '../../support/pki.js'
import { getHttps } from '../../support/servers.js'

export interface Attempt {
  /** The status of the answer; `refused` if the connection ended without an answer. */
  outcome: number | 'refused'
  body: string
  isResumed: boolean
  /** For the next attempt to resume. */
  session: Buffer | undefined
}

/** Sends one HTTPS request on its own connection, which the server may reject. */
export async function attempt(port: number, client: tls.ConnectionOptions): Promise<Attempt> {
  const { root } = await testPki()
  const socket = tls.connect({ host: '127.0.0.1', port, ca: root.cert, ...client })
  let session: Buffer | undefined
  socket.on('session', (ticket) => (session = ticket))
  const answer = await getHttps(port, { agent: undefined, createConnection: () => socket }).catch(
    () => undefined,
  )
  const isResumed = answer !== undefined && socket.isSessionReused()
  return { outcome: answer?.status ?? 'refused', body: answer?.body ?? '', isResumed, session }
}
