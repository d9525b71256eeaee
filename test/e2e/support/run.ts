import { X509Certificate } from 'node:crypto'
import type { StrategyOptions } from '../../../src/index.js'
import { describeOutcome } from './outcome.js'
import { CERTIFICATE_ALONE, SOURCES } from '../sources.js'
import type { Backend, Visit } from './backend.js'
import type { Case } from './cases.js'
import { certificates } from './certificates.js'
import { type Reply, type Request, send } from './client.js'
import type { Proxy } from './proxies.js'
import { type Site, startSite } from './site.js'

/** The options with which the strategy reads the proxy's headers. */
export type Reading = 'recommended' | 'without verifyHeader' | 'with ca'

const sites = new Map<string, Promise<Site>>()
const outcomes = new Map<string, Promise<string>>()

/**
 * Runs a case against a configuration, once in the whole run, and returns the outcome in the words
 * of docs/proxies/RESULTS.md.
 */
export function outcomeOf(
  proxy: Proxy,
  file: URL,
  testCase: Case,
  reading: Reading = 'recommended',
): Promise<string> {
  const key = [file.pathname, reading, testCase.title].join('\n')
  const known = outcomes.get(key)
  if (known !== undefined) return known
  const outcome = run(proxy, file, testCase, reading)
  outcomes.set(key, outcome)
  return outcome
}

export async function stopSites(): Promise<void> {
  const running = [...sites.values()]
  sites.clear()
  for (const site of await Promise.allSettled(running)) {
    if (site.status === 'fulfilled') await site.value.stop()
  }
}

async function run(proxy: Proxy, file: URL, testCase: Case, reading: Reading): Promise<string> {
  const { port, backend } = await siteOf(proxy, file)
  const { clients, victim } = await certificates()
  const client = testCase.client === null ? null : clients[testCase.client]
  const lines = testCase.forgery?.lines(proxy, new X509Certificate(victim.raw)) ?? []
  const path = pathOf(reading, testCase)
  // Discards the visits of an earlier case that failed.
  backend.takeVisits()
  const before = backend.bytesRead()
  const reply = await visit({ port, client, path, lines }, backend, testCase)
  const reachedNode = backend.bytesRead() > before
  const arrived = theOnly(backend.takeVisits())
  const observed = { reply, visit: arrived, reachedNode, client, victim: victim.raw, testCase }
  return describeOutcome(observed)
}

function pathOf(reading: Reading, { route = '/' }: Case): string {
  if (reading === 'recommended') return route
  return reading === 'with ca' ? '/ca' : '/unverified'
}

function siteOf(proxy: Proxy, file: URL): Promise<Site> {
  const known = sites.get(file.pathname)
  if (known !== undefined) return known
  const site = routesOf(SOURCES[proxy.name], CERTIFICATE_ALONE[proxy.name]).then((routes) =>
    startSite(proxy, file, routes),
  )
  sites.set(file.pathname, site)
  return site
}

async function routesOf(recommended: StrategyOptions, alone: StrategyOptions) {
  const { clientCa, clients } = await certificates()
  return {
    '/': recommended,
    '/chain': { ...recommended, includeChain: true },
    '/unverified': alone,
    // Some proxies forward the client's certificate alone.
    '/ca': { ...alone, ca: clientCa.cert, intermediates: clients.deep.issuers },
  }
}

/** Sends one request, or two if the case resumes a session, and returns the last reply. */
async function visit(request: Request, backend: Backend, testCase: Case): Promise<Reply> {
  const { resumes, entry } = testCase
  if (resumes === undefined) return send(request)
  const version = { minVersion: resumes, maxVersion: resumes }
  const first = await send({ ...request, tls: version })
  if (first.session === undefined || first.status === null) {
    if (entry === 'due') throw new Error('The proxy gave the client no session to resume')
    return first
  }
  backend.takeVisits()
  const second = await send({ ...request, tls: { ...version, session: first.session } })
  if (!second.isResumed) throw new Error("The proxy didn't resume the session")
  return second
}

function theOnly(visits: readonly Visit[]): Visit | undefined {
  if (visits.length > 1) throw new Error('One request reached the application more than once')
  return visits[0]
}
