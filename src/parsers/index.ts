import { linkChain } from '../certificate/chain.js'
import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { parseDer } from '../certificate/peer-certificate.js'
import { type Decoder, DECODERS } from './decoders.js'

export type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
export type { HeaderEncoding } from './decoders.js'
export { MAX_CHAIN_CERTS } from './limits.js'
export { type CertificateSource, type HeaderRule, type Preset, PRESETS } from './presets.js'

/**
 * Parses one header value.
 *
 * @param headerValue - the text of the header, as it came
 * @returns the leaf, its chain linked by `issuerCertificate` where the value carries one; `null`
 *   when the value is not exactly what the encoding allows. Never throws.
 */
export type HeaderParser = (headerValue: string) => ChainedPeerCertificate | null

/** Percent-encoded PEM, one certificate or a chain with the leaf first (nginx, CloudFront). */
export const parseUrlPem: HeaderParser = parserFor(DECODERS['url-pem'].leaf)

/** Percent-encoded PEM with `+ / =` left literal, chain as concatenated blocks (AWS ALB). */
export const parseUrlPemAws: HeaderParser = parserFor(DECODERS['url-pem-aws'].leaf)

/** One element of `X-Forwarded-Client-Cert` with `Cert` or `Chain` (Envoy, Istio). */
export const parseXfcc: HeaderParser = parserFor(DECODERS.xfcc.leaf)

/** Base64 of DER, one certificate or a list joined by commas (Traefik, Cloudflare, Azure). */
export const parseBase64Der: HeaderParser = parserFor(DECODERS['base64-der'].leaf)

/** `:base64:` as in RFC 9440's `Client-Cert` (Cloudflare, Google Cloud). */
export const parseRfc9440: HeaderParser = parserFor(DECODERS.rfc9440.leaf)

/** PEM with spaces for line ends (Apache's `%{SSL_CLIENT_CERT}s`). */
export const parseApachePem: HeaderParser = parserFor(DECODERS['apache-pem'].leaf)

/** Base64 of PEM (Apache's `expr=%{base64:%{SSL_CLIENT_CERT}}`). */
export const parseBase64Pem: HeaderParser = parserFor(DECODERS['base64-pem'].leaf)

function parserFor(decode: Decoder): HeaderParser {
  return (headerValue: unknown) => {
    if (typeof headerValue !== 'string') return null
    const [leaf, ...others] = decode(headerValue)?.map(parseDer) ?? []
    if (leaf === undefined) return null
    const known = others.filter((certificate) => certificate !== undefined)
    return known.length === others.length ? linkChain(leaf, known) : null
  }
}
