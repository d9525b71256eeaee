import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import tls, { TLSSocket } from 'node:tls'
import { testPki } from './pki.js'
import { type Answer, getHttps } from './servers.js'

export type ClientOptions = Pick<
  tls.ConnectionOptions,
  'key' | 'cert' | 'minVersion' | 'maxVersion'
>

export interface Visit {
  answer: Answer
  isResumed: boolean
  /** For the next visit to resume; `undefined` after a resumed visit. */
  session: Buffer | undefined
}

/** Sends one HTTPS request on its own connection, which resumes the session if one is given. */
export async function visit(port: number, client: ClientOptions, session?: Buffer): Promise<Visit> {
  const { root } = await testPki()
  const socket = tls.connect({ host: '127.0.0.1', port, ca: root.cert, ...client, session })
  const ticket = once(socket, 'session') as Promise<[Buffer]>
  const answer = await getHttps(port, { agent: undefined, createConnection: () => socket })
  const isResumed = socket.isSessionReused()
  return { answer, isResumed, session: isResumed ? undefined : (await ticket)[0] }
}

/** The server's end of the TLS connection. */
export function tlsSocketOf({ socket }: IncomingMessage): TLSSocket {
  if (socket instanceof TLSSocket) return socket
  throw new TypeError('Not a TLS connection')
}
