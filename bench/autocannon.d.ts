// autocannon has no types. These are the parts that the benchmarks use.
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events'

  export interface Options {
    url: string
    connections: number
    /** The number of requests in all. */
    amount: number
    headers?: Readonly<Record<string, string>>
    tlsOptions?: Readonly<Record<'ca' | 'cert' | 'key', string>>
    expectBody?: string
    /** The time limit for one answer, in seconds. */
    timeout?: number
    /** In milliseconds. */
    sampleInt?: number
  }

  export interface Result {
    '2xx': number
    non2xx: number
    errors: number
    timeouts: number
    mismatches: number
  }

  /** Emits `response`; the first argument represents the connection. */
  export default function autocannon(options: Options): EventEmitter & PromiseLike<Result>
}
