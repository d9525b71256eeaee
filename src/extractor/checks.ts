import type { StoredCertificate } from '../certificate/stored-certificate.js'
import { checkValidity } from '../certificate/validity.js'
import type { ExtractorPlan } from './plan.js'
import type { ExtractionFailureReason } from './result.js'

/** A rule that a certificate has to satisfy on every request: a reason why it doesn't, or `undefined`. */
export type Check = (certificate: StoredCertificate) => ExtractionFailureReason | undefined

/** The rules for every certificate, whichever source it came from, in the order in which they are checked. */
export function compileChecks(plan: ExtractorPlan): readonly Check[] {
  return plan.checkValidity ? [checkValidityNow] : []
}

const checkValidityNow: Check = ({ validity }) => checkValidity(validity, Date.now())
