import {
  type Element,
  isDerThroughout,
  readChildren,
  readExactly,
  readOid,
  TAG,
} from '../certificate/der.js'
import { readBytes } from '../certificate/strings.js'
import { readCanonicalName } from './name.js'

/** The tags of a GeneralName (RFC 5280 4.2.1.6). */
export const NAME_TAG = {
  otherName: 0xa0,
  rfc822Name: 0x81,
  dNSName: 0x82,
  x400Address: 0xa3,
  directoryName: 0xa4,
  ediPartyName: 0xa5,
  uri: 0x86,
  iPAddress: 0x87,
  registeredId: 0x88,
} as const

/** One name, or the base of a subtree. */
export interface GeneralName {
  readonly tag: number
  /** ASCII, the bytes of an address, or a canonical directory name; `undefined` for all other types. */
  readonly value: string | Buffer | undefined
}

const UTF8_STRING = 0x0c
/** Every character is ASCII (IA5String). */
const ASCII = /^[\0-\x7f]*$/

/** @returns `undefined` when it isn't a GeneralName. The length of an address isn't checked. */
export function readGeneralName(bytes: Buffer, element: Element): GeneralName | undefined {
  const { tag, start, end } = element
  switch (tag) {
    case NAME_TAG.rfc822Name:
    case NAME_TAG.dNSName:
    case NAME_TAG.uri: {
      const value = readBytes(bytes, element)
      return ASCII.test(value) ? { tag, value } : undefined
    }
    case NAME_TAG.iPAddress:
      return { tag, value: bytes.subarray(start, end) }
    case NAME_TAG.directoryName: {
      // A CHOICE has an explicit tag (X.680 31.2.7).
      const [name] = readExactly(bytes, element, [TAG.sequence])
      const value = name && readCanonicalName(bytes, name)
      return value === undefined ? undefined : { tag, value }
    }
    default:
      return isOtherType(bytes, element) ? { tag, value: undefined } : undefined
  }
}

/** id-on-SmtpUTF8Mailbox (RFC 9598 3). */
const SMTP_UTF8_MAILBOX = '2b06010505070809'

/**
 * A GeneralName that is an otherName with an address of e-mail, as the name of that type. RFC 9598 6: the constraints of
 * rfc822Name apply to it.
 *
 * @returns `undefined` when it is anything else; a value that isn't ASCII isn't compared
 */
export function readUtf8Mailbox(bytes: Buffer, element: Element): GeneralName | undefined {
  if (element.tag !== NAME_TAG.otherName) return undefined
  // Its parts were read before, to see that it is a GeneralName.
  const [type, wrapper] = readChildren(bytes, element) as Element[]
  if (readOid(bytes, type) !== SMTP_UTF8_MAILBOX) return undefined
  const [value] = readExactly(bytes, wrapper, [UTF8_STRING])
  const text = value && readBytes(bytes, value)
  const isAscii = text !== undefined && ASCII.test(text)
  return { tag: NAME_TAG.rfc822Name, value: isAscii ? text : undefined }
}

function isOtherType(bytes: Buffer, element: Element): boolean {
  switch (element.tag) {
    case NAME_TAG.otherName: {
      const [type, value] = readChildren(bytes, element, 2) ?? []
      return type?.tag === TAG.oid && value?.tag === 0xa0 && isDerThroughout(bytes, value)
    }
    case NAME_TAG.x400Address:
    case NAME_TAG.ediPartyName:
      return isDerThroughout(bytes, element)
    default:
      return element.tag === NAME_TAG.registeredId && element.start < element.end
  }
}
