import { assertBoolean } from '../util/assert.js'
import { type OptionTable, parseOptions, withDefault } from '../util/options.js'
import { parseChain } from '../certificate/chain.js'
import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { type Decoder, DECODERS } from './decoders.js'
import { ENCODINGS, type HeaderEncoding } from './encodings.js'

/**
 * Parses one header value, and never throws.
 *
 * @param headerValue - the unchanged value of the header
 * @returns the leaf, with a chain linked by `issuerCertificate` if the value contains one; `null` if the
 *   value isn't valid in this encoding
 */
export type HeaderParser = (headerValue: string) => ChainedPeerCertificate | null

/** Options of {@link parseBase64Der} and {@link parseHeaderValue}. */
export interface ParserOptions {
  /**
   * Whether the value may contain a chain, with the leaf first. Set it to `false` if the proxy sends only
   * the leaf, because a second certificate then means that the header was sent twice. Default: `true`.
   */
  chainInLeafHeader?: boolean | undefined
}

/**
 * Parses percent-encoded PEM: one certificate, or a chain with the leaf first (nginx, CloudFront).
 *
 * @example
 * import { parseUrlPem } from 'passport-client-certificate-auth/parsers'
 *
 * const certificate = parseUrlPem(req.headers['x-ssl-client-cert'])
 */
export const parseUrlPem: HeaderParser = parserFor(DECODERS['url-pem'].leaf)

/**
 * Parses percent-encoded PEM in which `+ / =` are unescaped: one certificate, or a chain with the leaf
 * first (AWS ALB).
 *
 * @example
 * import { parseUrlPemAws } from 'passport-client-certificate-auth/parsers'
 *
 * const certificate = parseUrlPemAws(req.headers['x-amzn-mtls-clientcert'])
 */
export const parseUrlPemAws: HeaderParser = parserFor(DECODERS['url-pem-aws'].leaf)

/**
 * Parses `X-Forwarded-Client-Cert` with one element that has `Cert` or `Chain` (Envoy, Istio).
 *
 * @example
 * import { parseXfcc } from 'passport-client-certificate-auth/parsers'
 *
 * const certificate = parseXfcc(req.headers['x-forwarded-client-cert'])
 */
export const parseXfcc: HeaderParser = parserFor(DECODERS.xfcc.leaf)

/**
 * Parses base64 of DER: one certificate, or a list joined by commas (Traefik, Cloudflare, Azure).
 *
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` for invalid options,
 *   but never because of the header value
 * @example
 * import { parseBase64Der } from 'passport-client-certificate-auth/parsers'
 *
 * const value = req.headers['x-arr-clientcert']
 * const certificate = parseBase64Der(value, { chainInLeafHeader: false })
 */
export function parseBase64Der(
  headerValue: string,
  options: ParserOptions = {},
): ChainedPeerCertificate | null {
  return parse(DECODERS['base64-der'].leaf, headerValue, allowsChain(options))
}

/**
 * Parses `:base64:`, which is the encoding of `Client-Cert` in RFC 9440 (Cloudflare, Google Cloud).
 *
 * @example
 * import { parseRfc9440 } from 'passport-client-certificate-auth/parsers'
 *
 * const certificate = parseRfc9440(req.headers['client-cert'])
 */
export const parseRfc9440: HeaderParser = parserFor(DECODERS.rfc9440.leaf)

/**
 * Parses PEM with spaces instead of line ends (Apache's `%{SSL_CLIENT_CERT}s`).
 *
 * @example
 * import { parseApachePem } from 'passport-client-certificate-auth/parsers'
 *
 * const certificate = parseApachePem(req.headers['x-ssl-client-cert'])
 */
export const parseApachePem: HeaderParser = parserFor(DECODERS['apache-pem'].leaf)

/**
 * Parses base64 of PEM (Apache's `expr=%{base64:%{SSL_CLIENT_CERT}}`).
 *
 * @example
 * import { parseBase64Pem } from 'passport-client-certificate-auth/parsers'
 *
 * const certificate = parseBase64Pem(req.headers['x-ssl-client-cert'])
 */
export const parseBase64Pem: HeaderParser = parserFor(DECODERS['base64-pem'].leaf)

/**
 * Parses one header value in the given encoding.
 *
 * @returns the leaf, as with {@link HeaderParser}; `null` if the value isn't valid or the encoding doesn't
 *   exist
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` for invalid options,
 *   but never because of the header value
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
