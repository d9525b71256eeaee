import { readChildren, readElement, TAG } from '../../src/certificate/der.js'
import { createSelfSigned } from './pki.js'

/** A DER value, or its contents octets. */
export type Bytes = Uint8Array | readonly number[] | string

function toBuffer(bytes: Bytes): Buffer {
  return typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes)
}

/** One element, with its length in as few bytes as possible. */
export function der(tag: number, ...contents: readonly Bytes[]): Buffer {
  const content = Buffer.concat(contents.map(toBuffer))
  const digits = content.length.toString(16)
  const length = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
  const head =
    content.length < 0x80 ? [tag, content.length] : [tag, 0x80 + length.length, ...length]
  return Buffer.concat([Buffer.from(head), content])
}

/** The element of an object identifier in dotted form. */
export function oid(text: string, tag: number = TAG.oid): Buffer {
  const [first = 0n, second = 0n, ...others] = text.split('.').map(BigInt)
  return der(tag, [first * 40n + second, ...others].flatMap(toDigits))
}

/** Base 128, with the highest bit set in all digits except the last (X.690 8.19.2). */
function toDigits(number: bigint): number[] {
  const digits = [Number(number % 128n)]
  for (let rest = number / 128n; rest > 0n; rest /= 128n) digits.unshift(Number(rest % 128n) + 128)
  return digits
}

/** A subjectAltName extension with any bytes as its value, valid or not. */
export function sanExtension(value: Bytes, critical: Bytes = []): Buffer {
  return der(TAG.sequence, oid('2.5.29.17'), critical, der(TAG.octetString, value))
}

export function generalNames(...names: readonly Bytes[]): Buffer {
  return der(TAG.sequence, ...names)
}

export type Attribute = readonly [type: string, tag: number, value: Bytes]

export function directoryName(...relativeNames: readonly (readonly Attribute[])[]): Buffer {
  const sets = relativeNames.map((attributes) =>
    der(
      0x31,
      ...attributes.map(([type, tag, value]) => der(TAG.sequence, oid(type), der(tag, value))),
    ),
  )
  return der(0xa4, der(TAG.sequence, ...sets))
}

export function otherName(type: string, value: Bytes): Buffer {
  return der(0xa0, oid(type), der(0xa0, value))
}

/** The bytes of a certificate before its extensions, and after the part that is signed. */
let template: Promise<{ readonly body: Buffer; readonly rest: Buffer }> | undefined

async function cutTemplate(): Promise<{ readonly body: Buffer; readonly rest: Buffer }> {
  const { raw } = await createSelfSigned({ subject: 'CN=alice' })
  const whole = readElement(raw, 0, raw.length)
  const signed = whole && readElement(raw, whole.start, whole.end)
  const parts = signed && readChildren(raw, signed)
  if (signed === undefined || parts === undefined)
    throw new Error('The template is not a certificate')
  const end = parts.filter(({ tag }) => tag !== 0xa3).at(-1)?.end ?? signed.end
  return { body: raw.subarray(signed.start, end), rest: raw.subarray(signed.end) }
}

/**
 * Makes certificates that differ only in their extensions. Their signatures don't verify, but code
 * that only reads a certificate never verifies them.
 */
export async function certificateMaker(): Promise<(...extensions: readonly Bytes[]) => Buffer> {
  const { body, rest } = await (template ??= cutTemplate())
  return (...extensions) => {
    const list = extensions.length === 0 ? [] : [der(0xa3, der(TAG.sequence, ...extensions))]
    return der(TAG.sequence, der(TAG.sequence, body, ...list), rest)
  }
}
