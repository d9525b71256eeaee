// autocannon ships no types. Only what is used here is declared.
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events'

  export interface Options {
    url: string
    connections: number
    /** How many requests in all. */
    amount: number
    headers?: Readonly<Record<string, string>>
    tlsOptions?: Readonly<Record<'ca' | 'cert' | 'key', string>>
    expectBody?: string
    /** Seconds for one answer. */
    timeout?: number
    /** Milliseconds. */
    sampleInt?: number
  }

  export interface Result {
    '2xx': number
    non2xx: number
    errors: number
    timeouts: number
    mismatches: number
  }

  /** Emits `response`, first with the object that represents the connection. */
  export default function autocannon(options: Options): EventEmitter & PromiseLike<Result>
}
