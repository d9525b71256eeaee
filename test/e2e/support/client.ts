import tls from 'node:tls'
import { certificates, type Client, HOST } from './certificates.js'
import type { Line } from './proxies.js'

const ANSWERS_WITHIN_MS = 60_000

export interface Request {
  readonly port: number
  readonly client: Client | null
  readonly path: string
  readonly lines: readonly Line[]
  readonly tls?: Pick<tls.ConnectionOptions, 'session' | 'minVersion' | 'maxVersion'>
}

export interface Reply {
  /** `null` if the connection ended without an answer. */
  readonly status: number | null
  readonly isResumed: boolean
  /** For the next connection to resume. */
  readonly session: Buffer | undefined
}

/** Sends one request with exactly these header lines, which no HTTP client would send. */
export async function send({ port, client, path, lines, tls: more }: Request): Promise<Reply> {
  const { serverCa } = await certificates()
  const identity = client === null ? {} : { cert: client.cert, key: client.key }
  const socket = tls.connect({
    host: '127.0.0.1',
    port,
    servername: HOST,
    ca: serverCa.cert,
    ...identity,
    ...more,
  })
  let session: Buffer | undefined
  let isResumed = false
  socket.on('secureConnect', () => (isResumed = socket.isSessionReused()))
  socket.on('session', (ticket: Buffer) => (session = ticket))
  socket.setTimeout(ANSWERS_WITHIN_MS, () => socket.destroy(new Error("The proxy didn't answer")))
  socket.write(toRequest(path, lines), 'latin1')
  const text = await readAnswer(socket)
  const status = /^HTTP\/1\.[01] (\d{3}) /.exec(text)?.[1]
  return {
    status: status === undefined ? null : Number(status),
    isResumed,
    session,
  }
}

function toRequest(path: string, lines: readonly Line[]): string {
  const connection: Line[] = lines.some(([name]) => name.toLowerCase() === 'connection')
    ? []
    : [['Connection', 'close']]
  const all: Line[] = [['Host', HOST], ...connection, ...lines]
  return `GET ${path} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

/** Reads until the connection ends, in whatever way. */
async function readAnswer(socket: tls.TLSSocket): Promise<string> {
  let text = ''
  try {
    for await (const chunk of socket.setEncoding('latin1')) text += String(chunk)
  } catch (error) {
    if (text === '' && !isRefusal(error)) throw error
  }
  return text
}

/**
 * True for an alert of the proxy, or if the proxy closed the connection before the client read the
 * alert.
 */
function isRefusal(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException
  return /^ERR_SSL_.*ALERT|^EPROTO$|^ECONNRESET$|^EPIPE$/.test(code)
}
