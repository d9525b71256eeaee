import type { HeaderEncoding } from '../../parsers/encodings.js'

/** A part of the input that begins like a certificate in one of the encodings. */
export interface Located {
  /** `pem` for PEM with line breaks, which Node doesn't accept in a header. */
  readonly encoding: HeaderEncoding | 'pem'
  readonly value: string
  /** The header's name, as it is written. */
  readonly header: string | undefined
  readonly end: number
  /** Whether more follows directly, so that the value is perhaps damaged here. */
  readonly isFollowed: boolean
}

/** Envoy writes three of the values in quotes. A quote after another key closes that of a log. */
const PAIR = '(?:(?:cert|chain|subject)="[^"\\\\]*(?:\\\\.[^"\\\\]*)*"?|[a-z]+=[^"\\s;,]*)'
const DIGITS = '(?:[A-Za-z0-9+/]|%(?:25){0,3}(?:2[BbFf]))'
const PADDING = '(?:=|%(?:25){0,3}3[Dd]){0,2}'
const COLON = '(?::|%(?:25){0,3}3[Aa])'
const BASE64_DER = `MI[E-P]${DIGITS}{13,}${PADDING}`
const BLOCK = '-----BEGIN [A-Z0-9 #]{1,40}-----[^-]*(?:-----END [A-Z0-9 #]{1,40}-----)?'

/** The encodings by how they begin. Those before others may contain them. */
const PATTERNS: readonly (readonly [encoding: HeaderEncoding, pattern: string, flags: string])[] = [
  [
    'xfcc',
    `(?<![a-z0-9_-])(?=(?:by|hash|cert|chain|subject|uri|dns)=)${PAIR}(?:[;,]${PAIR})*`,
    'gi',
  ],
  ['apache-pem', `${BLOCK}(?:\\s*${BLOCK})*`, 'g'],
  ['url-pem', '(?:-|%(?:25){0,3}2d){5}BEGIN(?:%(?:25){0,3}20|\\+)[^\\s"\'\\\\,;<>[\\]]*', 'gi'],
  ['base64-pem', '(?<![A-Za-z0-9+/])LS0tLS1CRUdJTi[A-Za-z0-9+/]*={0,2}', 'g'],
  ['rfc9440', `(?:${COLON}${BASE64_DER}${COLON}|(?<![A-Za-z0-9_-])${COLON}${BASE64_DER})`, 'g'],
  ['base64-der', `(?<![A-Za-z0-9+/%])${BASE64_DER}(?:,${BASE64_DER})*`, 'g'],
]

/** XFCC has a certificate, or at least the hash of one. Other keys are also in ordinary log lines. */
const IS_XFCC = /(?:^|[;,])(?:(?:cert|chain)="|hash=[0-9a-f]{2})/i

interface Match {
  readonly encoding: HeaderEncoding
  readonly at: number
  readonly value: string
}

/** Finds the parts of a text that begin like a certificate, in their order. */
export function locate(text: string): Located[] {
  const matches = PATTERNS.flatMap(([encoding, pattern, flags]): Match[] =>
    [...text.matchAll(new RegExp(pattern, flags))]
      .filter(([value]) => encoding !== 'xfcc' || IS_XFCC.test(value))
      .map(({ index, 0: value }) => ({ encoding, at: index, value })),
  )
  const found: Located[] = []
  let end = 0
  for (const { encoding, at, value } of matches.sort((one, other) => one.at - other.at)) {
    if (at < end) continue
    end = at + value.length
    found.push({
      encoding: encoding === 'apache-pem' && isPem(value) ? 'pem' : encoding,
      value,
      header: findHeader(text, at),
      end,
      isFollowed: /^[^\s"'\\,;:<>()[\]{}|]/.test(text.slice(end, end + 1)),
    })
  }
  return found
}

function isPem(value: string): boolean {
  return /[\r\n\t]/.test(value) || !value.includes('----- ')
}

/** Variables of nginx, which name what they hold and no header. */
const VARIABLE = /^\$?ssl_client_(?:escaped|raw)_cert$/
/** In JSON, and before an equals sign, only a name with a hyphen is that of a header. */
const NAMES: readonly RegExp[] = [
  /(?:^|[\s"'[>,{(])([A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)+):[ \t]*["']?$/,
  /(?:^|[\s"'[>,{(])([A-Za-z0-9]+(?:-[A-Za-z0-9]+)+)["']?[ \t]*[:=][ \t]*["']?$/,
]
const MAX_NAME_LENGTH = 100

/** The name of the header whose value begins at `at`. */
function findHeader(text: string, at: number): string | undefined {
  const before = text.slice(Math.max(at - MAX_NAME_LENGTH, 0), at)
  for (const pattern of NAMES) {
    const name = pattern.exec(before)?.[1]
    if (name !== undefined && !VARIABLE.test(name)) return name
  }
  return undefined
}
