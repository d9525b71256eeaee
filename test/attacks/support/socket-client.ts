import tls from 'node:tls'
import { testPki } from '../../support/pki.js'
import { getHttps } from '../../support/servers.js'

export interface Attempt {
  /** Of the answer; `refused` when the connection was ended instead of answered. */
  outcome: number | 'refused'
  body: string
  isResumed: boolean
  /** For the next attempt. */
  session: Buffer | undefined
}

/** One HTTPS request on a connection of its own, which may be refused. */
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
