import { median, medianRatio } from '../measure.js'
import type { LoadAnswer, LoadQuestion } from '../processes/load.js'
import type { AppName, ServerAnswer, ServerQuestion } from '../processes/server.js'
import type { Cell, Outcome, Section } from '../results.js'
import type { Settings } from '../settings.js'
import { toUrlPem } from '../../test/support/header-values.js'
import { type Child, startChild } from '../support/child.js'
import { USUAL, type Pki } from '../support/pki.js'
import { CERTIFICATE_HEADER } from '../support/requests.js'

const FIRST_REQUESTS = 1000

type Load = (app: AppName, requests: number) => Promise<number>

/** Measures the requests per second of whole applications, under load from another process. */
export async function measureEndToEnd(
  pki: Pki,
  { rounds, roundMs }: Settings['endToEnd'],
): Promise<Outcome> {
  const { server, roots, clients } = pki
  const user = clients[USUAL].fingerprint256
  const [apps, clientsProcess] = [
    startChild<ServerQuestion, ServerAnswer>(new URL('../processes/server.ts', import.meta.url)),
    startChild<LoadQuestion, LoadAnswer>(new URL('../processes/load.ts', import.meta.url)),
  ]
  const urls = await apps.ask({ server, ca: roots, user })
  const load = loadOf(clientsProcess, urls, pki)
  const samples = await loadByTurns(load, Object.keys(urls) as AppName[], { rounds, roundMs })
  apps.end()
  clientsProcess.end()
  return { sections: [toSection(samples)] }
}

function loadOf(child: Child<LoadQuestion, LoadAnswer>, urls: ServerAnswer, pki: Pki): Load {
  const { cert, key, issuer, raw, fingerprint256 } = pki.clients[USUAL]
  return async (app, requests) => {
    const { perSecond } = await child.ask({
      url: urls[app],
      requests,
      headers: app.startsWith('https') ? {} : { [CERTIFICATE_HEADER]: toUrlPem({ cert, raw }) },
      tls: { key, cert: cert + issuer.cert, ca: pki.roots.join('') },
      body: JSON.stringify(fingerprint256),
    })
    return perSecond
  }
}

async function loadByTurns(
  load: Load,
  apps: readonly AppName[],
  { rounds, roundMs }: Settings['endToEnd'],
): Promise<Map<AppName, number[]>> {
  const requests = new Map<AppName, number>()
  for (const app of apps) {
    const perSecond = await load(app, FIRST_REQUESTS)
    requests.set(app, Math.round((perSecond * roundMs) / 1000))
  }
  const samples = new Map(apps.map((app) => [app, [] as number[]]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [app, count] of requests) samples.get(app)?.push(await load(app, count))
  }
  return samples
}

const COMPARED: Readonly<Record<'http' | 'https', readonly AppName[]>> = {
  https: ['https, Passport alone', 'https, passport-client-cert', 'https, this package'],
  http: ['http, Passport alone', 'http, this package'],
}

type Samples = ReadonlyMap<AppName, readonly number[]>

function toSection(samples: Samples): Section {
  return {
    title: 'Whole applications',
    about:
      'Express 5 with one route in one process; autocannon, with 10 connections that are kept ' +
      'alive, in another. Over https, the client presents its certificate; over http, it is in a ' +
      'header (url-pem), as from a proxy. "Passport alone" has a strategy that does nothing but ' +
      'call success(): no strategy can have a greater share. Requests per second.',
    head: ['application', 'per second', 'share of no authentication', 'share of Passport alone'],
    rows: Object.entries(COMPARED).flatMap(([protocol, apps]) => [
      toRow(samples, `${protocol}, no authentication` as AppName),
      ...apps.map((app) => toRow(samples, app)),
    ]),
  }
}

function toRow(samples: Samples, app: AppName): Cell[] {
  const [protocol] = app.split(',')
  const perSecond = samples.get(app) ?? []
  const shareOf = (other: string): number =>
    medianRatio(perSecond, samples.get(`${protocol ?? ''}, ${other}` as AppName) ?? [])
  const shares = [shareOf('no authentication'), shareOf('Passport alone')] as const
  return [
    app,
    median(perSecond).toFixed(0),
    ...(app.endsWith('this package')
      ? ([
          { value: shares[0], target: 'throughput' },
          { value: shares[1], target: 'throughputOfPassport' },
        ] as const)
      : shares),
  ]
}
