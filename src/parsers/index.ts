import { assertBoolean } from '../util/assert.js'
import { type OptionTable, parseOptions, withDefault } from '../util/options.js'
import { parseChain } from '../certificate/chain.js'
import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { type Decoder, DECODERS, ENCODINGS, type HeaderEncoding } from './decoders.js'
import type { Preset } from './presets.js'

export type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
export { type CertificateHeaderConfig, getCertificateFromHeaders } from '../extractor/headers.js'
export type { HeaderEncoding } from './decoders.js'
export { derToCertificate, pemToCertificate } from './certificates.js'
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

/** A {@link Preset}, under its name in `client-certificate-auth`. */
export type PresetConfig = Preset

/** Options of {@link parseBase64Der} and {@link parseHeaderValue}. */
export interface ParserOptions {
  /**
   * Whether the value may hold a chain, with the leaf first. Where the proxy sends the leaf only, a
   * second certificate means that the header was sent twice. Default: `true`.
   */
  chainInLeafHeader?: boolean | undefined
}

/** Percent-encoded PEM, one certificate or a chain with the leaf first (nginx, CloudFront). */
export const parseUrlPem: HeaderParser = parserFor(DECODERS['url-pem'].leaf)

/** Percent-encoded PEM with `+ / =` left literal, chain as concatenated blocks (AWS ALB). */
export const parseUrlPemAws: HeaderParser = parserFor(DECODERS['url-pem-aws'].leaf)

/** One element of `X-Forwarded-Client-Cert` with `Cert` or `Chain` (Envoy, Istio). */
export const parseXfcc: HeaderParser = parserFor(DECODERS.xfcc.leaf)

/**
 * Base64 of DER, one certificate or a list joined by commas (Traefik, Cloudflare, Azure).
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, for options
 */
export function parseBase64Der(
  headerValue: string,
  options: ParserOptions = {},
): ChainedPeerCertificate | null {
  return parse(DECODERS['base64-der'].leaf, headerValue, allowsChain(options))
}

/** `:base64:` as in RFC 9440's `Client-Cert` (Cloudflare, Google Cloud). */
export const parseRfc9440: HeaderParser = parserFor(DECODERS.rfc9440.leaf)

/** PEM with spaces for line ends (Apache's `%{SSL_CLIENT_CERT}s`). */
export const parseApachePem: HeaderParser = parserFor(DECODERS['apache-pem'].leaf)

/** Base64 of PEM (Apache's `expr=%{base64:%{SSL_CLIENT_CERT}}`). */
export const parseBase64Pem: HeaderParser = parserFor(DECODERS['base64-pem'].leaf)

/**
 * Parses one header value of the named encoding.
 *
 * @returns `null` also for an encoding that doesn't exist
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, for options
 * @example
 * import { parseHeaderValue, PRESETS } from 'passport-client-certificate-auth/parsers'
 *
 * const { header, encoding, chainInLeafHeader } = PRESETS.traefik
 * const certificate = parseHeaderValue(req.headers[header], encoding, { chainInLeafHeader })
 */
export function parseHeaderValue(
  headerValue: string,
  encoding: HeaderEncoding,
  options: ParserOptions = {},
): ChainedPeerCertificate | null {
  const isChainAllowed = allowsChain(options)
  if (!ENCODINGS.includes(encoding)) return null
  return parse(DECODERS[encoding].leaf, headerValue, isChainAllowed)
}

const PARSER_OPTIONS: OptionTable<keyof ParserOptions, { chainInLeafHeader: boolean }> = {
  chainInLeafHeader: withDefault(assertBoolean, true),
}

function allowsChain(options: ParserOptions): boolean {
  return parseOptions(options, PARSER_OPTIONS).values.chainInLeafHeader
}

function parserFor(decode: Decoder): HeaderParser {
  return (headerValue) => parse(decode, headerValue, true)
}

function parse(
  decode: Decoder,
  headerValue: unknown,
  isChainAllowed: boolean,
): ChainedPeerCertificate | null {
  if (typeof headerValue !== 'string') return null
  const ders = decode(headerValue)
  if (!Array.isArray(ders) || (ders.length > 1 && !isChainAllowed)) return null
  const certificate = parseChain(ders)
  return typeof certificate === 'string' ? null : certificate
}
