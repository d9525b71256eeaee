/** The members of a proxied request that the package reads. */
export interface ProxiedRequest {
  readonly headers: Record<string, string>
  readonly rawHeaders: string[]
  readonly socket: { readonly remoteAddress: string }
}

export const CERTIFICATE_HEADER = 'X-Client-Cert'
const CERTIFICATE_FIELD = 'x-client-cert'

/** The headers that a browser sends, and that a proxy adds. */
const LINES = {
  Host: 'app.example.com',
  Connection: 'keep-alive',
  'X-Real-IP': '203.0.113.7',
  'X-Forwarded-For': '203.0.113.7',
  'X-Forwarded-Proto': 'https',
  'X-Request-Id': '5f2b6f0c9a1e4d7f8c3b2a1908f7e6d5',
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'Accept-Language': 'en-US,en;q=0.5',
  'Accept-Encoding': 'gzip, deflate, br, zstd',
  Cookie: 'theme=dark; consent=necessary; locale=en',
  'If-None-Match': 'W/"2a-16f7d2c3b4a5968778695a4b3c2d1e0f"',
}

const TEMPLATE = Object.entries(LINES).map(([name, value]) => ({
  field: name.toLowerCase(),
  name: Buffer.from(name, 'latin1'),
  value: Buffer.from(value, 'latin1'),
}))
const CERTIFICATE_NAME = Buffer.from(CERTIFICATE_HEADER, 'latin1')

/**
 * A request like the ones that Node's parser makes: every value is a new string, so V8 can't reuse
 * the hash of a string that it has looked up before.
 */
export function proxiedRequest(certificate: Buffer): ProxiedRequest {
  const headers: Record<string, string> = {}
  const rawHeaders: string[] = []
  for (const line of TEMPLATE) {
    const value = line.value.toString('latin1')
    rawHeaders.push(line.name.toString('latin1'), value)
    headers[line.field] = value
  }
  const value = certificate.toString('latin1')
  rawHeaders.push(CERTIFICATE_NAME.toString('latin1'), value)
  headers[CERTIFICATE_FIELD] = value
  return { headers, rawHeaders, socket: { remoteAddress: '127.0.0.1' } }
}

/** The value of the certificate's header. */
export function certificateTextOf({ headers }: ProxiedRequest): string {
  return headers[CERTIFICATE_FIELD] ?? ''
}
