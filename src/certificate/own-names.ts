import type { PeerCertificate } from 'node:tls'
import { RUNTIME } from '../util/runtime.js'
import { readSubjectAltNames } from './general-names.js'
import { formatSubjectAltNames } from './subject-alt-name.js'

/** workerd spells the member differently. */
interface LegacyMembers {
  subjectAltName?: string
}

/**
 * If another runtime made the object, rewrites `subjectaltname` in the form that Node documents.
 *
 * @param hasNodeNames - whether the runtime writes names as Node does
 */
export function showOwnNames<Certificate extends PeerCertificate>(
  certificate: Certificate & LegacyMembers,
  hasNodeNames: boolean = RUNTIME.hasNodeNames,
): Certificate {
  if (hasNodeNames && !('subjectAltName' in certificate)) return certificate
  const own: { subjectaltname?: string } & LegacyMembers = { ...certificate }
  delete own.subjectAltName
  const names = readSubjectAltNames(certificate.raw) ?? []
  if (names.length === 0) delete own.subjectaltname
  else own.subjectaltname = formatSubjectAltNames(names)
  return own as Certificate & LegacyMembers
}
