import { RUNTIME } from '../util/runtime.js'
import { readSubjectAltNames } from './general-names.js'
import type { ChainedPeerCertificate } from './peer-certificate.js'
import { formatSubjectAltNames } from './subject-alt-name.js'

/** workerd spells the member differently. */
interface LegacyObject extends ChainedPeerCertificate {
  subjectAltName?: string
}

/**
 * If another runtime made the object, rewrites `subjectaltname` in the form that Node documents.
 *
 * @param hasNodeNames - whether the runtime writes names as Node does
 */
export function showOwnNames(
  certificate: LegacyObject,
  hasNodeNames: boolean = RUNTIME.hasNodeNames,
): ChainedPeerCertificate {
  if (hasNodeNames && !('subjectAltName' in certificate)) return certificate
  const { subjectAltName: _, ...own } = certificate
  const names = readSubjectAltNames(certificate.raw) ?? []
  if (names.length === 0) delete own.subjectaltname
  else own.subjectaltname = formatSubjectAltNames(names)
  return own
}
