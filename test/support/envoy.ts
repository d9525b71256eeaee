// Writes X-Forwarded-Client-Cert as Envoy's source does: By, Hash, Cert, Chain, Subject, URI, DNS.
// Three of the values are in quotes, and the names aren't escaped.
import { createHash } from 'node:crypto'
import { toUrlPem } from './header-values.js'
import { createSelfSigned, type Issued } from './pki.js'

/** The configuration of one Envoy. */
export interface EnvoyHop {
  readonly mode: 'SANITIZE_SET' | 'APPEND_FORWARD'
  /** The URIs in Envoy's own certificate. */
  readonly by: readonly string[]
  readonly cert: boolean
  readonly chain: boolean
  readonly subject: boolean
  /** Older versions write only the first URI. */
  readonly uri: 'all' | 'first' | 'none'
  readonly dns: boolean
}

/** The peer of an Envoy, with the names in its certificate. */
export interface EnvoyClient {
  readonly certificate: Issued
  readonly commonName: string
  readonly uris: readonly string[]
  readonly dns: readonly string[]
}

export async function createEnvoyClient(
  uris: readonly string[],
  dns: readonly string[],
  commonName = 'client',
): Promise<EnvoyClient> {
  const subjectAltName = [
    ...uris.map((value) => ({ type: 'url' as const, value })),
    ...dns.map((value) => ({ type: 'dns' as const, value })),
  ]
  const certificate = await createSelfSigned(subjectAltName.length === 0 ? {} : { subjectAltName })
  return { certificate, commonName, uris, dns }
}

export function sha256({ raw }: Pick<Issued, 'raw'>): string {
  return createHash('sha256').update(raw).digest('hex')
}

/** The header that an Envoy forwards for a client that sent this header itself. */
export function forward(sent: string | undefined, hop: EnvoyHop, client: EnvoyClient): string {
  const element = writeElement(hop, client)
  return hop.mode === 'APPEND_FORWARD' && sent !== undefined ? `${sent},${element}` : element
}

function writeElement(hop: EnvoyHop, { certificate, commonName, uris, dns }: EnvoyClient): string {
  const pairs = hop.by.map((uri) => `By=${uri}`)
  pairs.push(`Hash=${sha256(certificate)}`)
  if (hop.cert) pairs.push(`Cert="${toUrlPem(certificate)}"`)
  if (hop.chain) pairs.push(`Chain="${toUrlPem(certificate)}"`)
  if (hop.subject) pairs.push(`Subject="CN=${escape(commonName)}"`)
  if (hop.uri !== 'none') {
    const written = hop.uri === 'all' ? uris : uris.slice(0, 1)
    pairs.push(...(written.length === 0 ? [''] : written).map((uri) => `URI=${uri}`))
  }
  if (hop.dns) pairs.push(...dns.map((name) => `DNS=${name}`))
  return pairs.join(';')
}

/** RFC 2253 requires these escapes in an attribute's value. */
function escape(value: string): string {
  return value.replace(/[,+"\\<>;]/g, '\\$&')
}
