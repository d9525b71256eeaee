import { encodeCertificate } from './encode.js'
import type { Variant } from './variants.js'

export type Line = readonly [name: string, value: string]

/** The certificate in a forged header. */
export interface Contents {
  readonly leaf: Buffer
  readonly issuer: Buffer | undefined
}

/** The header lines of one request. */
export interface Forged {
  readonly lines: readonly Line[]
  /** The variants among the lines. */
  readonly variants: readonly Variant[]
}

/**
 * Writes forged headers.
 *
 * @param extra - lines that go along with every forged certificate
 */
export type Forgery = (
  variants: readonly Variant[],
  contents: Contents,
  extra: readonly Line[],
) => Forged[]

/**
 * The characters of forged headers in one request. Node and HAProxy accept 16 KiB of headers by
 * default, and the proxy adds a certificate too.
 */
const MAX_CHARACTERS = 10_000

/** The lines as a proxy writes them. */
export const plain: Forgery = (variants, contents, extra) => pack(variants, contents, extra, same)

/** Applications that read CGI-style names can't tell these from the proxy's own. */
export const underscores: Forgery = (variants, contents, extra) =>
  pack(variants, contents, extra, (lines) => lines.map(toUnderscores))

/** Some proxies replace only one of two lines. */
export const twice: Forgery = (variants, contents, extra) =>
  pack(variants, contents, extra, (lines) => [
    ...lines,
    ...lines.map(([name, value]): Line => [name.toUpperCase(), value]),
  ])

/**
 * Some proxies drop a header that `Connection` lists (RFC 9110 7.6.1), even if they set it themselves. Without
 * the verify headers, an application may believe the certificate.
 */
export const dropped: Forgery = (variants, contents, extra) => {
  const verifying = new Set(
    variants.flatMap(({ required }) => required.map(({ header }) => header)),
  )
  const list = toConnection([...verifying].map((name) => [name, '']))
  return pack(variants, contents, extra, (lines) => [
    list,
    ...lines.filter(([name]) => !verifying.has(name)),
  ])
}

/** The proxy's header is dropped, and the client's passes under the other name. */
export const replaced: Forgery = (variants, contents, extra) =>
  pack(variants, contents, extra, (lines) => [toConnection(lines), ...lines.map(toUnderscores)])

/** Certificate headers without a value, beside verify headers that claim success. */
export const empty: Forgery = (variants, _contents, extra) => [
  ...toRequests(variants, extra, ({ header, required }) => [[header, ''], ...toLines(required)]),
]

/** Verify headers that claim success, for a certificate that the proxy itself forwards. */
export const verifyHeaders: Forgery = (variants, _contents, extra) =>
  toRequests(variants, extra, ({ required }) => toLines(required))

/** Drops the verify headers of the proxy, which then can't say that the verification failed. */
export const droppedVerifyHeaders: Forgery = (variants, _contents, extra) => {
  const lines = [...variants.flatMap(({ required }) => toLines(required)), ...extra]
  return [{ lines: [toConnection(lines)], variants: [] }]
}

function same(lines: readonly Line[]): readonly Line[] {
  return lines
}

function toUnderscores([name, value]: Line): Line {
  return [name.replaceAll('-', '_'), value]
}

function toConnection(lines: readonly Line[]): Line {
  return ['Connection', ['close', ...new Set(lines.map(([name]) => name))].join(', ')]
}

function toLines(required: Variant['required']): Line[] {
  return required.map(({ header, value }) => [header, value])
}

function certificateLines({ leaf, issuer }: Contents): (variant: Variant) => Line[] {
  return ({ header, encoding, chainHeader, required }) => {
    const lines: Line[] = [[header, encodeCertificate(leaf, encoding)], ...toLines(required)]
    if (chainHeader === undefined || issuer === undefined) return lines
    return [...lines, [chainHeader.replace('*', '0'), encodeCertificate(issuer, encoding)]]
  }
}

function pack(
  variants: readonly Variant[],
  contents: Contents,
  extra: readonly Line[],
  spell: (lines: readonly Line[]) => readonly Line[],
): Forged[] {
  const size = (lines: readonly Line[]): number =>
    spell(lines).reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0)
  return toRequests(variants, extra, certificateLines(contents), size).map(
    ({ lines, variants }) => ({ lines: spell(lines), variants }),
  )
}

/**
 * Puts as many variants as possible into each request: no header gets two values, and no request gets
 * too large.
 */
function toRequests(
  variants: readonly Variant[],
  extra: readonly Line[],
  write: (variant: Variant) => readonly Line[],
  size: (lines: readonly Line[]) => number = () => 0,
): Forged[] {
  const requests: { lines: readonly Line[]; variants: Variant[] }[] = []
  const given = new Map(extra)
  for (const variant of variants) {
    // A line that the user gave replaces the one of the preset.
    const lines = write(variant).filter(([name]) => !given.has(name))
    const fitting = requests.find((request) => {
      const merged = join(request.lines, lines)
      return merged !== undefined && size(merged) <= MAX_CHARACTERS
    })
    if (fitting === undefined) requests.push({ lines: [...extra, ...lines], variants: [variant] })
    else {
      fitting.lines = join(fitting.lines, lines) as Line[]
      fitting.variants.push(variant)
    }
  }
  return requests
}

/** @returns `undefined` if the lines disagree about a header */
function join(some: readonly Line[], others: readonly Line[]): Line[] | undefined {
  const values = new Map(some)
  const differs = others.some(([name, value]) => (values.get(name) ?? value) !== value)
  if (differs) return undefined
  return [...some, ...others.filter(([name]) => !values.has(name))]
}
