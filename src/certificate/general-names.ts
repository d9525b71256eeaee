import { type Element, isDerThroughout, readChildren, readElement, readTagged, TAG } from './der.js'
import { readDirectoryName } from './directory-name.js'
import { findExtension } from './extension.js'
import { readFields } from './fields.js'
import { readDottedOid } from './oid.js'
import { readBytes, readLenientUtf8 } from './strings.js'
import { type SubjectAltName, UNSUPPORTED } from './subject-alt-name.js'

/** 2.5.29.17 */
const SUBJECT_ALT_NAME = '551d11'

/**
 * Reads the subject alternative names of a certificate from its DER, and writes each name as Node does.
 * Runtimes write these names differently, but the bytes are the same in every runtime.
 *
 * @param der - the DER of the certificate
 * @returns an empty list when the certificate doesn't have the extension; `undefined` when it has it
 *   twice, or when any part of it can't be read
 */
export function readSubjectAltNames(der: Uint8Array): SubjectAltName[] | undefined {
  const raw = Buffer.from(der.buffer, der.byteOffset, der.length)
  const fields = readFields(raw)
  const value = fields === undefined ? null : findExtension(raw, fields, SUBJECT_ALT_NAME)
  if (value === undefined) return []
  if (value === null) return undefined
  return readGeneralNames(raw, value)
}

function readGeneralNames(raw: Buffer, value: Element): SubjectAltName[] | undefined {
  const list = readTagged(raw, value.start, value.end, TAG.sequence)
  // RFC 5280 4.2.1.6: at least one name.
  if (list?.end !== value.end || list.start === list.end) return undefined
  const names: SubjectAltName[] = []
  for (let at = list.start; at < list.end;) {
    const element = readElement(raw, at, list.end)
    const name = element && readGeneralName(raw, element)
    if (element === undefined || name === undefined) return undefined
    names.push(name)
    at = element.end
  }
  return names
}

/** The context-specific tag of a GeneralName says what type of name it is. */
function readGeneralName(raw: Buffer, element: Element): SubjectAltName | undefined {
  switch (element.tag) {
    case 0x81:
      return { type: 'email', value: readBytes(raw, element) }
    case 0x82:
      return { type: 'DNS', value: readBytes(raw, element) }
    case 0x86:
      return { type: 'URI', value: readBytes(raw, element) }
    case 0x87:
      return { type: 'IP Address', value: readAddress(raw.subarray(element.start, element.end)) }
    default:
      return readRareName(raw, element)
  }
}

function readRareName(raw: Buffer, element: Element): SubjectAltName | undefined {
  switch (element.tag) {
    case 0xa0:
      return nameOf('othername', readOtherName(raw, element))
    case 0xa3:
      return nameOf('X400Name', isDerThroughout(raw, element) ? UNSUPPORTED : undefined)
    case 0xa4:
      return nameOf('DirName', readNested(raw, element, readDirectoryName))
    case 0xa5:
      return nameOf('EdiPartyName', isDerThroughout(raw, element) ? UNSUPPORTED : undefined)
    case 0x88:
      return nameOf('Registered ID', readDottedOid(raw, element))
    default:
      return undefined
  }
}

function nameOf(type: string, value: string | undefined): SubjectAltName | undefined {
  return value === undefined ? undefined : { type, value }
}

/** A CHOICE has an explicit tag, so there must be exactly one SEQUENCE inside. */
function readNested(
  raw: Buffer,
  { start, end }: Element,
  read: (raw: Buffer, name: Element) => string | undefined,
): string | undefined {
  const name = readTagged(raw, start, end, TAG.sequence)
  return name?.end === end ? read(raw, name) : undefined
}

/** Writes IPv6 in eight groups, without `::`. For anything that isn't an address, it writes the length. */
function readAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.length !== 16) return `<invalid length=${bytes.length}>`
  const groups: string[] = []
  for (let at = 0; at < bytes.length; at += 2) {
    const group = (bytes[at] as number) * 256 + (bytes[at + 1] as number)
    groups.push(group.toString(16).toUpperCase())
  }
  return groups.join(':')
}

const UTF8_STRING = 0x0c
const IA5_STRING = 0x16
/** `[0] EXPLICIT` around the value of an OtherName (RFC 5280 4.2.1.6). */
const OTHER_VALUE = 0xa0

/** The types that Node can name, and the string type that each must have. */
const OTHER_NAMES: ReadonlyMap<string, readonly [prefix: string, tag: number]> = new Map([
  ['1.3.6.1.4.1.311.20.2.3', ['UPN', UTF8_STRING]],
  ['1.3.6.1.5.5.7.8.5', ['XmppAddr', UTF8_STRING]],
  ['1.3.6.1.5.5.7.8.7', ['SRVName', IA5_STRING]],
  ['1.3.6.1.5.5.7.8.8', ['NAIRealm', UTF8_STRING]],
  ['1.3.6.1.5.5.7.8.9', ['SmtpUTF8Mailbox', UTF8_STRING]],
])

function readOtherName(raw: Buffer, name: Element): string | undefined {
  const [type, explicit] = readChildren(raw, name, 2) ?? []
  if (type?.tag !== TAG.oid || explicit?.tag !== OTHER_VALUE) return undefined
  const oid = readDottedOid(raw, type)
  const value = readElement(raw, explicit.start, explicit.end)
  const isWhole = value?.end === explicit.end && isDerThroughout(raw, explicit)
  return oid === undefined || !isWhole ? undefined : showOtherName(raw, oid, value)
}

function showOtherName(raw: Buffer, oid: string, value: Element): string {
  const [prefix, tag] = OTHER_NAMES.get(oid) ?? []
  if (value.tag !== tag) return UNSUPPORTED
  const text = tag === UTF8_STRING ? readLenientUtf8(raw, value) : readBytes(raw, value)
  return `${prefix}:${text}`
}
