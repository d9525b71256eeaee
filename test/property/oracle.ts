// A second implementation of the decoders, as plain as possible and without regard for speed. The tests
// compare both.
import { createHash } from 'node:crypto'
import type { HeaderEncoding } from '../../src/parsers/encodings.js'

/** Gives no result for every fault, and doesn't tell one from another. */
type ChainDecoder = (text: string) => Buffer[] | undefined

const MOST = 10

const CANONICAL =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{4})$/
const BLOCK =
  /-----BEGIN CERTIFICATE-----\r?\n((?:[A-Za-z0-9+/=]+\r?\n)+)-----END CERTIFICATE-----(?:(?:\r?\n)+|$)/y
const SPACED_BLOCK =
  /-----BEGIN CERTIFICATE----- ((?:[A-Za-z0-9+/=]+ )+)-----END CERTIFICATE-----(?: +|$)/y
const PAIR = /([A-Za-z]+)=(?:"((?:[^"\\]|\\[^])*)"|([^",;]*))(?:;|$)/y
/** The names of the proxy come first, and each ends at the next name or at Hash. */
const NEXT = '(?:by|hash|cert|chain|subject|uri|dns)=|[a-z]+="'
const PROXY_NAMES = new RegExp(`^(?:by=(?:(?!;(?:${NEXT}))[^",])*;(?=by=|hash=))+`, 'i')

interface Pair {
  readonly key: string
  readonly quoted: string | undefined
  readonly bare: string | undefined
}

function base64(text: string): Buffer | undefined {
  if (!CANONICAL.test(text)) return undefined
  return Buffer.from(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)))
}

/** Decodes all of them, or none. */
function every<Item, Result>(
  items: readonly Item[],
  read: (item: Item) => Result | undefined,
): Result[] | undefined {
  const results = items.map(read).filter((result) => result !== undefined)
  return results.length === items.length && results.length > 0 ? results : undefined
}

/** The matches of a sticky expression, if they cover the whole string. */
function tile(text: string, expression: RegExp): RegExpExecArray[] | undefined {
  const matches: RegExpExecArray[] = []
  const sticky = new RegExp(expression)
  for (let at = 0; at < text.length; at = sticky.lastIndex) {
    const match = sticky.exec(text)
    if (match === null) return undefined
    matches.push(match)
  }
  return matches
}

function urlPem(text: string): Buffer[] | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined
  const pem = text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return pemBlocks(pem, BLOCK)
}

function pemBlocks(pem: string, block: RegExp): Buffer[] | undefined {
  const blocks = tile(pem, block) ?? []
  if (blocks.length > MOST) return undefined
  return every(blocks, ([, body = '']) => base64(body.replace(/[\r\n ]/g, '')))
}

/** Reads SEQUENCEs that directly follow each other. */
function sequences(bytes: Buffer): Buffer[] | undefined {
  if (bytes.length === 0) return []
  const digits = (bytes[1] ?? 0) - 0x80
  if (bytes[0] !== 0x30 || digits < 1 || digits > 4) return undefined
  const hex = bytes.toString('hex', 2, 2 + digits)
  const length = parseInt(hex, 16)
  // In DER, lengths have their shortest form, and no value ends after the end of the bytes.
  const isShortest = !hex.startsWith('00') && length >= 0x80
  if (!isShortest || hex.length < 2 * digits || 2 + digits + length > bytes.length) return undefined
  const others = sequences(bytes.subarray(2 + digits + length))
  return others && [bytes.subarray(0, 2 + digits + length), ...others]
}

function base64Chain(text: string): Buffer[] | undefined {
  const certificates = every(list(text, base64) ?? [], sequences)?.flat()
  return certificates && certificates.length <= MOST ? certificates : undefined
}

function list(text: string, read: (item: string) => Buffer | undefined): Buffer[] | undefined {
  const items = text.split(',')
  return items.length > MOST ? undefined : every(items, read)
}

