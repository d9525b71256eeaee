import type { HeaderRule } from '../parsers/presets.js'
import { note } from './facts.js'
import { explainUnreadable, type Fields, readField, UNREADABLE } from './fields.js'
import type { HeaderPlan } from './header-plan.js'
import { type ExtractionFailure, failWith, type VerificationDetail } from './result.js'

/** Checks the headers with which the proxy says that it verified the certificate. */
export function checkRequiredHeaders(
  fields: Fields,
  { requiredHeaders }: HeaderPlan,
): ExtractionFailure | undefined {
  // For...of would allocate an iterator on every request.
  for (let index = 0; index < requiredHeaders.length; index += 1) {
    const rule = requiredHeaders[index] as HeaderRule
    const detail = checkRule(fields, rule)
    if (detail !== undefined) {
      const failure = failWith('verification_header_mismatch', detail)
      return note(failure, () => ({
        header: rule.header,
        line: fields.suspect?.line.toLowerCase() ?? '',
      }))
    }
  }
  return undefined
}

/** A missing header breaks its rule unless it is optional, because proxies can be made to drop it. */
function checkRule(
  fields: Fields,
  { header, value, optional }: HeaderRule,
): VerificationDetail | undefined {
  const { suspect } = fields
  if (suspect?.name === header) return suspect.detail
  const sent = readField(fields, header)
  if (sent === UNREADABLE) return explainUnreadable(fields, header)
  if (sent === undefined) return optional === true ? undefined : 'not_sent'
  return sent === value ? undefined : 'wrong_value'
}
