import type { PathCertificate } from './certificate.js'
import { type GeneralName, NAME_TAG } from './general-name.js'
import { listValues } from './name.js'
import { comparable, toDnsName } from './name-forms.js'

/** The attribute types, as hexadecimal digits: emailAddress (RFC 5280 4.1.2.6) and commonName. */
const EMAIL_ADDRESS = '2a864886f70d010901'
const COMMON_NAME = '550403'

const known = new WeakMap<PathCertificate, readonly GeneralName[]>()

/** The names of a certificate on which name constraints have a say, in the form that is compared. */
export function listNames(certificate: PathCertificate): readonly GeneralName[] {
  const found = known.get(certificate) ?? readNames(certificate)
  known.set(certificate, found)
  return found
}

/** RFC 5280 4.2.1.10: the subject, its email addresses, and all alternative names. */
function readNames({ bytes, fields, subject, extensions }: PathCertificate): GeneralName[] {
  const directoryName = { tag: NAME_TAG.directoryName, value: subject }
  const addresses = listValues(bytes, fields.subject, EMAIL_ADDRESS).map((value) =>
    comparable({ tag: NAME_TAG.rfc822Name, value }),
  )
  const alternatives = (extensions.subjectAltNames ?? []).map(comparable)
  return [...(subject === '' ? [] : [directoryName]), ...addresses, ...alternatives]
}

/**
 * The common names of a leaf that applications may take for DNS names, because it has no alternative
 * name of that type. RFC 5280 doesn't know them, but OpenSSL holds them against name constraints too.
 */
export function listCommonNames({ bytes, fields, extensions }: PathCertificate): GeneralName[] {
  const hasDnsName = extensions.subjectAltNames?.some(({ tag }) => tag === NAME_TAG.dNSName)
  if (hasDnsName === true) return []
  return listValues(bytes, fields.subject, COMMON_NAME).flatMap((name) => toDnsName(name) ?? [])
}
