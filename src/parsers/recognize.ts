import { DECODERS } from './decoders.js'
import type { HeaderEncoding } from './encodings.js'
import { type CertificateSource, PRESETS } from './presets.js'

/**
 * DER of a certificate begins with a SEQUENCE of 128 bytes or more, so its base64 begins with `MI` and a
 * letter from E to P. Thirteen further digits exclude words that begin in the same way.
 */
const BASE64_DER = /^MI[E-P][A-Za-z0-9+/]{13}/
const RFC9440 = /^:MI[E-P][A-Za-z0-9+/]{13}/
/** Base64 of `-----BEGIN`. */
const BASE64_PEM = 'LS0tLS1CRUdJTi'
/** The hyphens may be escaped too. Forms have a plus sign instead of `%20`. */
const URL_PEM = /^(?:-|%2d){5}BEGIN(?:%20|\+)/i
/** A space follows the BEGIN line, unless the value ends within this line. */
const APACHE_PEM = /^-----BEGIN [A-Z0-9 ]*(?:----- |-{0,5}$)/
/** Envoy's keys are case-insensitive, and it writes three of the values in quotes. */
const XFCC = /^(?:(?:by|uri|dns)=|hash=[0-9a-f]|(?:cert|chain|subject)=")/i

/**
 * Recognizes the encoding of a header value from its beginning and its alphabet, so also if the value is
 * cut off or damaged later. It takes linear time, and never throws.
 *
 * Only a value that contains `+`, `/` or `=` shows whether these characters are escaped (`url-pem`) or
 * not (`url-pem-aws`). A value without them is `url-pem`.
 *
 * @returns `undefined` if the value looks like none of the encodings
 */
export function recognizeEncoding(value: string): HeaderEncoding | undefined {
  if (URL_PEM.test(value)) {
    return !/%2B|%2F|%3D/i.test(value) && /[+/=]/.test(value) ? 'url-pem-aws' : 'url-pem'
  }
  if (BASE64_DER.test(value)) return 'base64-der'
  if (RFC9440.test(value)) return 'rfc9440'
  if (XFCC.test(value)) return 'xfcc'
  if (APACHE_PEM.test(value)) return 'apache-pem'
  return value.startsWith(BASE64_PEM) ? 'base64-pem' : undefined
}

/**
 * All presets. Of those with the same encoding and header, the one in widest use comes first. If the
 * administrator chooses the header's name, the preset comes before those with a fixed name, because
 * another name than the preset's then proves nothing.
 */
const BY_LIKELIHOOD: readonly CertificateSource[] = [
  'nginx',
  'ingress-nginx',
  'apache',
  'haproxy',
  'caddy',
  'traefik',
  'aws-alb',
  'aws-alb-verify',
  'envoy',
  'istio-gateway',
  'azure-container-apps',
  'azure-app-service',
  'cloudflare-rfc9440',
  'gcp',
  'cloudfront-passthrough',
  'cloudflare',
  'cloudfront',
  'akamai',
  'kong',
]

/**
 * The names of the presets that read this encoding, the most likely first.
 *
 * @param header - in any case; presets with this header come before all others
 */
export function presetsFor(encoding: HeaderEncoding, header?: string): CertificateSource[] {
  const name = header?.toLowerCase()
  const rank = (source: CertificateSource): number => {
    const preset = PRESETS[source]
    return (preset.header === name ? 0 : 2) + (preset.encoding === encoding ? 0 : 1)
  }
  return BY_LIKELIHOOD.filter((source) => isSameEncoding(PRESETS[source].encoding, encoding)).sort(
    (one, other) => rank(one) - rank(other),
  )
}

/** Whether one decoder reads both, as it does the two forms of percent-encoded PEM. */
export function isSameEncoding(one: HeaderEncoding, other: HeaderEncoding): boolean {
  return DECODERS[one].leaf === DECODERS[other].leaf
}
