import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import https from 'node:https'
import { types } from 'node:util'
import { assertText, type Parse } from '../util/assert.js'
import { invalidType, invalidValue, kindOf } from '../util/errors.js'
import { type OptionTable, optional, parseOptions, withDefault } from '../util/options.js'
import { parseObject } from './values.js'

/** The certificate that a client presents: one of `createTestCa()`, or PEM from elsewhere. */
export interface TestClient {
  /** PEM. */
  readonly cert: string
  /** PEM. */
  readonly key: string
  /** PEM with intermediate CAs, which the client presents instead of `cert`. */
  readonly chain?: string | undefined
}

/** Options of `request()` of a test server. */
export interface TestRequestOptions {
  /** Default: the client presents no certificate. */
  client?: TestClient | undefined
  /** Default: `'GET'`. */
  method?: string | undefined
  headers?: OutgoingHttpHeaders | undefined
  /** Default: no body. */
  body?: string | Uint8Array | undefined
}

/** The answer of a test server. */
export interface TestResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The whole body as UTF-8. */
  readonly body: string
  /**
   * The body, parsed as JSON.
   *
   * @throws SyntaxError if the body isn't JSON
   */
  readonly json: () => unknown
}

export const parseClient: Parse<TestClient> = (name, value) => {
  const { cert, key, chain } = parseObject(name, value) as Record<keyof TestClient, unknown>
  for (const [member, pem] of Object.entries({ cert, key, chain: chain ?? cert })) {
    if (typeof pem !== 'string') {
      throw invalidType(`${name}.${member}`, 'a string with PEM', kindOf(pem))
    }
  }
  return value as TestClient
}

const parseBody: Parse<string | Uint8Array> = (name, value) => {
  if (typeof value === 'string' || types.isUint8Array(value)) return value
  throw invalidType(name, 'a string or bytes', value)
}

export const parsePath: Parse<string> = (name, value) => {
  const path = assertText(name, value)
  if (path.startsWith('/')) return path
  throw invalidValue(name, "must begin with '/'", value)
}

interface Compiled {
  client: TestClient | undefined
  method: string
  headers: OutgoingHttpHeaders | undefined
  body: string | Uint8Array | undefined
}

const REQUEST_OPTIONS: OptionTable<keyof TestRequestOptions, Compiled> = {
  client: optional(parseClient),
  method: withDefault(assertText, 'GET'),
  headers: optional(parseObject as Parse<OutgoingHttpHeaders>),
  body: optional(parseBody),
}

/** Where a test server listens, and the CA that its certificate comes from. */
export interface Target {
  readonly port: number
  readonly ca: string
}

/**
 * Sends a request on a new connection, so that every request has a full handshake.
 *
 * @returns rejects with Node's error if the connection ends before the response does
 */
export async function sendRequest(
  { port, ca }: Target,
  path: string,
  options: TestRequestOptions,
): Promise<TestResponse> {
  const { client, method, headers = {}, body } = parseOptions(options, REQUEST_OPTIONS).values
  const request = https.request({
    host: '127.0.0.1',
    port,
    path: parsePath('path', path),
    method,
    headers: { host: `localhost:${port}`, ...headers },
    servername: 'localhost',
    ca,
    ...(client && { key: client.key, cert: client.chain ?? client.cert }),
    agent: false,
  })
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).on('error', reject).end(body)
  })
  return readResponse(response)
}

async function readResponse(response: IncomingMessage): Promise<TestResponse> {
  const { statusCode: status = 0, headers } = response
  const chunks: Uint8Array[] = []
  for await (const chunk of response) chunks.push(chunk as Uint8Array)
  const body = Buffer.concat(chunks).toString()
  return { status, headers, body, json: () => JSON.parse(body) as unknown }
}
