import { X509Certificate } from 'node:crypto'
import type { IncomingMessage, RequestListener } from 'node:http'
import type { RequestOptions, ServerOptions } from 'node:https'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { ChainedPeerCertificate } from '../../src/certificate/peer-certificate.js'
import {
  createExtractor,
  type ExtractionResult,
  type ExtractorOptions,
} from '../../src/extractor/index.js'
import { getHttps, listenHttp, listenHttps } from './servers.js'

type Middleware = (req: IncomingMessage) => void

/**
 * Extracts from a request that a real HTTP server received with exactly these header lines, after
 * another middleware has seen it.
 */
export async function extractOverHttp(
  lines: readonly string[],
  options: ExtractorOptions,
  middleware: Middleware = () => undefined,
): Promise<ExtractionResult> {
  const app = extractingApp(options, middleware)
  const server = await listenHttp(app.listener)
  const socket = connect(server.port, '127.0.0.1')
  const head = ['GET / HTTP/1.1', 'Host: localhost', 'Connection: close', ...lines]
  socket.write(`${head.join('\r\n')}\r\n\r\n`, 'latin1')
  const answer = await text(socket)
  await server.close()
  if (!answer.startsWith('HTTP/1.1 200')) throw new Error(`The server answered ${answer}`)
  return app.result()
}

/** Extracts from a request over a real TLS connection of this client. */
export async function extractOverHttps(
  client: RequestOptions,
  options: ExtractorOptions,
  server: ServerOptions = {},
): Promise<ExtractionResult> {
  const app = extractingApp(options, () => undefined)
  const running = await listenHttps(app.listener, server)
  await getHttps(running.port, client)
  await running.close()
  return app.result()
}

function extractingApp(options: ExtractorOptions, middleware: Middleware) {
  const extract = createExtractor(options)
  let result = (): ExtractionResult => {
    throw new Error('The server received no request')
  }
  const listener: RequestListener = (req, res) => {
    try {
      middleware(req)
      const extracted = extract(req)
      result = () => extracted
    } catch (error) {
      result = () => {
        throw error
      }
    }
    res.end()
  }
  return { listener, result: () => result() }
}

/** The fingerprints of these certificates. */
export function fingerprints(...certificates: { readonly raw: Buffer }[]): string[] {
  return certificates.map(({ raw }) => new X509Certificate(raw).fingerprint256)
}

/**
 * The fingerprints of an extracted certificate and its issuers, or the reason for the rejection.
 */
export function pathOf({ certificate, reason }: ExtractionResult): string | string[] {
  if (certificate === null) return reason
  const path: string[] = []
  for (
    let current: ChainedPeerCertificate | undefined = certificate;
    current !== undefined;
    current = current.issuerCertificate
  ) {
    if (path.push(current.fingerprint256) > 20) throw new Error("The chain doesn't end")
  }
  return path
}
