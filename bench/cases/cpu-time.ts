import { median, medianInterval, ratiosOf } from '../measure.js'
import type { CpuTimeAnswer, CpuTimeQuestion } from '../processes/cpu-time.js'
import type { Cell, Outcome } from '../results.js'
import type { Settings } from '../settings.js'
import { type Child, startChild } from '../support/child.js'
import { type KeptAlive, keepAlive } from '../support/keep-alive.js'
import { USUAL, type Pki } from '../support/pki.js'

/** Each with what it is compared with. */
const PAIRS = [
  ['this strategy', 'a strategy that does nothing'],
  ['this middleware', 'a middleware that does nothing'],
] as const

interface Server {
  readonly child: Child<CpuTimeQuestion, CpuTimeAnswer>
  readonly client: KeptAlive
  readonly times: number[]
}

/**
 * Measures the processor time that a server takes for a request, as the operating system counts it. It
 * includes the time of the system's calls, of the garbage collector and of V8's compilers.
 */
export async function measureCpuTime(pki: Pki, settings: Settings['cpuTime']): Promise<Outcome> {
  const samples = new Map<string, number[]>(PAIRS.flat().map((name) => [name, []]))
  for (let start = 0; start < settings.starts; start += 1) {
    const servers = new Map<string, Server>()
    for (const [name, times] of samples) servers.set(name, await startServer(name, times, pki))
    await runByTurns([...servers.values()], settings)
    for (const { child, client } of servers.values()) {
      client.close()
      child.end()
    }
  }
  return { sections: [{ ...describe(settings), rows: PAIRS.map((pair) => toRow(pair, samples)) }] }
}

async function startServer(name: string, times: number[], pki: Pki): Promise<Server> {
  const { key, cert, issuer } = pki.clients[USUAL]
  const child = startChild<CpuTimeQuestion, CpuTimeAnswer>(
    new URL('../processes/cpu-time.ts', import.meta.url),
  )
  const { port } = await child.ask({ start: name, server: pki.server, ca: pki.roots })
  const client = await keepAlive(port, {
    ca: pki.roots.join(''),
    key,
    cert: cert + issuer.cert,
  })
  return { child, client, times }
}

async function runByTurns(
  servers: readonly Server[],
  settings: Settings['cpuTime'],
): Promise<void> {
  for (const { client } of servers) await client.send(settings.warmUpRequests)
  for (let round = 0; round < settings.rounds; round += 1) {
    const first = round % servers.length
    for (const { child, client, times } of [...servers.slice(first), ...servers.slice(0, first)]) {
      const before = await child.ask({ start: null })
      await client.send(settings.requests)
      const after = await child.ask({ start: null })
      times.push((after.cpuMicroseconds - before.cpuMicroseconds) / settings.requests)
    }
  }
}

function describe({
  starts,
  rounds,
  requests,
}: Settings['cpuTime']): Omit<Outcome['sections'][0], 'rows'> {
  return {
    title: 'Processor time',
    about:
      'Express 5 with one route over https, each application in a separate process, with 4 connections ' +
      'that are kept alive. The operating system counts the microseconds for one request, in ' +
      `${starts * rounds} rounds of ${requests} requests by turns. All processes are started ${starts} ` +
      'times. The ratio is the median of the ratios of one round, and the median lies in the interval ' +
      'with a confidence of 95 %.',
    head: ['application', 'with it', 'does nothing', 'ratio', '95 % interval'],
  }
}

function toRow([ours, theirs]: (typeof PAIRS)[number], samples: Map<string, number[]>): Cell[] {
  const [ourTimes, theirTimes] = [samples.get(ours) ?? [], samples.get(theirs) ?? []]
  const ratios = ratiosOf(ourTimes, theirTimes)
  const [low, high] = medianInterval(ratios)
  return [
    ours,
    median(ourTimes),
    median(theirTimes),
    { value: median(ratios), target: 'cpuTime' },
    `${low.toFixed(3)} to ${high.toFixed(3)}`,
  ]
}
