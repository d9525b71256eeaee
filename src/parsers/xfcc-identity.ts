import { parseDistinguishedName } from '../certificate/distinguished-name.js'
import type { ForwardedIdentity } from '../certificate/peer-certificate.js'
import { hasGenuineElementNames, readElements, type XfccElement } from './xfcc.js'
import { MAX_CHAIN_CERTS } from './limits.js'

const SHA256_DIGITS = 64
const HEX_DIGITS = '0123456789abcdef'

/**
 * Reads what an element of `X-Forwarded-Client-Cert` says about a certificate that it does not hold:
 * `Hash`, `Subject`, and a `URI` (Istio's sidecars write no more by default).
 *
 * Names are copied from the certificate unquoted and unescaped, and without the certificate nothing
 * tells a name with a `;` in it from two names: an element with more than one is refused.
 *
 * @param hop - as for `decodeXfccHop`; `undefined`: there must be exactly one element
 * @returns nothing when there is a certificate, which is to be read instead, or no hash
 */
export function readXfccIdentity(
  text: string,
  hop: number | undefined,
): ForwardedIdentity | undefined {
  const elements = readElements(text, hop === undefined ? 1 : MAX_CHAIN_CERTS, true) ?? []
  const element = elements.at(-1 - (hop ?? 0))
  if (element === undefined || hasCertificate(element)) return undefined
  return elements.every(isUnambiguous) ? describe(element) : undefined
}

function hasCertificate({ values }: XfccElement): boolean {
  return values.has('cert') || values.has('chain')
}

function isUnambiguous(element: XfccElement): boolean {
  if (hasCertificate(element)) return hasGenuineElementNames(element)
  const { names, isDoubtful } = element
  return !isDoubtful && names.length <= 1 && names.every(({ type }) => type === 'uri')
}

function describe({ values, names }: XfccElement): ForwardedIdentity | undefined {
  const fingerprint256 = formatFingerprint(values.get('hash')?.toLowerCase() ?? '')
  if (fingerprint256 === undefined) return undefined
  const subject = parseDistinguishedName(values.get('subject') ?? '')
  if (subject === undefined) return undefined
  const uri = names[0]?.value ?? ''
  const identity: ForwardedIdentity = { forwardedIdentity: true, subject, fingerprint256 }
  return uri === '' ? identity : { ...identity, subjectaltname: `URI:${quote(uri)}` }
}

/** As Node quotes a name that could be taken for several. */
function quote(name: string): string {
  return name.includes(',') || name.includes('"') ? JSON.stringify(name) : name
}

/** As Node shows it: upper case, a colon between the bytes. */
function formatFingerprint(hash: string): string | undefined {
  if (hash.length !== SHA256_DIGITS) return undefined
  for (const digit of hash) if (!HEX_DIGITS.includes(digit)) return undefined
  const bytes = Array.from({ length: SHA256_DIGITS / 2 }, (_, at) => hash.slice(2 * at, 2 * at + 2))
  return bytes.join(':').toUpperCase()
}
