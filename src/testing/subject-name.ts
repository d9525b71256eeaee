import { isIP } from 'node:net'
import { assertText, type Parse } from '../util/assert.js'
import { invalidValue } from '../util/errors.js'
import { quote, suggest } from '../util/suggest.js'

/** A subject alternative name whose type is known, and whose value has the form of that type. */
export interface SubjectName {
  readonly type: SubjectNameType
  readonly value: string
}

export type SubjectNameType = 'DNS' | 'URI' | 'IP' | 'email'

const EXAMPLES: Readonly<Record<SubjectNameType, string>> = {
  DNS: 'DNS:api.example.com',
  URI: 'URI:spiffe://example.com/api',
  IP: 'IP:192.0.2.7',
  email: 'email:alice@example.com',
}

/** RFC 5280 4.2.1.6: names are ASCII, so a host name with other characters has to be in Punycode. */
const FORMS: Readonly<Record<SubjectNameType, (value: string) => boolean>> = {
  DNS: (value) => /^(?:\*\.)?[\w-]+(?:\.[\w-]+)*$/.test(value),
  URI: (value) => /^[a-z][a-z0-9+.-]*:[!-~]+$/i.test(value),
  // A zone (`%eth0`) isn't part of an address.
  IP: (value) => isIP(value) !== 0 && !value.includes('%'),
  email: (value) => /^[!-?A-~]+@[!-?A-~]+$/.test(value),
}

export const parseSubjectName: Parse<SubjectName> = (name, value) => {
  const text = assertText(name, value)
  const colon = text.indexOf(':')
  const type = text.slice(0, Math.max(colon, 0))
  if (!isType(type)) {
    const types = Object.keys(EXAMPLES)
    const hint = type === '' ? '' : suggest(type, types)
    const problem = `must begin with its type and a colon; types are ${quote(types)}${hint}`
    throw invalidValue(name, problem, value)
  }
  const found = { type, value: text.slice(colon + 1) }
  if (FORMS[type](found.value)) return found
  throw invalidValue(name, `must have the form of '${EXAMPLES[type]}'`, value)
}

function isType(type: string): type is SubjectNameType {
  return Object.hasOwn(EXAMPLES, type)
}

const IPV6_BYTES = 16

/** The bytes of a valid address (RFC 5280 4.2.1.6: four, or sixteen). */
export function addressBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number))
  const [head = [], tail = []] = address.split('::').map(readGroups)
  const zeros = Array<number>(IPV6_BYTES - head.length - tail.length).fill(0)
  return Buffer.from([...head, ...zeros, ...tail])
}

/** RFC 4291 2.2: groups of 16 bits, of which the last two may have the form of an IPv4 address. */
function readGroups(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number)
    const number = Number.parseInt(group, 16)
    return [number >> 8, number & 0xff]
  })
}
