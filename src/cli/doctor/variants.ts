import { ENCODINGS, type HeaderEncoding } from '../../parsers/encodings.js'
import {
  type CertificateSource,
  type HeaderRule,
  type Preset,
  PRESETS,
} from '../../parsers/presets.js'

/** One way to write a certificate into headers: a name, an encoding, and what else the proxy says. */
export interface Variant {
  /** Lower case, as all names here. */
  readonly header: string
  readonly encoding: HeaderEncoding
  readonly chainHeader: string | undefined
  /** The headers that say that the proxy verified the certificate. */
  readonly required: readonly HeaderRule[]
  /** The presets that read this; empty for your own header. */
  readonly presets: readonly CertificateSource[]
}

/** The encodings to try in your own header. */
const OWN_ENCODINGS: readonly HeaderEncoding[] = ENCODINGS.filter(
  // A decoder of `url-pem-aws` also reads `url-pem`.
  (encoding) => encoding !== 'url-pem-aws',
)
/** The presets whose verify headers go along with your own header, by its encoding. */
const COMPANIONS: readonly CertificateSource[] = ['nginx', 'haproxy', 'apache']

/**
 * Lists every variant that a preset reads, and every encoding of each further header.
 *
 * @param own - names of further headers, lower case
 */
export function listVariants(own: readonly string[]): Variant[] {
  const variants = new Map<string, Variant>()
  const sources = Object.keys(PRESETS) as CertificateSource[]
  for (const source of sources) add(variants, toVariant(PRESETS[source], [source]))
  for (const header of own) {
    for (const encoding of OWN_ENCODINGS) add(variants, toOwn(header, encoding))
  }
  return [...variants.values()]
}

/** Several presets read the same header in the same encoding, so what they require goes together. */
function add(variants: Map<string, Variant>, variant: Variant): void {
  const key = `${variant.header} ${variant.encoding}`
  const known = variants.get(key)
  variants.set(key, known === undefined ? variant : merge(known, variant))
}

function merge(known: Variant, variant: Variant): Variant {
  return {
    ...known,
    chainHeader: known.chainHeader ?? variant.chainHeader,
    required: known.required.length > 0 ? known.required : variant.required,
    presets: [...known.presets, ...variant.presets],
  }
}

function toVariant(preset: Preset, presets: readonly CertificateSource[]): Variant {
  const { header, encoding, chainHeader, requiredHeaders = [] } = preset
  return { header, encoding, chainHeader, required: requiredHeaders, presets }
}

function toOwn(header: string, encoding: HeaderEncoding): Variant {
  const companion = COMPANIONS.find((source) => PRESETS[source].encoding === encoding) ?? 'nginx'
  const required = PRESETS[companion].requiredHeaders as readonly HeaderRule[]
  return { header, encoding, chainHeader: undefined, required, presets: [] }
}
