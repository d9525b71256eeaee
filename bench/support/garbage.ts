import { randomBytes } from 'node:crypto'
import { toPem } from './distinct.js'
import type { Encoding } from './encodings.js'
import type { Client } from './pki.js'

/** Header values that must be rejected. */
export interface Garbage {
  readonly name: string
  /**
   * Returns a new value each time, so that no cache can know it. The value is only valid until the
   * next call.
   */
  readonly next: () => Buffer
}

const BEGIN = '-----BEGIN CERTIFICATE-----'
const BLOCK = `${BEGIN}\nQUJD\n-----END CERTIFICATE-----\n`

/** Everything that separates, opens, closes or escapes something in one of the encodings. */
const REPEATED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [',', ':', ';', '"', '=', '\\', ' ', '%41', '%0A', '%', 'A'].map((unit) => [unit, unit]),
  ),
  ...Object.fromEntries(
    ['QUJD,', ':QUJD:,', 'a=b;', 'URI=a;', 'Cert="";'].map((unit) => [unit, unit]),
  ),
  'BEGIN markers': BEGIN,
  'escaped BEGIN markers': encodeURIComponent(`${BEGIN}\n`),
  'escaped PEM blocks': encodeURIComponent(BLOCK),
  'PEM blocks with spaces': BLOCK.replaceAll('\n', ' '),
}

/**
 * All kinds of garbage in one length, also values that pass as many checks as possible before they
 * are rejected.
 */
export function garbageOf(encoding: Encoding, { raw }: Client, length: number): Garbage[] {
  const wrapped: Record<string, (random: Buffer) => Buffer> = {
    'random bytes': (random) => random,
    'random sequence': toSequence,
  }
  if (length > 4000) {
    wrapped['certificate and more'] = (random) => Buffer.concat([raw, random])
    wrapped['certificate with more in it'] = (random) =>
      toSequence(Buffer.concat([raw.subarray(SEQUENCE_HEADER), random]))
    // The value has the shape of a certificate, so only OpenSSL can reject it.
    wrapped['random bytes to be signed'] = (random) =>
      toSequence(Buffer.concat([toSequence(random), afterToBeSigned(raw)]))
    wrapped['certificate with more to be signed'] = (random) => {
      const signed = toBeSigned(raw).subarray(SEQUENCE_HEADER)
      const more = toSequence(Buffer.concat([signed, random]))
      return toSequence(Buffer.concat([more, afterToBeSigned(raw)]))
    }
  }
  return [
    { name: 'random text', next: numbered(randomText(length)) },
    ...Object.entries(REPEATED).map(([name, unit]) => ({
      name,
      next: numbered(unit.repeat(length / unit.length + 1).slice(0, length)),
    })),
    ...Object.entries(wrapped).map(([name, wrap]) => ({ name, next: fit(encoding, wrap, length) })),
  ]
}

const SEQUENCE_HEADER = 4

/** The first value in a certificate (RFC 5280 4.1). */
function toBeSigned(raw: Buffer): Buffer {
  const length = SEQUENCE_HEADER + raw.readUInt16BE(SEQUENCE_HEADER + 2)
  return raw.subarray(SEQUENCE_HEADER, SEQUENCE_HEADER + length)
}

function afterToBeSigned(raw: Buffer): Buffer {
  return raw.subarray(SEQUENCE_HEADER + toBeSigned(raw).length)
}

/**
 * DER with two bytes for the length (X.690 8.1.3.5), so the content must have 256 bytes or more.
 */
function toSequence(content: Buffer): Buffer {
  const header = Buffer.from([0x30, 0x82, 0, 0])
  header.writeUInt16BE(content.length, 2)
  return Buffer.concat([header, content])
}

/** Printable characters. */
function randomText(length: number): string {
  return Array.from(randomBytes(length), (byte) => String.fromCharCode(0x20 + (byte % 95))).join('')
}

const COUNTER_LENGTH = 8

/** The text with a number at its end. */
function numbered(text: string): () => Buffer {
  const bytes = Buffer.from(text, 'latin1')
  let made = 0
  return () => {
    made += 1
    const counter = made.toString(16).padStart(COUNTER_LENGTH, '0')
    bytes.write(counter, bytes.length - COUNTER_LENGTH, 'latin1')
    return bytes
  }
}

/** A value of the encoding, with as many random bytes as fit. */
function fit(
  { writeAlone }: Encoding,
  wrap: (random: Buffer) => Buffer,
  length: number,
): () => Buffer {
  const random = randomBytes(length)
  const write = (bytes: number): string => {
    const raw = wrap(random.subarray(0, bytes))
    return writeAlone({ cert: toPem(raw), raw })
  }
  let [fits, tooMany] = [0, length]
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1
    if (write(middle).length <= length) fits = middle
    else tooMany = middle
  }
  let made = 0
  return () => {
    made += 1
    random.writeUInt32BE(made, fits - 4)
    return Buffer.from(write(fits), 'latin1')
  }
}
