import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { expect } from 'chai'
import {
  createExtractor,
  type ExtractionResult,
  type ExtractorOptions,
} from '../../src/extractor/index.js'
import { listenHttp } from './servers.js'

/**
 * A request as a backend received it from a real proxy, and the headers that the proxy's client had
 * sent.
 */
export interface Capture {
  readonly proxy: string
  readonly case: string
  /** The file with the certificates that the client presented in the handshake. */
  readonly client: string | null
  readonly clientSentHeaders: readonly (readonly [name: string, value: string])[]
  readonly reachedBackend: boolean
  /** Each name is followed by its value. `null` if the proxy answered itself. */
  readonly rawHeaders: readonly string[] | null
}

const FOLDER = new URL('../fixtures/captures/', import.meta.url)

/** The certificates in the files with more than one, leaf first. */
const CHAINS: Readonly<Record<string, readonly string[]>> = {
  'chain.pem': ['chainleaf.crt', 'inter.crt'],
  'fullchain.pem': ['chainleaf.crt', 'inter.crt', 'root.crt'],
}

/** All captures, by their name `proxy-case`. */
export function readCaptures(): ReadonlyMap<string, Capture> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'))
  return new Map(
    files.map((file) => [file.slice(0, -'.json'.length), JSON.parse(read(file)) as Capture]),
  )
}

/** Reads a capture that reached the backend. */
export function readCapture(name: string): Capture & { readonly rawHeaders: readonly string[] } {
  const capture = JSON.parse(read(`${name}.json`)) as Capture
  if (capture.rawHeaders === null) throw new Error(`${name} didn't reach the backend`)
  return { ...capture, rawHeaders: capture.rawHeaders }
}

/** The DER of the certificates that the client presented, leaf first. */
export function presentedBy({ client }: Capture): Buffer[] {
  const files = client === null ? [] : (CHAINS[client] ?? [client])
  return files.map((file) => new X509Certificate(readCertificate(file)).raw)
}

/** Returns PEM. */
export function readCertificate(file: string): string {
  return read(`certs/${file}`)
}

function read(file: string): string {
  return readFileSync(new URL(file, FOLDER), 'utf8')
}

/**
 * Sends exactly these header lines to a real server, and extracts from the request that it
 * received.
 */
export async function replay(
  rawHeaders: readonly string[],
  options: ExtractorOptions,
): Promise<ExtractionResult> {
  const extract = createExtractor(options)
  let received: readonly string[] = []
  let result: ExtractionResult | undefined
  const server = await listenHttp((req, res) => {
    received = req.rawHeaders
    result = extract(req)
    res.end()
  })
  const socket = connect(server.port, '127.0.0.1')
  socket.write(`GET / HTTP/1.1\r\n${toLines(rawHeaders)}\r\n`, 'latin1')
  await once(socket, 'data')
  socket.destroy()
  await server.close()
  expect(received).to.deep.equal(rawHeaders)
  return result as ExtractionResult
}

function toLines(rawHeaders: readonly string[]): string {
  return rawHeaders.map((text, index) => text + (index % 2 === 0 ? ': ' : '\r\n')).join('')
}
