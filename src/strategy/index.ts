import PassportStrategy from 'passport-strategy'
import { invalidType, invalidValue } from '../util/errors.js'
import type { RequestLike } from '../extractor/request.js'
import { Authentication, type Decision, type Guard } from '../guard/decision.js'
import type { ClientCertRequest } from '../guard/options.js'
import {
  compileStrategyOptions,
  type StrategyOptions,
  type StrategyOptionsWithRequest,
} from './options.js'
import {
  compileVerify,
  type VerifyFunction,
  type VerifyFunctionWithRequest,
} from './verify-callback.js'

/** The methods with which Passport lets a strategy end a request. */
interface Actions {
  success: (user: unknown, info?: unknown) => void
  fail: (challenge?: unknown, status?: number) => void
  error: (err: unknown) => void
}

// Annotated so that the emitted declarations do not ask for types of passport-strategy, which
// ships none.
const Base: new () => Actions = PassportStrategy

/**
 * Passport strategy that authenticates a client by its TLS certificate, read from the TLS socket or
 * from the header that a proxy in front sets.
 *
 * @example
 * import passport from 'passport'
 * import { Strategy } from 'passport-client-certificate-auth'
 *
 * passport.use(new Strategy(async (cert) => users.get(cert.fingerprint256)))
 * app.use(passport.authenticate('client-cert', { session: false }))
 */
export class Strategy<Req extends RequestLike = ClientCertRequest> extends Base {
  /** The name to give to `passport.authenticate()`. */
  readonly name: string
  // Not #private: Passport runs `authenticate` on an object created from this one.
  private readonly _guard: Guard<Req>

  /**
   * Reads the certificate from the TLS socket, with the defaults of all options.
   *
   * @param verify - decides which user, if any, a certificate belongs to; its `length` decides
   *   whether it answers with what it returns or with `done`, see {@link VerifyFunction}
   * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` if `verify` isn't a function, or
   *   `ERR_UNSUPPORTED_RUNTIME` on Deno, where the TLS socket can't be read
   * @example
   * import { Strategy } from 'passport-client-certificate-auth'
   *
   * passport.use(new Strategy(async (cert) => users.get(cert.fingerprint256)))
   */
  constructor(verify: VerifyFunction)
  /**
   * Passes the request to verify, because `passReqToCallback` is `true`.
   *
   * @param options - see {@link StrategyOptionsWithRequest}
   * @param verify - called with the request first, see {@link VerifyFunctionWithRequest}
   * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, naming the
   *   option, its value and what is valid, or `ERR_UNSUPPORTED_RUNTIME` for a TLS socket on Deno or a
   *   Unix-domain socket on Bun
   * @example
   * import { Strategy } from 'passport-client-certificate-auth'
   *
   * const verify = async (req, cert) => findUser(req.hostname, cert.fingerprint256)
   * passport.use(new Strategy({ passReqToCallback: true }, verify))
   */
  constructor(options: StrategyOptionsWithRequest<Req>, verify: VerifyFunctionWithRequest<Req>)
  /**
   * @param options - see {@link StrategyOptions}; `null` and `undefined` mean the defaults
   * @param verify - decides which user, if any, a certificate belongs to, see {@link VerifyFunction}
   * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, naming the
   *   option, its value and what is valid, or `ERR_UNSUPPORTED_RUNTIME` for a TLS socket on Deno or a
   *   Unix-domain socket on Bun
   * @example
   * import { Strategy } from 'passport-client-certificate-auth'
   *
   * const options = { certificateSource: 'nginx', trustedProxies: '10.0.0.0/8' }
   * passport.use(new Strategy(options, async (cert) => users.get(cert.fingerprint256)))
   */
  constructor(options: StrategyOptions<Req> | null | undefined, verify: VerifyFunction)
  constructor(
    first:
      VerifyFunction | StrategyOptions<Req> | StrategyOptionsWithRequest<Req> | null | undefined,
    second?: VerifyFunction | VerifyFunctionWithRequest<Req>,
  ) {
    super()
    const [options, verify] = typeof first === 'function' ? [{}, first] : [first ?? {}, second]
    if (typeof verify !== 'function') throw invalidType('verify', 'a function', verify)
    if (typeof first === 'function' && second !== undefined) {
      throw invalidValue('options', 'must come before verify', second)
    }
    const plan = compileStrategyOptions<Req>(options)
    this._guard = { plan, ask: compileVerify<Req>(verify, plan) }
    this.name = plan.name
  }

  /**
   * Called by Passport for each request, which it ends with `success()`, `fail()` or `error()`.
   *
   * @example
   * import passport from 'passport'
   * import { Strategy } from 'passport-client-certificate-auth'
   *
   * const strategy = new Strategy(async (cert) => users.get(cert.fingerprint256))
   * app.use(passport.authenticate(strategy, { session: false }))
   */
  authenticate(req: Req): void {
    new PassportAuthentication(req, this._guard, this).start()
  }
}

class PassportAuthentication<Req extends object> extends Authentication<Req> {
  readonly #strategy: Actions
  readonly #success: Actions['success']
  readonly #fail: Actions['fail']
  readonly #error: Actions['error']

  constructor(req: Req, guard: Guard<Req>, strategy: Actions) {
    super(req, guard)
    this.#strategy = strategy
    // First of all: when a strategy instance is given to `passport.authenticate()`, Passport writes
    // the actions of every request onto that one instance. Read later, they are another client's.
    this.#success = strategy.success
    this.#fail = strategy.fail
    this.#error = strategy.error
  }

  protected override carryOut(decision: Decision): void {
    switch (decision.kind) {
      case 'accepted':
        this.#success.call(this.#strategy, decision.user, decision.info)
        break
      case 'rejected':
        this.#fail.call(this.#strategy, decision.info, 401)
        break
      case 'error':
        this.#error.call(this.#strategy, decision.error)
    }
  }
}
