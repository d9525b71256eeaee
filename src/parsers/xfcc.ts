import { createHash } from 'node:crypto'
import { decodeUrlPem } from './url-pem.js'
import { scanXfccPair, type XfccPair } from './xfcc-scanner.js'

/** The keys a certificate is read from or checked by; none may occur twice in an element. */
const SINGLE_KEYS: ReadonlySet<string> = new Set(['hash', 'cert', 'chain', 'subject'])
/** Keys whose value is written by the proxy itself, not taken from the client's certificate. */
const PROXY_KEYS: ReadonlySet<string> = new Set(['by', 'hash'])

/**
 * Decodes Envoy's `X-Forwarded-Client-Cert`: one element of `Key=Value` pairs, the certificate in
 * `Cert`, or first in `Chain`, as quoted percent-encoded PEM.
 *
 * More than one element is refused: which hop wrote which cannot be told from the text, and with
 * `APPEND_FORWARD` the first is the client's own. `Hash`, when present, must be the SHA-256 of the
 * certificate.
 *
 * Source: Envoy, HTTP header manipulation, x-forwarded-client-cert.
 */
export function decodeXfcc(text: string): Buffer[] | undefined {
  const values = readElement(text)
  if (values === undefined) return undefined
  const certificates = decodeCertificates(values.get('cert'), values.get('chain'))
  const leaf = certificates?.[0]
  if (leaf === undefined) return undefined
  const hash = values.get('hash')
  return hash === undefined || isSha256Of(hash, leaf) ? certificates : undefined
}

/** Reads the pairs of the only element, or nothing if the text is not exactly one. */
function readElement(text: string): ReadonlyMap<string, string> | undefined {
  const values = new Map<string, string>()
  let injectable = false
  for (let at = 0; at < text.length;) {
    const pair = scanXfccPair(text, at)
    if (pair === undefined || pair.endsElement) return undefined
    if (!isPlausible(pair, values, injectable)) return undefined
    if (SINGLE_KEYS.has(pair.key)) values.set(pair.key, pair.value)
    injectable ||= !pair.quoted && !PROXY_KEYS.has(pair.key)
    at = pair.next
  }
  return values
}

/**
 * Envoy neither quotes nor escapes `URI` and `DNS`, which it copies from the client's certificate:
 * a subject alternative name that holds `;Cert="..."` puts a pair of its own behind them. What
 * stands there counts only if the genuine `Hash`, in front of it, already binds it.
 */
function isPlausible(
  { key, quoted }: XfccPair,
  values: ReadonlyMap<string, string>,
  injectable: boolean,
): boolean {
  if (!SINGLE_KEYS.has(key)) return true
  if (values.has(key)) return false
  if (key === 'hash') return !injectable
  return quoted && (!injectable || values.has('hash'))
}

/** `Chain` repeats the leaf as its first certificate. */
function decodeCertificates(cert?: string, chain?: string): Buffer[] | undefined {
  const path = chain === undefined ? undefined : decodeUrlPem(chain)
  if (cert === undefined) return path
  const [leaf, ...others] = decodeUrlPem(cert) ?? []
  if (leaf === undefined || others.length > 0) return undefined
  if (chain === undefined) return [leaf]
  return path?.[0]?.equals(leaf) === true ? path : undefined
}

function isSha256Of(hash: string, der: Buffer): boolean {
  return createHash('sha256').update(der).digest('hex') === hash.toLowerCase()
}
