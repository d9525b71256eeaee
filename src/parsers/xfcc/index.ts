import { createHash } from 'node:crypto'
import { type DecodingFault, isFault } from '../decoding-fault.js'
import { decodeUrlPem } from '../url-pem.js'
import { readElements, type XfccElement } from './elements.js'
import {
  CHAIN_WITHOUT_CERT,
  HASH_MISMATCH,
  NAME_UNKNOWN,
  NAMES_DIFFER,
  NAMES_UNPROVEN,
  NO_CERTIFICATE,
  notUrlPem,
  SEVERAL_IN_CERT,
  severalElements,
  tooFewElements,
} from './faults.js'
import { hasGenuineNames, isKnownName } from './names.js'

/** The element to read, and those beside it. */
export interface XfccChoice {
  readonly element: XfccElement
  /** The elements of earlier hops, or of the client. */
  readonly left: readonly XfccElement[]
  /** The elements of nearer hops. */
  readonly right: readonly XfccElement[]
  /** Whether `xfccHop` chose it. Otherwise it is the only one. */
  readonly isChosenByHop: boolean
}

/**
 * Decodes Envoy's `X-Forwarded-Client-Cert`: one element of `Key=Value` pairs, the certificate in
 * `Cert`, or first in `Chain`, as quoted percent-encoded PEM.
 *
 * More than one element is rejected: which hop wrote which cannot be told from the text, and with
 * `APPEND_FORWARD` the first is the client's own. `Hash`, when present, must be the SHA-256 of the
 * certificate.
 *
 * Source: Envoy, HTTP header manipulation, x-forwarded-client-cert.
 */
export function decodeXfcc(text: string): Buffer[] | DecodingFault {
  const choice = chooseElement(text, undefined)
  return isFault(choice) ? choice : decodeChoice(choice)
}

/**
 * Like {@link decodeXfcc}, for the element that the given hop wrote.
 *
 * @param hop - counted from the right: 0 is the nearest proxy, which appended last
 */
export function decodeXfccHop(text: string, hop: number): Buffer[] | DecodingFault {
  const choice = chooseElement(text, hop)
  return isFault(choice) ? choice : decodeChoice(choice)
}

/** @param hop - as for {@link decodeXfccHop}; `undefined`: there must be exactly one element */
export function chooseElement(text: string, hop: number | undefined): XfccChoice | DecodingFault {
  const elements = readElements(text)
  if (isFault(elements)) return elements
  const isChosenByHop = hop !== undefined
  if (!isChosenByHop && elements.length > 1) return severalElements(elements.length)
  const at = elements.length - 1 - (hop ?? 0)
  const element = elements[at]
  if (element === undefined) return tooFewElements(elements.length)
  return { element, left: elements.slice(0, at), right: elements.slice(at + 1), isChosenByHop }
}

/**
 * The certificates of the chosen element, unless the count may have led to the wrong one.
 *
 * A name with a comma in it ends its element early, and what follows looks like another element with
 * any certificate in it. To the left of such a forgery there is always the beginning of the genuine
 * element, with the name that was cut off. So the names of the chosen element, and of all to its left,
 * must be those of a certificate. To its right there is nothing to forge: a client that chooses its
 * names there talks to a nearer hop, and can send a whole element anyway.
 */
export function decodeChoice(choice: XfccChoice): Buffer[] | DecodingFault {
  const { element, left, right, isChosenByHop } = choice
  const certificates = decodeElement(element)
  if (!isChosenByHop) return certificates
  // A name that was cut off says most: it may be why the chosen element is not the right one.
  const fault = findFault(left.filter(hasCertificate), checkNames)
  if (fault !== undefined) return fault
  if (isFault(certificates)) return certificates
  const others = left.filter((other) => !hasCertificate(other))
  return (
    findFault([...others, element], checkNames) ?? findFault(right, checkNearerHop) ?? certificates
  )
}

/** The first fault that the check finds, if any. */
export function findFault(
  elements: readonly XfccElement[],
  check: (element: XfccElement) => DecodingFault | undefined,
): DecodingFault | undefined {
  for (const element of elements) {
    const fault = check(element)
    if (fault !== undefined) return fault
  }
  return undefined
}

/** Only the certificate beside them proves that names are whole. */
export function checkNames(element: XfccElement): DecodingFault | undefined {
  if (element.copiedNames.length === 0) return undefined
  if (!hasCertificate(element)) return NAMES_UNPROVEN
  const certificates = decodeElement(element)
  if (isFault(certificates)) return certificates
  return hasGenuineNames(certificates[0] as Buffer, element.copiedNames) ? undefined : NAMES_DIFFER
}

/** Istio's sidecars, for example, write the URI of the gateway and no certificate. */
function checkNearerHop(element: XfccElement): DecodingFault | undefined {
  if (hasCertificate(element)) return checkNames(element)
  return element.copiedNames.every(isKnownName) ? undefined : NAME_UNKNOWN
}

export function hasCertificate({ values }: XfccElement): boolean {
  return values.has('cert') || values.has('chain')
}

function decodeElement({ values }: XfccElement): Buffer[] | DecodingFault {
  const certificates = decodeCertificates(values.get('cert'), values.get('chain'))
  const hash = values.get('hash')
  if (isFault(certificates) || hash === undefined) return certificates
  return isSha256Of(hash, certificates[0] as Buffer) ? certificates : HASH_MISMATCH
}

function decodeCertificates(
  cert: string | undefined,
  chain: string | undefined,
): Buffer[] | DecodingFault {
  if (cert === undefined) return chain === undefined ? NO_CERTIFICATE : decodePem('Chain', chain)
  const leaf = decodePem('Cert', cert)
  if (isFault(leaf)) return leaf
  if (leaf.length > 1) return SEVERAL_IN_CERT
  if (chain === undefined) return leaf
  const path = decodePem('Chain', chain)
  return isFault(path) || beginsWithLeaf(path, leaf) ? path : CHAIN_WITHOUT_CERT
}

function decodePem(key: string, value: string): Buffer[] | DecodingFault {
  return decodeUrlPem(value) ?? notUrlPem(key, value)
}

/** `Chain` repeats the leaf as its first certificate. */
function beginsWithLeaf([first]: readonly Buffer[], [leaf]: readonly Buffer[]): boolean {
  return (first as Buffer).equals(leaf as Buffer)
}

function isSha256Of(hash: string, der: Buffer): boolean {
  return createHash('sha256').update(der).digest('hex') === hash.toLowerCase()
}
