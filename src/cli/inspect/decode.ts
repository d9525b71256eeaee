import { decodeBase64 } from '../../parsers/base64.js'
import { decodeBase64DerChain } from '../../parsers/base64-der.js'
import { type DecodingFault, isFault } from '../../parsers/decoding-fault.js'
import { DECODERS } from '../../parsers/decoders.js'
import { decodeOptionallyPaddedBase64 } from '../../parsers/base64.js'
import { readElements } from '../../parsers/xfcc/elements.js'
import { decodeXfcc, decodeXfccHop } from '../../parsers/xfcc/index.js'
import { UsageError } from '../command.js'
import { assertCertificate, describeDamage } from './damage.js'
import type { Located } from './locate.js'
import { decodeBlocks } from './pem-blocks.js'

/** The certificates of a value, leaf first, and what is wrong with the value although it could be read. */
export interface Decoded {
  readonly ders: readonly Buffer[]
  readonly problems: readonly string[]
  /** The element of XFCC that was read, if there are several. */
  readonly xfccHop?: number
}

/**
 * Decodes a value that was found, also if a strategy would reject it for a fault that leaves its
 * certificates intact.
 *
 * @throws UsageError that says what is wrong
 */
export function decode(located: Located): Decoded {
  const decoded = decodeAs(located)
  decoded.ders.forEach(assertCertificate)
  return decoded
}

function decodeAs({ encoding, value, isFollowed }: Located): Decoded {
  switch (encoding) {
    case 'xfcc':
      return decodeElements(value)
    case 'url-pem':
    case 'url-pem-aws':
      return decodePercent(value)
    case 'base64-pem':
      return decodeText(value, 'base64-pem', Buffer.from(value, 'base64').toString('latin1'))
    case 'apache-pem':
      return decodeText(value, 'apache-pem', value)
    case 'pem':
      return decodeBlocks(value)
    case 'rfc9440':
      return decodeBase64List(value, isFollowed, true)
    case 'base64-der':
      return decodeBase64List(value, isFollowed, false)
  }
}

/** Reads the element of the nearest hop that has a certificate, if there are several elements. */
function decodeElements(value: string): Decoded {
  const decoded = decodeXfcc(value)
  if (!isFault(decoded)) return { ders: decoded, problems: [] }
  const elements = readElements(value)
  if (decoded.detail !== 'several_elements' || isFault(elements)) throw notXfcc(decoded)
  for (let xfccHop = 0; xfccHop < elements.length; xfccHop += 1) {
    const element = decodeXfccHop(value, xfccHop)
    if (!isFault(element)) return { ders: element, problems: [decoded.problem], xfccHop }
    if (element.detail !== 'no_certificate_in_element') throw notXfcc(element)
  }
  throw notXfcc(decoded)
}

function notXfcc({ problem }: DecodingFault): UsageError {
  return new UsageError(`this looks like xfcc, but ${problem}`)
}

const NOT_STRICT =
  "the value isn't quite valid, so a strategy rejects it although it can be read here"

/** PEM in an encoding that has a strict decoder. */
function decodeText(
  value: string,
  encoding: Exclude<Located['encoding'], 'pem'>,
  pem: string,
): Decoded {
  const ders = DECODERS[encoding].leaf(value)
  if (Array.isArray(ders)) return { ders, problems: [] }
  const { ders: found, problems } = decodeBlocks(pem)
  return { ders: found, problems: [NOT_STRICT, ...problems] }
}

const TWICE =
  'the value is percent-encoded more than once; a strategy reads it only if it is encoded once'
const FORM = 'the value is encoded like a form, with + for a space; a strategy needs %20'

function decodePercent(value: string): Decoded {
  const once = removeOuterEncodings(value)
  const isForm = /^\S{5,60}BEGIN\+/.test(once)
  const plain = isForm ? once.replaceAll('+', '%20') : once
  const { ders, problems } = decodeText(plain, 'url-pem', decodeOnce(plain))
  const outer = [...(once === value ? [] : [TWICE]), ...(isForm ? [FORM] : [])]
  return { ders, problems: [...outer, ...problems] }
}

/** Decodes until no escape encodes the percent sign of another. */
function removeOuterEncodings(value: string): string {
  let text = value
  for (let times = 0; times < 3 && /%25/.test(text); times += 1) text = decodeOnce(text)
  return text
}

function decodeOnce(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    throw new UsageError(
      'this looks like url-pem, but a % in it has no two hexadecimal digits after it, or the bytes ' +
        "aren't UTF-8; the value is damaged or cut off",
    )
  }
}

const PERCENT_BASE64 =
  'the value is percent-encoded base64, which no strategy reads; send plain base64 (Traefik does so ' +
  'since 2.9.4)'

function decodeBase64List(value: string, isFollowed: boolean, isByteSequence: boolean): Decoded {
  const once = value.includes('%') ? decodeOnce(removeOuterEncodings(value)) : value
  if (isByteSequence && !once.endsWith(':')) {
    throw new UsageError(
      'this looks like rfc9440, but no colon follows its base64, so it is cut off or damaged',
    )
  }
  const digits = isByteSequence ? padded(once.slice(1, -1)) : once
  const ders = decodeBase64DerChain(digits)
  if (Array.isArray(ders)) return { ders, problems: once === value ? [] : [PERCENT_BASE64] }
  const [first = ''] = digits.split(',')
  throw new UsageError(
    describeDamage(Buffer.from(first, 'base64'), {
      isBroken: decodeBase64(first) === undefined,
      isFollowed,
    }),
  )
}

/** RFC 8941 4.2.7: padding may be missing in a Byte Sequence. */
function padded(digits: string): string {
  return decodeOptionallyPaddedBase64(digits)?.toString('base64') ?? digits
}
