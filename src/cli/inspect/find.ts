import { splitCertificates } from '../../parsers/base64-der.js'
import type { HeaderEncoding } from '../../parsers/encodings.js'
import { recognizeEncoding } from '../../parsers/recognize.js'
import { UsageError } from '../command.js'
import { assertCertificate } from './damage.js'
import { type Decoded, decode } from './decode.js'
import { locate, type Located } from './locate.js'
import { describeOtherText, holdsPrivateKey } from './other-kinds.js'
import { isText, type Reading, readingsOf, toText } from './text.js'

/** The certificates of an input, and how they were written. */
export interface Found extends Decoded {
  readonly form: HeaderEncoding | 'pem' | 'der'
  readonly header?: string | undefined
}

/**
 * Finds the certificates in a file, a header value, or a line that holds one.
 *
 * @throws UsageError if there are none, or if the first can't be read
 */
export function findCertificates(bytes: Buffer): Found {
  const text = toText(bytes)
  if (bytes[0] === 0x30 && !isText(text)) return findDer(bytes)
  let fault: Error | undefined
  for (const [index, reading] of readingsOf(text).entries()) {
    try {
      const found = findIn(reading, index > 0)
      if (found !== undefined) return found
    } catch (error) {
      fault ??= error as Error
    }
  }
  throw explain(text, fault)
}

/** A private key comes first, because the user must know that it was pasted. */
function explain(text: string, fault: Error | undefined): Error {
  const message = describeOtherText(text)
  if (message !== undefined && (fault === undefined || holdsPrivateKey(text))) {
    return new UsageError(message)
  }
  if (fault !== undefined) return fault
  if (!isText(text)) return new UsageError(`this is neither text nor a certificate in DER; ${PASS}`)
  return new UsageError(
    /\(null\)|\{http\.|(?:\bNONE|^::|: ::)\s*$/.test(text)
      ? 'the header says that the client presented no certificate'
      : `nothing in this text begins like a certificate; ${PASS}`,
  )
}

const PASS = 'pass PEM, DER, or the value of a client certificate header'

function findDer(bytes: Buffer): Found {
  const split = splitCertificates([bytes])
  const ders = Array.isArray(split) ? split : [bytes]
  ders.forEach(assertCertificate)
  return { form: 'der', ders, problems: [] }
}

/** The first value decides, because a value after a damaged one may be that of another certificate. */
function findIn({ text, problem }: Reading, isChanged: boolean): Found | undefined {
  const [first, ...others] = locate(text)
  // If a changed text has something directly behind the value, the change has probably cut the value off.
  if (first === undefined || (isChanged && first.isFollowed)) return undefined
  // A file may have comments between its blocks.
  const isFile = first.encoding === 'pem' && first.header === undefined
  const { ders, problems, ...rest } = decode(isFile ? { ...first, value: text } : first)
  const own = [
    ...(problem === undefined ? [] : [problem]),
    ...problems,
    ...(isFile ? [] : describeContext(first)),
  ]
  const list = readList(text, first, others)
  return {
    ...rest,
    form: refine(first),
    header: first.header,
    ders: [...ders, ...list.ders],
    problems: [...own, ...list.problems],
  }
}

/** Percent-encoded PEM shows in its digits which of two encodings it has. */
function refine({ encoding, value }: Located): Found['form'] {
  return encoding === 'url-pem' ? (recognizeEncoding(value) ?? encoding) : encoding
}

const IN_HEADER =
  'PEM with line breaks is in a header, and Node answers 400 to that; let the proxy escape it, on ' +
  'nginx with $ssl_client_escaped_cert'
const FOLLOWED =
  "something follows the certificate directly; if it belongs to the header's value, a strategy rejects it"

function describeContext({ encoding, header, isFollowed }: Located): string[] {
  const problems: string[] = []
  if (encoding === 'pem' && header !== undefined) problems.push(IN_HEADER)
  if (isFollowed) problems.push(FOLLOWED)
  return problems
}

const SENT_TWICE =
  'the header has two values, joined by a comma, so it was sent twice; a strategy rejects it, because ' +
  'one of them may be forged'

/** Values with a comma between them: a chain in RFC 9440, and a header that was sent twice otherwise. */
function readList(text: string, first: Located, others: readonly Located[]): Decoded {
  const ders: Buffer[] = []
  let { end } = first
  let isSentTwice = false
  for (const other of others) {
    const start = other.end - other.value.length
    if (other.encoding !== first.encoding || !/^,[ \t]*$/.test(text.slice(end, start))) break
    if (first.encoding === 'rfc9440') ders.push(...decode(other).ders)
    else isSentTwice = true
    ;({ end } = other)
  }
  return { ders, problems: isSentTwice ? [SENT_TWICE] : [] }
}
