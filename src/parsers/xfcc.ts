import { createHash } from 'node:crypto'
import { MAX_CHAIN_CERTS } from './limits.js'
import { decodeUrlPem } from './url-pem.js'
import { hasGenuineNames, type XfccName } from './xfcc-names.js'
import { scanXfccPair, type XfccPair } from './xfcc-scanner.js'

/** The keys a certificate is read from or checked by; none may occur twice in an element. */
const SINGLE_KEYS: ReadonlySet<string> = new Set(['hash', 'cert', 'chain', 'subject'])
/** Keys whose value is copied from the client's certificate as it is. */
const NAME_KEYS: ReadonlySet<string> = new Set(['uri', 'dns'])
/** Keys whose value is written by the proxy itself, not taken from the client's certificate. */
const PROXY_KEYS: ReadonlySet<string> = new Set(['by', 'hash'])

/**
 * The most pairs of all elements together: more than a header of Node's default size can hold of names
 * that mean something, and few enough that a header full of nothing else is refused at once.
 */
const MAX_PAIRS = 1000

/** What one hop wrote. */
export interface XfccElement {
  readonly values: Map<string, string>
  readonly names: XfccName[]
  /** Whether a value stands in it that could have been cut off by what it contained. */
  injectable: boolean
  /** Whether a certificate or a subject stands behind such a value. */
  isDoubtful: boolean
}

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
  const [element] = readElements(text, 1, false) ?? []
  return element && decodeElement(element)
}

/**
 * Like {@link decodeXfcc}, for the element that the given hop wrote.
 *
 * @param hop - counted from the right: 0 is the nearest proxy, which appended last
 */
export function decodeXfccHop(text: string, hop: number): Buffer[] | undefined {
  const elements = readElements(text, MAX_CHAIN_CERTS, true) ?? []
  const element = elements.at(-1 - hop)
  // A name that ends an element early shifts the count of all that are left of it.
  return element && elements.every(hasGenuineElementNames) ? decodeElement(element) : undefined
}

/** Whether the names of an element, if it has any, are those of the certificate in it. */
export function hasGenuineElementNames(element: XfccElement): boolean {
  if (element.names.length === 0) return true
  const cert = decodeElement(element)?.[0]
  return cert !== undefined && hasGenuineNames(cert, element.names)
}

/**
 * @param most - how many elements are accepted
 * @param keepNames - whether the names copied from certificates are looked at later
 */
export function readElements(
  text: string,
  most: number,
  keepNames: boolean,
): XfccElement[] | undefined {
  const elements: XfccElement[] = []
  let element: XfccElement | undefined
  let pairs = 0
  for (let at = 0; at < text.length || element === undefined;) {
    pairs += 1
    if (pairs > MAX_PAIRS) return undefined
    if (element === undefined) {
      if (elements.length === most) return undefined
      element = { values: new Map(), names: [], injectable: false, isDoubtful: false }
      elements.push(element)
    }
    const pair = scanXfccPair(text, at)
    if (pair === undefined || !addPair(element, pair, keepNames)) return undefined
    if (pair.endsElement) element = undefined
    at = pair.next
  }
  return elements
}

/**
 * Envoy neither quotes nor escapes `URI` and `DNS`, which it copies from the client's certificate:
 * a subject alternative name that holds `;Cert="..."` puts a pair of its own behind them. What
 * stands there counts only if the genuine `Hash`, in front of it, already binds it.
 */
function addPair(
  element: XfccElement,
  { key, value, quoted }: XfccPair,
  keepNames: boolean,
): boolean {
  const { values, names, injectable } = element
  if (isCopied(key, quoted)) {
    element.injectable = true
    if (keepNames) names.push({ type: key, value })
  }
  if (!SINGLE_KEYS.has(key)) return true
  if (values.has(key)) return false
  values.set(key, value)
  if (key === 'hash') return !injectable
  element.isDoubtful ||= injectable
  return quoted && (!injectable || values.has('hash'))
}

/** The quotes around a copied name may be the client's own. */
function isCopied(key: string, quoted: boolean): boolean {
  return NAME_KEYS.has(key) || (!quoted && !PROXY_KEYS.has(key))
}

function decodeElement({ values }: XfccElement): Buffer[] | undefined {
  const certificates = decodeCertificates(values)
  const leaf = certificates?.[0]
  if (leaf === undefined) return undefined
  const hash = values.get('hash')
  return hash === undefined || isSha256Of(hash, leaf) ? certificates : undefined
}

/** `Chain` repeats the leaf as its first certificate. */
function decodeCertificates(values: ReadonlyMap<string, string>): Buffer[] | undefined {
  const [cert, chain] = [values.get('cert'), values.get('chain')]
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
