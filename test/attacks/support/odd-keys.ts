import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import tls, { type ConnectionOptions } from 'node:tls'
import { fileURLToPath } from 'node:url'
import type { Answer, Settings } from './odd-keys-server.js'

export type { Answer, Settings, Verdict } from './odd-keys-server.js'

const SERVER = fileURLToPath(new URL('odd-keys-server.ts', import.meta.url))
const ARGS = ['--no-deprecation', '--import', 'ts-blank-space/register', SERVER]

/** The results of one connection. */
export interface Outcome {
  /** The status of each request. Empty if the handshake failed; TLS alone has no status. */
  readonly statuses: readonly number[]
  readonly answers: readonly Answer[]
  readonly isResumed: boolean
  readonly session: Buffer | undefined
}

export interface Client extends ConnectionOptions {
  readonly headers?: Record<string, string>
  /** How many requests to send on the connection. */
  readonly requests?: number
}

/** A process with servers in it. A process that has ended is replaced, so only one test fails. */
class ServerProcess {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>
  readonly #errors: Promise<string>

  constructor() {
    const { NODE_OPTIONS: _, ...env } = process.env
    this.#child = spawn(process.execPath, ARGS, { env })
    this.#child.stdin.on('error', () => undefined)
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
    this.#errors = text(this.#child.stderr)
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  async listen(settings: Settings): Promise<number> {
    this.#child.stdin.write(`${JSON.stringify(settings)}\n`)
    const next = await this.#lines.next()
    if (next.done === true) throw new Error(`The server didn't start: ${await this.#errors}`)
    return Number(next.value)
  }

  async describeEnd(): Promise<string> {
    return `${String(this.#child.signalCode ?? this.#child.exitCode)} ${await this.#errors}`
  }

  end(): void {
    this.#child.kill()
  }
}

let current: ServerProcess | undefined

/** Call it in `after()`. */
export function endOddKeysServers(): void {
  current?.end()
  current = undefined
}

/** A server in another process. */
export class OddKeysServer {
  readonly protocol: Settings['protocol']
  readonly port: number
  readonly #process: ServerProcess

  private constructor(protocol: Settings['protocol'], port: number, process: ServerProcess) {
    this.protocol = protocol
    this.port = port
    this.#process = process
  }

  static async start(settings: Settings): Promise<OddKeysServer> {
    if (current?.hasEnded !== false) current = new ServerProcess()
    const process = current
    return new OddKeysServer(settings.protocol, await process.listen(settings), process)
  }

  /** Fails if the process has ended, because no connection may end it. */
  async expectAlive(): Promise<void> {
    const socket = connect(this.port, '127.0.0.1')
    const isAlive = await new Promise<boolean>((resolve) => {
      socket.on('connect', () => {
        resolve(true)
      })
      socket.on('error', () => {
        resolve(false)
      })
    })
    socket.destroy()
    if (isAlive && !this.#process.hasEnded) return
    throw new Error(`The server has ended: ${await this.#process.describeEnd()}`)
  }

  async visit(client: Client): Promise<Outcome> {
    const { headers = {}, requests = 1, ...options } = client
    if (this.protocol === 'http') return this.#visitPlainly(headers)
    const alpn = this.protocol === 'http2' ? { ALPNProtocols: ['h2'] } : {}
    const socket = tls.connect({
      host: '127.0.0.1',
      port: this.port,
      rejectUnauthorized: false,
      ...alpn,
      ...options,
    })
    let session: Buffer | undefined
    socket.on('session', (ticket) => (session = ticket))
    socket.on('error', () => undefined)
    const seen: [status: number, answer: Answer][] = []
    let isResumed = false
    try {
      await once(socket, 'secureConnect')
      isResumed = socket.isSessionReused()
      for await (const one of SEND[this.protocol](socket, headers, requests)) seen.push(one)
    } catch {
      // The handshake failed, or the server has ended. expectAlive() tells them apart.
    }
    socket.destroy()
    await this.expectAlive()
    const [statuses, answers] = [seen.map(([status]) => status), seen.map(([, answer]) => answer)]
    return { statuses, answers, isResumed, session }
  }

  async #visitPlainly(headers: Record<string, string>): Promise<Outcome> {
    const seen: [status: number, answer: Answer][] = []
    try {
      const request = http.request({ host: '127.0.0.1', port: this.port, agent: false, headers })
      seen.push(await answerOf(request.end()))
    } catch {
      // The process has ended.
    }
    await this.expectAlive()
    const [statuses, answers] = [seen.map(([status]) => status), seen.map(([, answer]) => answer)]
    return { statuses, answers, isResumed: false, session: undefined }
  }
}

async function answerOf(request: http.ClientRequest): Promise<[status: number, answer: Answer]> {
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  response.resume()
  await once(response, 'end')
  return [response.statusCode ?? 0, parse(response.headers['x-answer'])]
}

type Send = (
  socket: tls.TLSSocket,
  headers: Record<string, string>,
  requests: number,
) => AsyncGenerator<[status: number, answer: Answer]>

const SEND: Readonly<Record<Exclude<Settings['protocol'], 'http'>, Send>> = {
  async *https(socket, headers, requests) {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
    Object.assign(agent, { createConnection: () => socket })
    for (let left = requests; left > 0; left -= 1) {
      yield answerOf(https.request({ agent, headers }).end())
    }
  },
  async *http2(socket, headers, requests) {
    const session = http2.connect('https://localhost', { createConnection: () => socket })
    session.on('error', () => undefined)
    for (let left = requests; left > 0; left -= 1) {
      const stream = session.request({ ':path': '/', ...headers })
      const [head] = (await once(stream, 'response')) as [Record<string, unknown>]
      stream.resume()
      await once(stream, 'end')
      yield [Number(head[':status']), parse(head['x-answer'])]
    }
    session.destroy()
  },
  async *tls(socket) {
    yield [0, parse(await text(socket))]
  },
}

function parse(answer: unknown): Answer {
  return JSON.parse(String(answer)) as Answer
}
