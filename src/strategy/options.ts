import { type Assert, assertBoolean, assertText, takeOptions } from '../util/assert.js'
import type { RequestLike } from '../extractor/request.js'
import {
  type ClientCertRequest,
  compileGuard,
  GUARD_OPTIONS,
  type ClientCertificateAuthOptions,
  type GuardPlan,
} from '../guard/options.js'

interface StrategyOptionsBase<Req> extends ClientCertificateAuthOptions<Req> {
  /** Strategy name for `passport.authenticate()`. Default: `'client-cert'`. */
  name?: string | undefined
}

/** Options with which verify is called as `verify(cert, done)`. */
export interface StrategyOptions<Req = ClientCertRequest> extends StrategyOptionsBase<Req> {
  /** Whether verify is called as `verify(req, cert, done)`. Default: `false`. */
  passReqToCallback?: false | undefined
}

/** Options with which verify is called as `verify(req, cert, done)`. */
export interface StrategyOptionsWithRequest<
  Req = ClientCertRequest,
> extends StrategyOptionsBase<Req> {
  /** Whether verify is called as `verify(req, cert, done)`. */
  passReqToCallback: true
}

type AnyStrategyOptions<Req> = StrategyOptions<Req> | StrategyOptionsWithRequest<Req>

const STRATEGY_OPTIONS: Readonly<Record<keyof AnyStrategyOptions<never>, Assert>> = {
  ...GUARD_OPTIONS,
  name: assertText,
  passReqToCallback: assertBoolean,
}

/** The options, checked and resolved once. */
export interface StrategyPlan<Req> extends GuardPlan<Req> {
  readonly name: string
  readonly passReqToCallback: boolean
}

/** @throws TypeError `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, naming the option. */
export function compileStrategyOptions<Req extends RequestLike>(
  options: AnyStrategyOptions<Req>,
): StrategyPlan<Req> {
  const { name, passReqToCallback, ...rest } = takeOptions(options, STRATEGY_OPTIONS)
  // Without prototype, as the options that were taken over: nothing on Object.prototype is an option.
  const guard = Object.assign(Object.create(null), rest) as typeof rest
  return Object.freeze({
    ...compileGuard(guard),
    name: name ?? 'client-cert',
    passReqToCallback: passReqToCallback ?? false,
  })
}
