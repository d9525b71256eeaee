import { setImmediate } from 'node:timers/promises'
import type { Strategy } from '../../src/index.js'

/** One use of a Passport action: which, and what it was given. */
export type Ending = readonly [action: 'success' | 'fail' | 'error', ...args: unknown[]]

/** A request whose TLS socket shows this certificate, or that nobody presented one. */
export function requestWith(certificate: object | null): { socket: object } {
  return { socket: { authorized: certificate !== null, getPeerCertificate: () => certificate } }
}

/**
 * Runs a strategy the way Passport does, on an object created from it, and lists every action it
 * used until all promises had settled.
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
