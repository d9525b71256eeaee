import type { HeaderEncoding } from '../../parsers/encodings.js'
import { presetsFor } from '../../parsers/recognize.js'
import { type CertificateSource, type HeaderRule, PRESETS } from '../../parsers/presets.js'
import type { Found } from './find.js'

/** The options of a strategy that reads the header that was found. */
export interface HeaderAdvice {
  /** The presets that read the encoding, the most likely first. */
  readonly presets: readonly CertificateSource[]
  /** Includes a network as an example of `trustedProxies`. */
  readonly strategyOptions: Readonly<Record<string, string | number>>
  /** Headers that the first preset requires as well, and their values. */
  readonly requiredHeaders: readonly HeaderRule[]
  /** Whether the proxy of the first preset forwards certificates without validating them. */
  readonly needsCa: boolean
}

/** An example that fits most networks and that the reader has to replace. */
const NETWORK = '10.0.0.0/8'

/** @returns `undefined` if the certificates weren't in a header that can hold the client's */
export function adviseHeader({ form, header, ders, xfccHop }: Found): HeaderAdvice | undefined {
  if (form === 'pem' || form === 'der' || isChainHeader(header)) return undefined
  const presets = rankPresets(form, header, ders.length > 1)
  const [source] = presets
  const hop = xfccHop === undefined ? {} : { xfccHop }
  if (source === undefined) {
    const certificateHeader = header ?? 'X-SSL-Client-Cert'
    const strategyOptions = { certificateHeader, headerEncoding: form, trustedProxies: NETWORK }
    return { presets, strategyOptions, requiredHeaders: [], needsCa: false }
  }
  const own = isOwnHeader(source, header) ? {} : { certificateHeader: header as string }
  const strategyOptions = { certificateSource: source, ...own, ...hop, trustedProxies: NETWORK }
  const { requiredHeaders: rules = [], validates } = PRESETS[source]
  const requiredHeaders = rules.filter(({ optional }) => optional !== true)
  return { presets, strategyOptions, requiredHeaders, needsCa: validates === 'never' }
}

function isOwnHeader(source: CertificateSource, header: string | undefined): boolean {
  return header === undefined || PRESETS[source].header === header.toLowerCase()
}

/** Headers such as `Client-Cert-Chain` hold the CAs, and the client's certificate is in another. */
export function isChainHeader(header: string | undefined): boolean {
  return header !== undefined && /chain/i.test(header)
}

/** Without a header of a preset, a chain shows that the proxy is one that sends chains. */
function rankPresets(
  encoding: HeaderEncoding,
  header: string | undefined,
  hasChain: boolean,
): CertificateSource[] {
  const presets = presetsFor(encoding, header)
  const isKnown = header !== undefined && presets.some((source) => isOwnHeader(source, header))
  if (!hasChain || isKnown) return presets
  const rank = (source: CertificateSource): number => (PRESETS[source].chainInLeafHeader ? 0 : 1)
  return presets.sort((one, other) => rank(one) - rank(other))
}

/** Shows the options as code to paste. */
export function showOptions({ strategyOptions, needsCa }: HeaderAdvice): string {
  const options = Object.entries(strategyOptions).map(([name, value]) => {
    const code = typeof value === 'string' ? `'${value}'` : String(value)
    return name === 'trustedProxies'
      ? `  ${name}: ${code}, // the address of your proxy\n`
      : `  ${name}: ${code},\n`
  })
  const ca = needsCa ? "  ca: readFileSync('clients-ca.pem'),\n" : ''
  return `new Strategy({\n${options.join('')}${ca}}, verify)\n`
}
