import { RUNTIME } from '../util/runtime.js'
import { readSubjectAltNames } from './general-names.js'
import type { ChainedPeerCertificate } from './peer-certificate.js'
import { formatSubjectAltNames } from './subject-alt-name.js'

/** workerd has another name for the member. */
interface LegacyObject extends ChainedPeerCertificate {
  subjectAltName?: string
}

/**
 * Makes `subjectaltname` the text that Node documents, where another runtime made the object.
 *
 * @param hasNodeNames - whether the runtime writes the text as Node does
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
