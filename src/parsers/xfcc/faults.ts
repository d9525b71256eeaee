import type { DecodingFault } from '../decoding-fault.js'
import { MAX_CHAIN_CERTS } from '../limits.js'

/** The faults of an X-Forwarded-Client-Cert header, in sentences for its operator. */

export const NOT_XFCC: DecodingFault = {
  problem: "it doesn't begin with Key=Value as XFCC does (the JSON form of XFCC isn't read)",
}

export const UNREADABLE_PAIR: DecodingFault = {
  problem:
    "a part of it isn't Key=Value. A URI or DNS name in a client certificate may hold a quote, a " +
    'comma or a semicolon, and Envoy copies such names without quotes',
}

export const UNREADABLE_BY: DecodingFault = {
  problem:
    'it is unclear where By, the name of the proxy itself, ends: the name holds a comma or a quote, ' +
    'or a semicolon and no Hash follows. Give the proxy a certificate with another URI',
}

export const TOO_MANY_PAIRS: DecodingFault = { problem: 'it has more than 1000 Key=Value pairs' }

export const TOO_MANY_ELEMENTS: DecodingFault = {
  problem: `it has more than ${MAX_CHAIN_CERTS} elements`,
  detail: 'several_elements',
}

export const ELEMENT_IN_QUOTES: DecodingFault = {
  problem:
    'a text in quotes holds what looks like an element of a proxy. A client that opens a quote ' +
    'could hide the element behind it',
}

export const HASH_AFTER_NAME: DecodingFault = {
  problem: 'Hash comes after a URI, a DNS name or an unknown key, which may have brought it along',
}

export const NAMES_DIFFER: DecodingFault = {
  problem:
    "the URI and DNS names of an element aren't those of its certificate. A name with a comma, a " +
    'semicolon or a quote is read as less than it is',
  detail: 'names_differ',
}

export const NAMES_UNPROVEN: DecodingFault = {
  problem:
    'an element in front of the one that xfccHop chooses has a URI or DNS name and no certificate ' +
    'to compare the name with, so that a comma in the name could have shifted the count. Let the ' +
    'proxy that wrote it send Cert, or leave URI and DNS out',
  detail: 'no_certificate_in_element',
}

export const NAME_UNKNOWN: DecodingFault = {
  problem:
    'an element without a certificate has a key without quotes that is neither URI nor DNS, or a ' +
    'name in quotes',
}

export const NO_CERTIFICATE: DecodingFault = {
  problem:
    'the element has no certificate. Let the proxy send Cert (cert: true in ' +
    'set_current_client_cert_details), or set forwardedIdentity to accept the element without it',
  detail: 'no_certificate_in_element',
}

export const HASH_MISMATCH: DecodingFault = {
  problem: 'Hash is the SHA-256 of another certificate than the one in the element',
  detail: 'hash_mismatch',
}

export const SEVERAL_IN_CERT: DecodingFault = {
  problem: 'Cert holds more than one certificate; a chain belongs in Chain',
  detail: 'too_many_certificates',
}

export const CHAIN_WITHOUT_CERT: DecodingFault = {
  problem: "Chain doesn't begin with the certificate that is in Cert",
  detail: 'chain_malformed',
}

export const NO_HASH: DecodingFault = {
  problem: 'the element has neither a certificate nor a Hash of 64 hex digits',
  detail: 'no_certificate_in_element',
}

export const SUBJECT_UNREADABLE: DecodingFault = {
  problem:
    "the element has no certificate, and its Subject isn't a distinguished name of RFC 4514 in " +
    'which every value is a string',
  detail: 'no_certificate_in_element',
}

export const NAMES_AMBIGUOUS: DecodingFault = {
  problem:
    'an element without a certificate may have one name, a URI, as its very last part. Anything ' +
    'more could have been put into the name by the client. Let the proxy send Cert, or leave DNS out',
  detail: 'no_certificate_in_element',
}

export function severalElements(found: number): DecodingFault {
  return {
    problem: `it has ${found} elements where one was expected. Set xfccHop to say which one to read`,
    detail: 'several_elements',
  }
}

export function tooFewElements(found: number): DecodingFault {
  return {
    problem:
      `it has ${found} of the elements that xfccHop counts from the right, and the one that ` +
      'xfccHop chooses is not among them',
  }
}

export function repeatedKey(key: string): DecodingFault {
  return { problem: `an element has ${key} twice` }
}

export function unquotedKey(key: string): DecodingFault {
  return { problem: `${key} isn't in quotes` }
}

export function afterName(key: string): DecodingFault {
  return {
    problem:
      `${key} comes after a URI, a DNS name or an unknown key, which may have brought it along, ` +
      'and no Hash in front of them says that it is genuine',
  }
}

/** @param value - only looked at, never shown */
export function notUrlPem(key: string, value: string): DecodingFault {
  return { problem: `${key} isn't percent-encoded PEM${describeOther(value)}` }
}

function describeOther(value: string): string {
  if (value === '') return ': it is empty'
  if (value.startsWith('-----BEGIN ')) return ': it is PEM with spaces, not percent-encoded'
  if (value.startsWith('LS0tLS')) return ': it looks like base64 of PEM'
  return value.startsWith('MI') ? ': it looks like base64 of DER' : ''
}
