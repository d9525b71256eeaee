import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { ClientCertificateError } from '../util/errors.js'
import { attachCertificate, type Failure } from './attach-certificate.js'
import { publishDecision } from './diagnostics.js'
import { describeFailure, describeRejection } from './failure-info.js'
import { runHook } from './hooks.js'
import type { GuardPlan } from './options.js'
import type { RequestError } from './thrown.js'

/** The application's answer when it was asked about a certificate. */
export type Answer =
  | { readonly kind: 'accepted'; readonly user: unknown; readonly info: unknown }
  | { readonly kind: 'rejected'; readonly info: unknown }
  /** It answered by throwing, so the error says whether that rejects the client or is a fault. */
  | { readonly kind: 'threw'; readonly thrown: RequestError }
  | { readonly kind: 'error'; readonly error: unknown }

/** Asks the application about a certificate, and reports its answer once. */
export type Ask<Req> = (
  req: Req,
  cert: ChainedPeerCertificate,
  report: (answer: Answer) => void,
) => void

interface Authenticated {
  readonly kind: 'authenticated'
  readonly cert: ChainedPeerCertificate
  readonly user: unknown
  readonly info: unknown
}

interface Rejected {
  readonly kind: 'rejected'
  /** `null` when no certificate was extracted. */
  readonly cert: ChainedPeerCertificate | null
  /** As diagnostics show it. */
  readonly failure: Failure
  /** As `onRejected` is told it, which may be in the application's own words. */
  readonly told: Failure
  /** For Passport's `fail()`. */
  readonly info: object
  /** The error that the application threw, which ends the request in place of this package's error. */
  readonly error?: object
}

interface Fault {
  readonly kind: 'error'
  readonly cert: ChainedPeerCertificate | null
  readonly error: unknown
  readonly failure?: Failure
  /** Missing where `onRejected` isn't told about the fault. */
  readonly told?: Failure
}

/** The end of a request. The strategy and the middleware only carry it out. */
export type Decision = Authenticated | Rejected | Fault

/** A plan, and the name under which its decisions are published. */
export type NamedPlan<Req> = GuardPlan<Req> & { readonly name: string }

/**
 * Takes a request from its certificate to a decision, and tells the audit hooks and the diagnostics
 * channel about the decision before the caller carries it out.
 */
export function decide<Req extends object>(
  req: Req,
  plan: NamedPlan<Req>,
  ask: Ask<Req>,
  carryOut: (decision: Decision) => void,
): void {
  const attached = attachCertificate(req, plan.extract)
  if (attached.kind !== 'certificate') {
    const decision: Decision =
      attached.kind === 'failure'
        ? fromFailure(attached.failure)
        : { kind: 'error', cert: null, error: attached.error }
    announce(decision, plan, req)
    carryOut(decision)
    return
  }
  ask(req, attached.cert, (answer) => {
    if (answer.kind === 'accepted') attached.accept()
    const decision = fromAnswer(answer, attached.cert)
    announce(decision, plan, req)
    carryOut(decision)
  })
}

function fromFailure(failure: Failure): Rejected | Fault {
  const info = describeFailure(failure)
  const told = { cert: null, failure, told: failure }
  if (failure.reason !== 'certificate_not_retrievable') return { kind: 'rejected', ...told, info }
  const error = new ClientCertificateError('ERR_CERTIFICATE_NOT_RETRIEVABLE', info.message)
  return { kind: 'error', ...told, error }
}

const RETURNED_FALSE: Failure = { reason: 'callback_returned_false' }

function fromAnswer(answer: Answer, cert: ChainedPeerCertificate): Decision {
  switch (answer.kind) {
    case 'accepted':
      return { kind: 'authenticated', cert, user: answer.user, info: answer.info }
    case 'rejected': {
      const info = describeRejection(answer.info)
      return { kind: 'rejected', cert, failure: RETURNED_FALSE, told: RETURNED_FALSE, info }
    }
    case 'threw': {
      const { error, reason, status } = answer.thrown
      const told = { reason }
      return status >= 500
        ? { kind: 'error', cert, error, told }
        : { kind: 'rejected', cert, failure: RETURNED_FALSE, told, info: told, error }
    }
    case 'error':
      return { kind: 'error', cert, error: answer.error }
  }
}

/** Tells hooks and subscribers, which can't change the decision. */
function announce<Req>(decision: Decision, plan: NamedPlan<Req>, req: Req): void {
  const { cert } = decision
  if (decision.kind === 'authenticated') {
    runHook('onAuthenticated', plan.onAuthenticated, decision.cert, req)
    publishDecision('authenticated', plan.name, cert)
    return
  }
  if (decision.told !== undefined) {
    const { reason, ...details } = decision.told
    runHook('onRejected', plan.onRejected, cert, req, reason, details)
  }
  publishDecision(decision.kind, plan.name, cert, decision.failure)
}
