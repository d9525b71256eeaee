import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { ClientCertificateError } from '../util/errors.js'
import { trace } from '../util/trace.js'
import {
  type Attached,
  attachCertificate,
  type Failure,
  isUnattached,
  type Unattached,
} from './attach-certificate.js'
import { publishDecision } from './diagnostics.js'
import { describeFailure, describeRejection } from './failure-info.js'
import { FirstAnswer } from './first-answer.js'
import { runHook } from '../util/hooks.js'
import type { GuardPlan } from './options.js'
import { traceDecision } from './trace-decision.js'
import type { RequestError } from './thrown.js'

/** The application accepted the certificate. */
interface Accepted {
  readonly kind: 'accepted'
  readonly user: unknown
  readonly info: unknown
}

/** The application's answer when it was asked about a certificate. */
export type Answer =
  | Accepted
  | { readonly kind: 'rejected'; readonly info: unknown }
  /** It answered by throwing, so the error says whether that rejects the client or is a fault. */
  | { readonly kind: 'threw'; readonly thrown: RequestError }
  | { readonly kind: 'error'; readonly error: unknown }

/** Asks the application about a certificate, and waits for its answer. */
export type Ask<Req> = (
  req: Req,
  cert: ChainedPeerCertificate,
  pending: FirstAnswer<Answer>,
) => void

interface Rejected {
  readonly kind: 'rejected'
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
  readonly error: unknown
  readonly failure?: Failure
  /** Missing where `onRejected` isn't told about the fault. */
  readonly told?: Failure
}

/** The end of a request. The strategy and the middleware only carry it out. */
export type Decision = Accepted | Rejected | Fault

/** A plan, and the name under which its decisions are published. */
export type NamedPlan<Req> = GuardPlan<Req> & { readonly name: string }

/** A strategy or a middleware, which is the same for all requests. */
export interface Guard<Req> {
  readonly plan: NamedPlan<Req>
  readonly ask: Ask<Req>
}

/**
 * Takes a request from its certificate to a decision, and tells the audit hooks and the diagnostics
 * channel about the decision before it is carried out.
 *
 * Each request makes one such object instead of several closures, which would take twice the memory.
 */
export abstract class Authentication<Req extends object> extends FirstAnswer<Answer> {
  readonly #req: Req
  readonly #guard: Guard<Req>
  #attached: Attached | undefined = undefined

  constructor(req: Req, guard: Guard<Req>) {
    super()
    this.#req = req
    this.#guard = guard
  }

  start(): void {
    const { plan, ask } = this.#guard
    const found = attachCertificate(this.#req, plan.extract)
    if (isUnattached(found)) {
      const result = found.kind === 'failure' ? found.result : undefined
      this.#conclude(fromUnattached(found), null, result)
    } else {
      this.#attached = found
      ask(this.#req, found.cert, this)
    }
  }

  protected abstract carryOut(decision: Decision): void

  protected override report(answer: Answer): void {
    const attached = this.#attached as Attached
    if (answer.kind === 'accepted') attached.isAccepted = true
    this.#conclude(fromAnswer(answer), attached.cert)
  }

  #conclude(decision: Decision, cert: ChainedPeerCertificate | null, result?: object): void {
    const { plan } = this.#guard
    if (trace.enabled) traceDecision(plan.name, decision, cert, result)
    announce(decision, cert, this.#req, plan)
    this.carryOut(decision)
  }
}

function fromUnattached(unattached: Unattached): Rejected | Fault {
  if (unattached.kind === 'fault') return { kind: 'error', error: unattached.error }
  const { failure } = unattached
  const info = describeFailure(failure)
  const told = { failure, told: failure }
  if (failure.reason !== 'certificate_not_retrievable') return { kind: 'rejected', ...told, info }
  const error = new ClientCertificateError('ERR_CERTIFICATE_NOT_RETRIEVABLE', info.message)
  return { kind: 'error', ...told, error }
}

const RETURNED_FALSE: Failure = { reason: 'callback_returned_false' }

function fromAnswer(answer: Answer): Decision {
  switch (answer.kind) {
    case 'accepted':
    case 'error':
      return answer
    case 'rejected': {
      const info = describeRejection(answer.info)
      return { kind: 'rejected', failure: RETURNED_FALSE, told: RETURNED_FALSE, info }
    }
    case 'threw': {
      const { error, reason, status } = answer.thrown
      const told = { reason }
      return status >= 500
        ? { kind: 'error', error, told }
        : { kind: 'rejected', failure: RETURNED_FALSE, told, info: told, error }
    }
  }
}

/**
 * Tells hooks and subscribers, which can't change the decision.
 *
 * @param cert - `null` when no certificate was extracted
 */
function announce<Req>(
  decision: Decision,
  cert: ChainedPeerCertificate | null,
  req: Req,
  plan: NamedPlan<Req>,
): void {
  if (decision.kind === 'accepted') {
    const { onAuthenticated } = plan
    if (onAuthenticated !== undefined) {
      runHook('onAuthenticated', onAuthenticated, cert as ChainedPeerCertificate, req)
    }
    publishDecision('authenticated', plan.name, cert)
    return
  }
  if (decision.told !== undefined) {
    const { reason, ...details } = decision.told
    runHook('onRejected', plan.onRejected, cert, req, reason, details)
  }
  publishDecision(decision.kind, plan.name, cert, decision.failure)
}
