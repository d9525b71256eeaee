import { createRequire } from 'node:module'
import PassportStrategy from 'passport-strategy'
import {
  Strategy,
  type StrategyOptions,
  type VerifyFunction,
} from 'passport-client-certificate-auth'
import type { Contestant } from '../measure.js'

/** The part of a strategy that Passport calls. */
export interface Authenticator {
  name: string
  authenticate(req: object): void
}

/** A request, and its expected result. */
export interface Attempt {
  readonly request: object
  readonly user: string | null
  readonly reason: string | null
}

export function toSucceed(request: object, user: string): Attempt {
  return { request, user, reason: null }
}

export function toFail(request: object, reason: string): Attempt {
  return { request, user: null, reason }
}

/** The user of a request is the fingerprint of its certificate. */
const verify: VerifyFunction = (cert, done) => {
  done(null, cert.fingerprint256)
}

export function thisPackage(options: StrategyOptions = {}): Authenticator {
  return new Strategy(options, verify)
}

/** passport-client-cert without its types, because they need Express 4's. */
export function olderPackage(): Authenticator {
  const require = createRequire(import.meta.url)
  const older = require('passport-client-cert') as {
    Strategy: new (verify: VerifyFunction) => Authenticator
  }
  return new older.Strategy(verify)
}

/** The fastest possible strategy. */
export function floor(user: string): Authenticator {
  return new Floor(user)
}

class Floor extends PassportStrategy {
  readonly name = 'floor'
  readonly user: string

  constructor(user: string) {
    super()
    this.user = user
  }

  authenticate(): void {
    this.success(this.user)
  }
}

/** Runs a strategy for requests that are made beforehand. */
export function authenticating(
  name: string,
  strategy: Authenticator,
  makeAttempt: () => Attempt,
): Contestant {
  return {
    name,
    prepare(runs) {
      const attempts = Array.from({ length: runs }, makeAttempt)
      return () => authenticateAll(strategy, attempts)
    },
  }
}

/** Runs a strategy as Passport does, and counts the requests with the expected result. */
function authenticateAll(strategy: Authenticator, attempts: readonly Attempt[]): number {
  let correct = 0
  for (const { request, user: expectedUser, reason: expectedReason } of attempts) {
    const perRequest = Object.create(strategy) as Authenticator & Record<string, unknown>
    perRequest['success'] = (user: unknown) => {
      if (user === expectedUser) correct += 1
    }
    perRequest['fail'] = (info: { reason?: unknown } | undefined, status: unknown) => {
      if (status === 401 && info?.reason === expectedReason) correct += 1
    }
    perRequest['redirect'] = () => undefined
    perRequest['pass'] = () => undefined
    perRequest['error'] = (error: unknown) => {
      throw new Error('The strategy failed', { cause: error })
    }
    perRequest.authenticate(request)
  }
  return correct
}
