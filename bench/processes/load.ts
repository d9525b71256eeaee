// Runs in its own process: the clients.
import type { EventEmitter } from 'node:events'
import { performance } from 'node:perf_hooks'
import autocannon from 'autocannon'
import { answerWith } from '../support/child.js'

export interface LoadQuestion {
  readonly url: string
  /** The number of requests over all connections. */
  readonly requests: number
  readonly headers: Readonly<Record<string, string>>
  readonly tls: Readonly<Record<'ca' | 'cert' | 'key', string>>
  readonly body: string
}

export interface LoadAnswer {
  readonly perSecond: number
}

const CONNECTIONS = 10
/** Answers per connection before the measurement. After them, the handshake is over. */
const FIRST_ANSWERS = 10

answerWith(async ({ url, requests, headers, tls, body }: LoadQuestion): Promise<LoadAnswer> => {
  const each = Math.ceil(requests / CONNECTIONS) + FIRST_ANSWERS
  const load = autocannon({
    url,
    amount: each * CONNECTIONS,
    connections: CONNECTIONS,
    headers,
    tlsOptions: tls,
    expectBody: body,
    // In seconds. The limit is long, because a busy machine must not make the benchmark fail.
    timeout: 120,
    // In milliseconds: how soon autocannon notices that it is done.
    sampleInt: 5,
  })
  const perSecond = measure(load, each)
  const result = await load
  const { non2xx, errors, timeouts, mismatches } = result
  if (result['2xx'] !== each * CONNECTIONS || non2xx + errors + timeouts + mismatches > 0) {
    throw new Error(`Wrong answers from ${url}: ${JSON.stringify(result)}`)
  }
  return { perSecond: perSecond() }
})

/**
 * Measures from the moment when all connections have finished the first answers until the first
 * connection has sent its share.
 */
function measure(load: EventEmitter, each: number): () => number {
  const counts = new Map<unknown, number>()
  let [answered, ready, isOver] = [0, 0, false]
  let [startMs, endMs] = [NaN, NaN]
  load.on('response', (connection: unknown) => {
    if (isOver) return
    const count = (counts.get(connection) ?? 0) + 1
    counts.set(connection, count)
    answered += 1
    if (count === FIRST_ANSWERS) ready += 1
    if (ready === CONNECTIONS && Number.isNaN(startMs)) [answered, startMs] = [0, performance.now()]
    if (count === each) [isOver, endMs] = [true, performance.now()]
  })
  return () => (answered * 1000) / (endMs - startMs)
}
