import { ANY_POLICY } from '../../support/judged-store.js'
import type { Draft } from './certificate.js'
import { askHandshake, type Opinion, probeHandshake, type Question } from './half-handshake.js'
import type { Case } from './generator.js'
import { type DetailedQuestion, FLAG, PURPOSE, startLibcrypto } from './libcrypto.js'

/** An independent implementation of path validation. */
export interface Judge {
  readonly name: string
  /** Whether the judge can be told everything that a case asks for. */
  readonly canJudge: (test: Case) => boolean
  readonly ask: (question: Question, test: Case) => Promise<Opinion>
  readonly end: () => void
}

/** The largest number of CAs between the leaf and the anchor, where a case doesn't set one. */
export const MAX_DEPTH = 10

/** Its own key has signed it. A CA that signs its next key with the old one only issues to itself. */
const isSelfSigned = ({ subject, issuer, key, signer }: Readonly<Draft>): boolean =>
  subject === issuer && key === signer

/** The OpenSSL of this Node, or the reason why it can't be asked. */
export async function openHandshake(): Promise<Judge | string> {
  const abilities = await probeHandshake()
  if (typeof abilities === 'string') return abilities
  return {
    name: `half handshake with OpenSSL ${process.versions.openssl}`,
    canJudge: ({ hasPolicies, options, anchors }) =>
      !hasPolicies &&
      options.maxDepth === undefined &&
      (abilities.partialChains || anchors.every(({ draft }) => isSelfSigned(draft))),
    ask: askHandshake,
    end: () => undefined,
  }
}

/** The libcrypto of the system, or the reason why it can't be asked. */
export async function openLibcrypto(): Promise<Judge | string> {
  const libcrypto = await startLibcrypto()
  if (typeof libcrypto === 'string') return libcrypto
  return {
    name: `libcrypto of ${libcrypto.version}`,
    canJudge: () => true,
    ask: (question, test) => libcrypto.ask(detail(question, test)),
    end: libcrypto.end,
  }
}

function detail(question: Question, { options, hasPolicies }: Case): DetailedQuestion {
  // Without a list, OpenSSL doesn't find any policy for requireExplicitPolicy.
  const { policies = hasPolicies ? [ANY_POLICY] : [] } = options
  const { requireExplicitPolicy = options.policies !== undefined } = options
  const flags =
    (hasPolicies ? FLAG.policyCheck : 0) |
    (requireExplicitPolicy ? FLAG.explicitPolicy : 0) |
    (options.inhibitPolicyMapping === true ? FLAG.inhibitMap : 0) |
    (options.inhibitAnyPolicy === true ? FLAG.inhibitAny : 0)
  const depth = options.maxDepth ?? MAX_DEPTH
  return { ...question, purpose: PURPOSE.client, depth, policies, flags }
}
