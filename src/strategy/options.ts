import { assertBoolean, assertText } from '../util/assert.js'
import { type OptionTable, parseOptions, withDefault } from '../util/options.js'
import type { RequestLike } from '../extractor/request.js'
import {
  type ClientCertRequest,
  type CompiledGuardOptions,
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

interface CompiledStrategyOptions extends CompiledGuardOptions {
  readonly name: string
  readonly passReqToCallback: boolean
}

const STRATEGY_OPTIONS: OptionTable<keyof AnyStrategyOptions<never>, CompiledStrategyOptions> = {
  ...GUARD_OPTIONS,
  name: withDefault(assertText, 'client-cert'),
  passReqToCallback: withDefault(assertBoolean, false),
}

/** The options, checked and resolved once. */
export interface StrategyPlan<Req>
  extends GuardPlan<Req>, Pick<CompiledStrategyOptions, 'name' | 'passReqToCallback'> {}

/** @throws TypeError `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, naming the option. */
export function compileStrategyOptions<Req extends RequestLike>(
  options: AnyStrategyOptions<Req>,
): StrategyPlan<Req> {
  const parsed = parseOptions(options, STRATEGY_OPTIONS)
  const { name, passReqToCallback } = parsed.values
  return Object.freeze({ ...compileGuard(parsed), name, passReqToCallback })
}
