import { isIPv4 } from 'node:net'
import { type GeneralName, NAME_TAG } from './general-name.js'

/**
 * How names of each type are compared with the subtrees of name constraints (RFC 5280 4.2.1.10). Each
 * name is brought into a form that can be compared once, and not for every subtree.
 */

/** RFC 1034 3.1. */
const MAX_DNS_LENGTH = 253
const LABEL = '[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?'
const HOST = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`)

function isHost(text: string): boolean {
  return text.length <= MAX_DNS_LENGTH && HOST.test(text)
}

/** RFC 5321 4.1.2: without quotes, because there are many ways to quote the same local part. */
const MAILBOX = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@([^@]+)$/
/** The host of a URI without user information, which some readers would take for the host. */
const URI_HOST = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([A-Za-z0-9._-]+)(?::[0-9]*)?(?:[/?#]|$)/
/** Readers of URIs take such a host for an IPv4 address. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/

/** @returns `undefined` when a name of this form can't be compared with any subtree */
function toComparable({ tag, value }: GeneralName): string | Buffer | undefined {
  if (typeof value !== 'string') return value
  switch (tag) {
    case NAME_TAG.dNSName:
      return toHost(value)
    case NAME_TAG.rfc822Name:
      return toMailbox(value)
    case NAME_TAG.uri:
      return toUriHost(value)
    default:
      return value
  }
}

/** The first label may be a wildcard. */
function toHost(text: string): string | undefined {
  const host = text.toLowerCase()
  return isHost(host.startsWith('*.') ? host.slice(2) : host) ? host : undefined
}

function toUriHost(text: string): string | undefined {
  const host = URI_HOST.exec(text)?.[1]?.toLowerCase() ?? ''
  return isHost(host) && !ENDS_IN_NUMBER.test(host) ? host : undefined
}

/** Only the host ignores case (RFC 5280 7.5). */
function toMailbox(text: string): string | undefined {
  const host = MAILBOX.exec(text)?.[1]?.toLowerCase() ?? ''
  return isHost(host) ? text.slice(0, -host.length) + host : undefined
}

/** A name in the form in which it is compared; `undefined` as the value when it can't be compared. */
export function comparable(name: GeneralName): GeneralName {
  return { tag: name.tag, value: toComparable(name) }
}

/**
 * A common name that looks like a DNS name, as OpenSSL decides, but never an IPv4 address.
 *
 * @returns `undefined` for any other common name
 */
export function toDnsName(commonName: string): GeneralName | undefined {
  const host = commonName.toLowerCase()
  const isDns = host.includes('.') && isHost(host) && !isIPv4(host)
  return isDns ? { tag: NAME_TAG.dNSName, value: host } : undefined
}

/** @returns `undefined` when it can't be the base of a subtree */
export function toBase({ tag, value }: GeneralName): GeneralName | undefined {
  if (Buffer.isBuffer(value)) return isAddressRange(value) ? { tag, value } : undefined
  if (value === undefined || tag === NAME_TAG.directoryName) return { tag, value }
  if (tag === NAME_TAG.rfc822Name && value.includes('@')) {
    const mailbox = toMailbox(value)
    return mailbox === undefined ? undefined : { tag, value: mailbox }
  }
  const host = value.toLowerCase()
  // Only a subtree of DNS names may have the root as its base.
  const isBase = host === '' ? tag === NAME_TAG.dNSName : isHost(host.replace(/^\./, ''))
  return isBase ? { tag, value: host } : undefined
}

/** An address and a mask of the same length, whose ones come before its zeros (RFC 4632 3.1). */
function isAddressRange(range: Buffer): boolean {
  if (range.length !== 8 && range.length !== 32) return false
  const mask = range.subarray(range.length / 2)
  const ones = [...mask].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return !ones.includes('01')
}

/** Whether a comparable name is within the subtree with this base. Both have the same tag. */
export function isWithin(tag: number, name: string | Buffer, base: string | Buffer): boolean {
  if (Buffer.isBuffer(name)) return isInRange(name, base as Buffer)
  const end = base as string
  switch (tag) {
    case NAME_TAG.directoryName:
      return name.startsWith(end)
    case NAME_TAG.dNSName:
      return end === '' || name === end || name.endsWith(end.startsWith('.') ? end : `.${end}`)
    default: {
      if (end.includes('@')) return name === end
      const host = name.slice(name.indexOf('@') + 1)
      return end.startsWith('.') ? host.endsWith(end) : host === end
    }
  }
}

function isInRange(address: Buffer, range: Buffer): boolean {
  const length = range.length / 2
  if (address.length !== length) return false
  return address.every((byte, index) => {
    const mask = range[length + index] as number
    return ((byte ^ (range[index] as number)) & mask) === 0
  })
}

/** A wildcard of one label (RFC 6125 6.4.3) also names every host directly below its parent. */
export function mayBeWithin(tag: number, name: string | Buffer, base: string | Buffer): boolean {
  if (isWithin(tag, name, base)) return true
  if (tag !== NAME_TAG.dNSName || !String(name).startsWith('*.')) return false
  const end = base as string
  return end.slice(end.indexOf('.')) === String(name).slice(1)
}
