import { setImmediate } from 'node:timers/promises'
import type { Strategy } from '../../src/index.js'

/** One call of a Passport action, with its arguments. */
export type Ending = readonly [action: 'success' | 'fail' | 'error', ...args: unknown[]]

/** A request whose TLS socket shows this certificate, or no certificate. */
export function requestWith(certificate: object | null): { socket: object } {
  return { socket: { authorized: certificate !== null, getPeerCertificate: () => certificate } }
}

/**
 * Runs a strategy as Passport does, on an object that inherits from it, and lists every action
 * until all promises have settled.
 */
export async function endingsOf(strategy: Strategy, req: object): Promise<Ending[]> {
  const endings: Ending[] = []
  const perRequest = Object.create(strategy) as Strategy
  for (const action of ['success', 'fail', 'error'] as const) {
    perRequest[action] = (...args: unknown[]) => void endings.push([action, ...args])
  }
  perRequest.authenticate(req as never)
  await setImmediate()
  return endings
}
