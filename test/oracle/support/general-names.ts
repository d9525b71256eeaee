import { oid, seq, set, tlv, utf8 } from '../../support/der-writer.js'

/** A GeneralName (RFC 5280 4.2.1.6), or the base of a constraint on such names (4.2.1.10). */
export interface GeneralName {
  readonly kind: 'dns' | 'email' | 'uri' | 'ip' | 'directory' | 'other' | 'registered'
  /** Text, or bytes in hexadecimal for `ip`, or attributes such as `O=Example/CN=a`. */
  readonly value: string
}

/** How an attribute's value is written, which makes no difference to comparisons (RFC 5280 7.1). */
export type Style = 'plain' | 'printable' | 'upper' | 'spaced'

const ATTRIBUTES: Readonly<Record<string, string>> = {
  C: '2.5.4.6',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  CN: '2.5.4.3',
  E: '1.2.840.113549.1.9.1',
}

/** A Name from text such as `O=Example/CN=a`. */
export function nameOf(text: string, style: Style = 'plain'): Buffer {
  const attributes = text === '' ? [] : text.split('/')
  return seq(
    ...attributes.map((attribute) => {
      const at = attribute.indexOf('=')
      const type = attribute.slice(0, at)
      return set(
        seq(oid(ATTRIBUTES[type] ?? '2.5.4.3'), valueOf(type, attribute.slice(at + 1), style)),
      )
    }),
  )
}

function valueOf(type: string, value: string, style: Style): Buffer {
  if (type === 'C') return tlv(0x13, Buffer.from(value))
  if (type === 'E') return tlv(0x16, Buffer.from(value))
  if (style === 'printable') return tlv(0x13, Buffer.from(value))
  if (style === 'upper') return utf8(value.toUpperCase())
  if (style === 'spaced') return utf8(`  ${value.replaceAll(' ', '   ')} `)
  return utf8(value)
}

const text = (tag: number, value: string): Buffer => tlv(tag, Buffer.from(value, 'latin1'))

export function generalName({ kind, value }: GeneralName): Buffer {
  switch (kind) {
    case 'other':
      // A user principal name.
      return tlv(0xa0, oid('1.3.6.1.4.1.311.20.2.3'), tlv(0xa0, utf8(value)))
    case 'email':
      return text(0x81, value)
    case 'dns':
      return text(0x82, value)
    case 'directory':
      return tlv(0xa4, nameOf(value))
    case 'uri':
      return text(0x86, value)
    case 'ip':
      return tlv(0x87, Buffer.from(value, 'hex'))
    case 'registered':
      return tlv(0x88, oid(value).subarray(2))
  }
}

export interface Constraints {
  readonly permitted: readonly GeneralName[]
  readonly excluded: readonly GeneralName[]
}

export function nameConstraints({ permitted, excluded }: Constraints): Buffer {
  const subtrees = (tag: number, names: readonly GeneralName[]): Buffer[] =>
    names.length === 0 ? [] : [tlv(tag, ...names.map((name) => seq(generalName(name))))]
  return seq(...subtrees(0xa0, permitted), ...subtrees(0xa1, excluded))
}
