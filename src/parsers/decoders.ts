import { decodeBase64Der, decodeBase64DerChain } from './base64-der.js'
import { decodeBase64Pem } from './base64-pem.js'
import type { DecodingFault } from './decoding-fault.js'
import type { HeaderEncoding } from './encodings.js'
import { decodeSpacedPem } from './pem.js'
import { decodeRfc9440, decodeRfc9440Chain } from './rfc9440.js'
import { decodeUrlPem } from './url-pem.js'
import { decodeXfcc } from './xfcc/index.js'

/**
 * Decodes a header value to the DER of its certificates, leaf first. Returns a fault if it can say what
 * is wrong, or `undefined` if the value doesn't match the grammar of the encoding. A decoder never throws,
 * takes linear time, and returns at most `MAX_CHAIN_CERTS` certificates.
 */
export type Decoder = (text: string) => Buffer[] | DecodingFault | undefined

/** Like {@link Decoder}, for a header that contains only a chain. */
export type ChainDecoder = Decoder

interface HeaderDecoders {
  /** Decodes the header with the leaf. */
  readonly leaf: Decoder
  /** Decodes a second header with the rest of the chain; `undefined` if the leaf's header contains the chain. */
  readonly chain: ChainDecoder | undefined
}

export const DECODERS: Readonly<Record<HeaderEncoding, HeaderDecoders>> = {
  'url-pem': { leaf: decodeUrlPem, chain: decodeUrlPem },
  // AWS leaves `+ / =` unescaped, which is valid percent-encoding, so one decoder reads both.
  'url-pem-aws': { leaf: decodeUrlPem, chain: decodeUrlPem },
  xfcc: { leaf: decodeXfcc, chain: undefined },
  'base64-der': { leaf: decodeBase64Der, chain: decodeBase64DerChain },
  rfc9440: { leaf: decodeRfc9440, chain: decodeRfc9440Chain },
  'apache-pem': { leaf: decodeSpacedPem, chain: decodeSpacedPem },
  'base64-pem': { leaf: decodeBase64Pem, chain: decodeBase64Pem },
}
