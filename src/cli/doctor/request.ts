import { connect as connectTcp, isIP, type Socket } from 'node:net'
import tls from 'node:tls'
import type { Identity } from '../forge.js'
import type { Line } from './forgeries.js'

/** An address to test. */
export interface Target {
  readonly isTls: boolean
  /** The address to connect to. */
  readonly host: string
  readonly port: number
  /** The name that the server's certificate must have. */
  readonly name: string
  /** With the query. */
  readonly path: string
  /** The value of the header `Host`. */
  readonly authority: string
  /** PEM; `undefined` for the CAs of Node. */
  readonly ca: string | undefined
  /** Whether any server is accepted. */
  readonly isInsecure: boolean
  readonly timeoutMs: number
}

/** How a request ended. */
export type Answer =
  | { readonly kind: 'status'; readonly status: number; readonly location: string | undefined }
  /** The server ended the handshake or the connection without an answer. */
  | { readonly kind: 'closed'; readonly code: string | undefined }
  /** There was no connection. */
  | { readonly kind: 'unreachable'; readonly code: string }
  /** The certificate of the server isn't trusted, so no request was sent. */
  | { readonly kind: 'untrusted'; readonly code: string }
  | { readonly kind: 'timeout' }

/** An answer is read up to this length, with the interim answers before it. */
const MAX_CHARACTERS = 65_536
const HEADER_END = '\r\n\r\n'

/** Sends one request on a new connection, with exactly these header lines, and reads no body. */
export function sendRequest(
  target: Target,
  client: Pick<Identity, 'cert' | 'key'> | undefined,
  lines: readonly Line[],
): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = open(target, client)
    const settle = (answer: Answer): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => settle({ kind: 'timeout' }), target.timeoutMs)
    let isConnected = false
    let text = ''
    socket.once('connect', () => (isConnected = true))
    socket.once(target.isTls ? 'secureConnect' : 'connect', () => {
      socket.write(toRequest(target, lines), 'latin1')
    })
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk
      const answer = readAnswer(text)
      if (answer !== undefined) settle(answer)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Node sets this only if the server's certificate isn't acceptable.
      const { authorizationError } = socket as Partial<tls.TLSSocket>
      const distrust = target.isInsecure ? undefined : authorizationError
      settle(readError(error, isConnected, distrust))
    })
    // The server may have closed its side only.
    socket.on('end', () => settle({ kind: 'closed', code: undefined }))
  })
}

function open(
  { isTls, host, port, name, ca, isInsecure }: Target,
  client: Pick<Identity, 'cert' | 'key'> | undefined,
): Socket {
  if (!isTls) return connectTcp({ host, port })
  return tls.connect({
    host,
    port,
    // RFC 6066 3: an address isn't a server name.
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(client === undefined ? {} : { cert: client.cert, key: client.key }),
    rejectUnauthorized: !isInsecure,
    checkServerIdentity: (_name, certificate) => tls.checkServerIdentity(name, certificate),
    ALPNProtocols: ['http/1.1'],
  })
}

function toRequest({ path, authority }: Target, lines: readonly Line[]): string {
  const hasConnection = lines.some(([name]) => name === 'Connection')
  const all: Line[] = [
    ['Host', authority],
    ...(hasConnection ? [] : [['Connection', 'close'] as const]),
    ['Accept', '*/*'],
    ['User-Agent', 'passport-client-certificate-auth-doctor'],
    ...lines,
  ]
  const text = all.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `GET ${path} HTTP/1.1\r\n${text}\r\n`
}

/** @returns `undefined` as long as the header isn't complete */
function readAnswer(text: string): Answer | undefined {
  let start = 0
  let end = text.indexOf(HEADER_END)
  while (end !== -1) {
    const answer = readHeader(text.slice(start, end))
    if (answer !== undefined) return answer
    start = end + HEADER_END.length
    end = text.indexOf(HEADER_END, start)
  }
  return text.length > MAX_CHARACTERS ? NOT_HTTP : undefined
}

/** @returns `undefined` for an interim answer, which comes before the final one (RFC 9110 15.2) */
function readHeader(header: string): Answer | undefined {
  const [line, status] = /^HTTP\/1\.[01] ([1-5]\d\d)\b[^\r\n]*/.exec(header) ?? []
  if (line === undefined || status === undefined) return NOT_HTTP
  if (status.startsWith('1')) return undefined
  const location = /\r\nlocation:[ \t]*([^\r\n]*)/i.exec(header.slice(line.length))?.[1]
  return { kind: 'status', status: Number(status), location }
}

const NOT_HTTP: Answer = { kind: 'closed', code: 'NOT_HTTP' }

function readError(
  { code = 'UNKNOWN' }: NodeJS.ErrnoException,
  isConnected: boolean,
  distrust: Error | undefined,
): Answer {
  if (distrust) return { kind: 'untrusted', code: String(distrust) }
  return isConnected ? { kind: 'closed', code } : { kind: 'unreachable', code }
}
