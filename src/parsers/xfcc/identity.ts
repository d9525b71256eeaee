import { parseDistinguishedName } from '../../certificate/distinguished-name.js'
import type { ForwardedIdentity } from '../../certificate/peer-certificate.js'
import { HEX_DIGITS, SHA256_DIGITS } from '../../util/text.js'
import { type DecodingFault, isFault } from '../decoding-fault.js'
import {
  checkNames,
  chooseElement,
  decodeChoice,
  findFault,
  hasCertificate,
  type XfccChoice,
} from './index.js'
import type { XfccElement } from './elements.js'
import { NAMES_AMBIGUOUS, NO_HASH, SUBJECT_UNREADABLE } from './faults.js'
import { isKnownName } from './names.js'

/**
 * Reads the certificate of an element of `X-Forwarded-Client-Cert` or, where the element has none,
 * what it says about one: `Hash`, `Subject`, and a `URI` (Istio's sidecars write no more by default).
 *
 * Names are copied from the certificate unquoted and unescaped, and without the certificate nothing
 * tells a name with a `;` in it from two names: such an element may have one name, at its end.
 *
 * @param hop - as for `decodeXfccHop`; `undefined`: there must be exactly one element
 */
export function readXfcc(
  text: string,
  hop: number | undefined,
): Buffer[] | ForwardedIdentity | DecodingFault {
  const choice = chooseElement(text, hop)
  if (isFault(choice)) return choice
  return hasCertificate(choice.element) ? decodeChoice(choice) : identify(choice)
}

/**
 * A name with a comma in it ends its element early, and without a certificate nothing in the text shows
 * it. So with `xfccHop`, the CAs of those who connect to the proxies must not sign such names.
 */
function identify({ element, left, right }: XfccChoice): ForwardedIdentity | DecodingFault {
  return findFault([...left, element, ...right], checkSingleName) ?? describeIdentity(element)
}

function checkSingleName(element: XfccElement): DecodingFault | undefined {
  if (hasCertificate(element)) return checkNames(element)
  const { copiedNames, isNameFollowed } = element
  const isSingle = copiedNames.length <= 1 && !isNameFollowed
  const isUri = copiedNames.every((name) => name.type === 'uri' && isKnownName(name))
  return isSingle && isUri ? undefined : NAMES_AMBIGUOUS
}

function describeIdentity({ values, copiedNames }: XfccElement): ForwardedIdentity | DecodingFault {
  const fingerprint256 = formatFingerprint(values.get('hash')?.toLowerCase() ?? '')
  if (fingerprint256 === undefined) return NO_HASH
  const subject = parseDistinguishedName(values.get('subject') ?? '')
  if (subject === undefined) return SUBJECT_UNREADABLE
  const uri = copiedNames[0]?.value ?? ''
  const identity: ForwardedIdentity = { forwardedIdentity: true, subject, fingerprint256 }
  return uri === '' ? identity : { ...identity, subjectaltname: `URI:${uri}` }
}

/** As Node shows it: upper case, with colons between the bytes. */
function formatFingerprint(hash: string): string | undefined {
  if (hash.length !== SHA256_DIGITS) return undefined
  for (const digit of hash) if (!HEX_DIGITS.includes(digit)) return undefined
  const bytes = Array.from({ length: SHA256_DIGITS / 2 }, (_, at) => hash.slice(2 * at, 2 * at + 2))
  return bytes.join(':').toUpperCase()
}
