import { once } from 'node:events'
import http from 'node:http'
import http2, { type OutgoingHttpHeaders } from 'node:http2'
import https from 'node:https'
import { text } from 'node:stream/consumers'
import { testPki } from '../../support/pki.js'
import type { CaseRequest, Line } from './corpus-case.js'
import type { Answer } from './adapter.js'

export type WireRequest = Exclude<CaseRequest, { over: 'lambda' }>

/** Sends each header line as it is; Node neither joins, sorts nor drops lines. */
async function startRequest(port: number, request: WireRequest, extra: readonly Line[]) {
  const lines: Line[] = [['Host', `127.0.0.1:${port}`], ...extra, ...request.lines]
  const options = { host: '127.0.0.1', port, agent: false, headers: lines.flat() } as const
  if (request.over === 'http') return http.request(options).end()
  const { root } = await testPki()
  return https.request({ ...options, ca: root.cert, ...request.client }).end()
}

/** Sends one HTTP/1.1 request on its own connection. */
export async function sendHttp1(port: number, request: WireRequest): Promise<Answer> {
  const sent = await startRequest(port, request, [['Connection', 'close']])
  const [response] = (await once(sent, 'response')) as [http.IncomingMessage]
  return { status: response.statusCode ?? 0, body: await text(response) }
}

const UPGRADE: readonly Line[] = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
]

/** Requests a WebSocket upgrade. If it succeeds, the body is the server's first message. */
export async function sendUpgrade(port: number, request: WireRequest): Promise<Answer> {
  const sent = await startRequest(port, request, UPGRADE)
  return new Promise((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', (response) => {
      text(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, body })
      }, reject)
    })
    sent.on('upgrade', (_response, socket, head: Buffer) => {
      let received = head
      const look = (): void => {
        const body = readMessage(received)
        if (body === undefined) return
        socket.destroy()
        resolve({ status: 200, body })
      }
      socket.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk])
        look()
      })
      look()
    })
  })
}

/**
 * The text of one unmasked frame of up to 64 KiB (RFC 6455 5.2), or `undefined` until all of it
 * arrived.
 */
function readMessage(bytes: Buffer): string | undefined {
  const short = (bytes[1] ?? 0) & 0x7f
  const start = short < 126 ? 2 : 4
  if (bytes.length < start) return undefined
  const end = start + (short < 126 ? short : bytes.readUInt16BE(2))
  return bytes.length < end ? undefined : bytes.toString('utf8', start, end)
}

/** Sends one HTTP/2 request on its own connection; without TLS, with prior knowledge. */
export async function sendHttp2(port: number, request: WireRequest): Promise<Answer> {
  const { root } = await testPki()
  const session =
    request.over === 'http'
      ? http2.connect(`http://127.0.0.1:${port}`)
      : http2.connect(`https://127.0.0.1:${port}`, { ca: root.cert, ...request.client })
  try {
    const stream = session.request(toHttp2(request.lines))
    const [headers] = (await once(stream, 'response')) as [{ ':status': number }]
    return { status: headers[':status'], body: await text(stream) }
  } finally {
    session.destroy()
  }
}

/** Node sends a list of values as one line each. */
function toHttp2(lines: readonly Line[]): OutgoingHttpHeaders {
  const headers = Object.create(null) as Record<string, string[]>
  for (const [name, value] of lines) {
    const values = (headers[name.toLowerCase()] ??= [])
    // HTTP/2 forbids the spaces around a value that HTTP/1 skips (RFC 9113 8.2.1).
    values.push(value.trim())
  }
  return headers
}
