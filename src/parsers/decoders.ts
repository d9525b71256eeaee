import { decodeBase64Der, decodeBase64DerChain } from './base64-der.js'
import { decodeBase64Pem } from './base64-pem.js'
import type { DecodingFault } from './decoding-fault.js'
import { decodeSpacedPem } from './pem.js'
import { decodeRfc9440, decodeRfc9440Chain } from './rfc9440.js'
import { decodeUrlPem } from './url-pem.js'
import { decodeXfcc } from './xfcc/index.js'

/** The encodings, by the names the option `headerEncoding` takes. */
export const ENCODINGS = [
  'url-pem',
  'url-pem-aws',
  'xfcc',
  'base64-der',
  'rfc9440',
  'apache-pem',
  'base64-pem',
] as const

/** How a proxy writes a certificate into a header. */
export type HeaderEncoding = (typeof ENCODINGS)[number]

/**
 * Header text to the DER of the certificates in it, leaf first. Otherwise a fault that says more, or
 * `undefined` where there is no more to say than that the text is not of the encoding's grammar.
 * Total, linear in the length, and never more than `MAX_CHAIN_CERTS` certificates.
 */
export type Decoder = (text: string) => Buffer[] | DecodingFault | undefined

/** As {@link Decoder}, of a header that holds nothing but a chain. */
export type ChainDecoder = (text: string) => Buffer[] | undefined

interface HeaderDecoders {
  /** The header with the leaf. */
  readonly leaf: Decoder
  /** A second header with the rest of the chain; `null` where the encoding has its own place for it. */
  readonly chain: ChainDecoder | null
}

export const DECODERS: Readonly<Record<HeaderEncoding, HeaderDecoders>> = {
  'url-pem': { leaf: decodeUrlPem, chain: decodeUrlPem },
  // The literal `+ / =` of AWS are valid in any percent-encoded text: one decoder reads both.
  'url-pem-aws': { leaf: decodeUrlPem, chain: decodeUrlPem },
  xfcc: { leaf: decodeXfcc, chain: null },
  'base64-der': { leaf: decodeBase64Der, chain: decodeBase64DerChain },
  rfc9440: { leaf: decodeRfc9440, chain: decodeRfc9440Chain },
  'apache-pem': { leaf: decodeSpacedPem, chain: decodeSpacedPem },
  'base64-pem': { leaf: decodeBase64Pem, chain: decodeBase64Pem },
}
