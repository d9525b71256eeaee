import { checkValidity } from '../../certificate/validity.js'
import type { Budget } from '../budget.js'
import type { CandidateIndex } from '../candidates.js'
import { haveSameKey } from '../certificate.js'
import type { Signers } from './judge-list.js'
import { isListSignedBy, knownSigner } from './signature.js'
import { runAtOnce } from './slices.js'

interface Indexes {
  readonly anchors: CandidateIndex
  readonly intermediates: readonly CandidateIndex[]
}

/**
 * @param isIssued - whether a valid path leads from a certificate to a trust anchor
 * @param now - milliseconds since the epoch
 */
export function makeSigners(
  { anchors, intermediates }: Indexes,
  isIssued: Signers['isTrusted'],
  now: number,
  budget: Budget,
): Signers {
  return {
    named: (name) => [anchors, ...intermediates].flatMap((index) => index.named(name)),
    isTrusted: (signer, anchor) => {
      // A client can put the name and the key of the anchor into a certificate without a valid signature.
      const isConfigured = signer.subject === anchor.subject && anchors.has(signer)
      if (isConfigured && haveSameKey(signer, anchor)) return true
      return (
        signer.hasStrongSignature &&
        checkValidity(signer.fields.validity, now) === undefined &&
        isIssued(signer, anchor)
      )
    },
    isSigned: (list, signer) => {
      if (knownSigner(list, signer) === undefined) budget.verifySignature(signer.signatureCost)
      return runAtOnce(isListSignedBy(list, signer))
    },
  }
}
