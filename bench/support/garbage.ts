import { randomBytes } from 'node:crypto'
import {
  toApachePem,
  toBase64Der,
  toBase64Pem,
  toRfc9440,
  toUrlPem,
  toUrlPemAws,
} from '../../test/support/header-values.js'
import { toPem } from './distinct.js'
import type { Encoding } from './encodings.js'
import type { Client } from './pki.js'

/** A header value that is to be refused. */
export interface Garbage {
  readonly name: string
  readonly text: Buffer
}

/** Whatever separates, opens, closes or escapes something in one of the encodings. */
const REPEATED = [
  ',',
  ':',
  ';',
  '"',
  '=',
  '\\',
  '%41',
  '%0A',
  '%',
  'A',
  'QUJD,',
  ':QUJD:,',
  'a=b;',
  'URI=a;',
  'Cert="";',
  '-----BEGIN CERTIFICATE-----',
  encodeURIComponent('-----BEGIN CERTIFICATE-----\n'),
  encodeURIComponent('-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n'),
]

/** All kinds of it in one length, among them what gets as far as possible before it is refused. */
export function garbageOf(encoding: Encoding, client: Client, length: number): Garbage[] {
  return [
    { name: 'random text', text: Buffer.from(randomText(length), 'latin1') },
    ...REPEATED.map((unit) => ({
      name: `${unit} repeated`,
      text: Buffer.from(unit.repeat(length / unit.length + 1).slice(0, length), 'latin1'),
    })),
    { name: 'random bytes, encoded', text: fit(encoding, Buffer.alloc(0), length) },
    ...(length > 4000
      ? [{ name: 'a certificate and more', text: fit(encoding, client.raw, length) }]
      : []),
  ]
}

/** Printable characters. */
function randomText(length: number): string {
  return Array.from(randomBytes(length), (byte) => String.fromCharCode(0x20 + (byte % 95))).join('')
}

/** A well-formed value that holds these bytes, and as many random ones as there is room for. */
function fit(encoding: Encoding, front: Buffer, length: number): Buffer {
  const random = randomBytes(length)
  let [fits, tooMany] = [0, length]
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1
    const text = write(encoding, Buffer.concat([front, random.subarray(0, middle)]))
    if (text.length <= length) fits = middle
    else tooMany = middle
  }
  return Buffer.from(write(encoding, Buffer.concat([front, random.subarray(0, fits)])), 'latin1')
}

function write({ name }: Encoding, raw: Buffer): string {
  const value = { cert: toPem(raw), raw }
  switch (name) {
    case 'url-pem':
      return toUrlPem(value)
    case 'url-pem-aws':
      return toUrlPemAws(value)
    case 'base64-der':
      return toBase64Der(value)
    case 'rfc9440':
      return toRfc9440(value)
    case 'apache-pem':
      return toApachePem(value)
    case 'base64-pem':
      return toBase64Pem(value)
    case 'xfcc':
      return `Cert="${toUrlPem(value)}"`
  }
}

const COUNTER_LENGTH = 8

/** Makes copies no two of which are equal, so that no cache can know them. */
export function distinctCopies({ text }: Garbage): () => Buffer {
  const at = roomForCounter(text.toString('latin1'))
  let copies = 0
  return () => {
    copies += 1
    text.write(copies.toString(16).padStart(COUNTER_LENGTH, '0'), at, 'latin1')
    return text
  }
}

/** Among characters that may be exchanged without a change of the form; else at the end. */
function roomForCounter(text: string): number {
  const room = /(?<!%.?)[A-Za-z0-9]{8}/g
  room.lastIndex = text.length >> 1
  return room.exec(text)?.index ?? text.length - COUNTER_LENGTH
}