function byteSequence(text: string): Buffer | undefined {
  const [, inner] = /^:(.*):$/.exec(text) ?? []
  if (inner === undefined || inner.includes('=')) return base64(inner ?? '')
  return base64(inner.padEnd(Math.ceil(inner.length / 4) * 4, '='))
}

function byteSequences(text: string): Buffer[] | undefined {
  const items = list(text, (item) => byteSequence(item.replace(/^[ \t]+|[ \t]+$/g, '')))
  const certificates = every(items ?? [], sequences)?.flat()
  return certificates && certificates.length <= MOST ? certificates : undefined
}

function xfcc(text: string): Buffer[] | undefined {
  const [names = ''] = PROXY_NAMES.exec(text) ?? []
  const pairs = tile(text.slice(names.length), PAIR)?.map(([, key = '', quoted, bare]): Pair => ({
    key: key.toLowerCase(),
    quoted,
    bare,
  }))
  if (pairs === undefined || !isTrustworthy(pairs)) return undefined
  if (pairs.some(({ quoted }) => /[,;]hash=/i.test(quoted ?? ''))) return undefined
  const valueOf = (key: string) => pairs.find((pair) => pair.key === key)?.quoted
  const [cert, chain] = [valueOf('cert'), valueOf('chain')]
  const leaves = cert === undefined ? undefined : urlPem(cert)
  const path = chain === undefined ? undefined : urlPem(chain)
  if (cert !== undefined && leaves?.length !== 1) return undefined
  if (chain !== undefined && path === undefined) return undefined
  const [leaf] = leaves ?? path ?? []
  if (leaf === undefined || path?.[0]?.equals(leaf) === false) return undefined
  const hash = pairs.find(({ key }) => key === 'hash')
  const digest = createHash('sha256').update(leaf).digest('hex')
  if (hash && (hash.quoted ?? hash.bare)?.toLowerCase() !== digest) return undefined
  return path ?? [leaf]
}

/** No key occurs twice, each has a value, and none may be part of a value that Envoy copied before it. */
function isTrustworthy(pairs: readonly Pair[]): boolean {
  const places = (name: string) => pairs.flatMap(({ key }, index) => (key === name ? [index] : []))
  const isCopied = ({ key, bare }: Pair) =>
    ['uri', 'dns'].includes(key) || (bare !== undefined && key !== 'by' && key !== 'hash')
  const from = pairs.findIndex(isCopied)
  const isBehind = (place: number) => from !== -1 && place > from
  const [hash, ...others] = places('hash')
  if (others.length > 0 || (hash !== undefined && isBehind(hash))) return false
  return ['cert', 'chain', 'subject'].every((name) => {
    const [place, ...more] = places(name)
    if (place === undefined) return true
    const isQuoted = pairs[place]?.quoted !== undefined
    return more.length === 0 && isQuoted && (hash !== undefined || !isBehind(place))
  })
}

const spacedPem: ChainDecoder = (text) => pemBlocks(text, SPACED_BLOCK)
const base64Pem: ChainDecoder = (text) => pemBlocks(base64(text)?.toString('latin1') ?? '', BLOCK)

/** The expected result of each decoder. */
export const ORACLE: Readonly<
  Record<HeaderEncoding, { leaf: ChainDecoder; chain: ChainDecoder | null }>
> = {
  'url-pem': { leaf: urlPem, chain: urlPem },
  'url-pem-aws': { leaf: urlPem, chain: urlPem },
  xfcc: { leaf: xfcc, chain: null },
  'base64-der': { leaf: (text) => list(text, base64), chain: base64Chain },
  rfc9440: {
    leaf: (text) => every([text], byteSequence),
    chain: byteSequences,
  },
  'apache-pem': { leaf: spacedPem, chain: spacedPem },
  'base64-pem': { leaf: base64Pem, chain: base64Pem },
}
