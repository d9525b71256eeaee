import { X509Certificate } from 'node:crypto'
import type { StrategyOptions } from '../../../src/index.js'
import { describeOutcome } from './outcome.js'
import { CERTIFICATE_ALONE, SOURCES } from '../sources.js'
import { type Backend, startBackend, type Visit } from './backend.js'
import type { Case } from './cases.js'
import { certificates } from './certificates.js'
import { type Reply, type Request, send } from './client.js'
import { launch, type RunningProxy } from './launch.js'
import type { Proxy } from './proxies.js'

/** How the strategy is told to read what the proxy sends. */
export type Reading = 'recommended' | 'without verifyHeader'

/** What became of a request. */
export interface Result {
  /** In the words of docs/proxies/RESULTS.md. */
  readonly outcome: string
  /** What verify was given, leaf first. */
  readonly chain: readonly Buffer[] | null
  /** What reached Node; `null`: the proxy answered by itself. */
  readonly rawHeaders: readonly string[] | null
}

interface Site {
  readonly backend: Backend
  readonly proxy: RunningProxy
}

const sites = new Map<string, Promise<Site>>()
const results = new Map<string, Promise<Result>>()

/** Runs a case against a configuration, once in the whole run. */
export function resultOf(
  proxy: Proxy,
  file: URL,
  testCase: Case,
  reading: Reading = 'recommended',
): Promise<Result> {
  const key = [file.pathname, reading, testCase.title].join('\n')
  const known = results.get(key)
  if (known !== undefined) return known
  const result = run(proxy, file, testCase, reading)
  results.set(key, result)
  return result
}

/** Ends every proxy and every backend. */
export async function stopSites(): Promise<void> {
  const running = [...sites.values()]
  sites.clear()
  for (const site of await Promise.allSettled(running)) {
    if (site.status === 'rejected') continue
    await site.value.proxy.stop()
    await site.value.backend.close()
  }
}

async function run(proxy: Proxy, file: URL, testCase: Case, reading: Reading): Promise<Result> {
  const site = await siteOf(proxy, file)
  const { clients, victim } = await certificates()
  const client = testCase.client === null ? null : clients[testCase.client]
  const lines = testCase.forgery?.lines(proxy, new X509Certificate(victim.raw)) ?? []
  const path = reading === 'recommended' ? (testCase.route ?? '/') : '/unverified'
  const request: Request = { port: site.proxy.port, client, path, lines }
  const before = site.backend.bytesRead()
  const reply = await (testCase.resumes === undefined
    ? send(request)
    : sendTwice(request, site.backend, testCase))
  const reachedNode = site.backend.bytesRead() > before
  const visit = theOnly(site.backend.takeVisits())
  return {
    outcome: describeOutcome({ reply, visit, reachedNode, client, victim: victim.raw, testCase }),
    chain: visit?.decision?.kind === 'accepted' ? visit.decision.chain : null,
    rawHeaders: visit?.rawHeaders ?? null,
  }
}

function siteOf(proxy: Proxy, file: URL): Promise<Site> {
  const known = sites.get(file.pathname)
  if (known !== undefined) return known
  const site = startSite(proxy, file)
  sites.set(file.pathname, site)
  return site
}

async function startSite(proxy: Proxy, file: URL): Promise<Site> {
  const backend = await startBackend(routesOf(SOURCES[proxy.name], CERTIFICATE_ALONE[proxy.name]))
  try {
    return { backend, proxy: await launch(proxy, file, backend.port) }
  } catch (error) {
    await backend.close()
    throw error
  }
}

function routesOf(recommended: StrategyOptions, alone: StrategyOptions) {
  return {
    '/': recommended,
    '/chain': { ...recommended, includeChain: true },
    '/unverified': alone,
  }
}

/** The second of two requests; the first, where it brought no session that could be resumed. */
async function sendTwice(request: Request, backend: Backend, testCase: Case): Promise<Reply> {
  const version = { minVersion: testCase.resumes, maxVersion: testCase.resumes }
  const first = await send({ ...request, tls: version })
  if (first.session === undefined || first.status === null) {
    if (testCase.entry === 'due') throw new Error('There is no session to resume')
    return first
  }
  backend.takeVisits()
  const second = await send({ ...request, tls: { ...version, session: first.session } })
  if (!second.isResumed) throw new Error('The session was not resumed')
  return second
}

function theOnly(visits: readonly Visit[]): Visit | undefined {
  if (visits.length > 1) throw new Error('One request reached the application more than once')
  return visits[0]
}
