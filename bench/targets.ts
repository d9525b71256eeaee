/** The ratios that the package has to reach. A ratio hardly depends on the machine. */
export const TARGETS = {
  warmHeader: {
    says: 'A certificate seen before, in a header: faster than parsing it on each request',
    atLeast: 30,
  },
  coldHeader: {
    says: 'A certificate in a header, without the cache: time against that of the bare parse',
    atMost: 1.3,
  },
  firstHeader: {
    says: 'A certificate not seen before, in a header, with the cache: time against that of the bare parse',
    atMost: 1.3,
  },
  socket: {
    says: 'TLS socket, kept alive: faster than passport-client-cert',
    atLeast: 5,
  },
  chain: {
    says: 'TLS socket with the chain: faster than reading it on each request',
    atLeast: 25,
  },
  rsaPath: {
    says: 'Validating a path of RSA-2048: time against its two signatures',
    atMost: 1.7,
  },
  ecPath: {
    says: 'Validating a path of P-256: time against its two signatures',
    atMost: 1.35,
  },
  anchors: {
    says: 'Validating a path: time with 1,000 CAs against one CA',
    atMost: 1.2,
  },
  knownPath: {
    says: 'A known certificate: microseconds more with ca than without',
    atMost: 0.3,
  },
  crlSeconds: {
    says: 'Loading a revocation list of a million entries, in DER: seconds',
    atMost: 1,
  },
  crlBlockedMs: {
    says: 'Loading a revocation list of a million entries: milliseconds in which the event loop is blocked',
    atMost: 25,
  },
  crlMebibytes: {
    says: 'A revocation list of a million entries: mebibytes besides the list',
    atMost: 12,
  },
  crlLookUp: {
    says: 'Looking a serial number up among a million: microseconds',
    atMost: 0.2,
  },
  garbage: {
    says: 'Rejecting 16 KB of garbage: time against parsing one valid certificate',
    atMost: 1,
  },
  hostile: {
    says: 'One hostile request of 16 KB: time against one ordinary certificate in a header',
    atMost: 100,
  },
  helpers: {
    // The processor's caches can hold ten entries, but not ten thousand. A scan would have a ratio
    // of 1,000.
    says: 'Helpers: time of a lookup among 10,000 entries against 10',
    atMost: 3,
  },
  imports: {
    says: 'Loading the package: time against loading passport-strategy and node:crypto',
    atMost: 2,
  },
  strategyBytes: {
    says: 'Bytes that a request allocates on the heap through the strategy, not optimized',
    atMost: 1879,
  },
  middlewareBytes: {
    says: 'Bytes that a request allocates on the heap through the middleware, not optimized',
    atMost: 1735,
  },
  cpuTime: {
    says: 'Processor time of a request: against a strategy or a middleware that does nothing',
    atMost: 1.05,
  },
  throughput: {
    says: 'Requests per second of a whole application: share of those without authentication',
    atLeast: 0.97,
  },
  throughputOfPassport: {
    says: 'Requests per second of a whole application: share of those with Passport and a strategy that does nothing',
    atLeast: 0.97,
  },
} as const satisfies Record<string, Target>

export type Target = { readonly says: string } & (
  { readonly atLeast: number } | { readonly atMost: number }
)

export type TargetName = keyof typeof TARGETS

/** A measured ratio, and the target that it is compared with. */
export interface Measured {
  readonly value: number
  readonly target: TargetName
}

export function isMet({ value, target }: Measured): boolean {
  const { limit, isLowest } = limitOf(target)
  return isLowest ? value >= limit : value <= limit
}

export function limitOf(name: TargetName): { limit: number; isLowest: boolean; words: string } {
  const target: Target = TARGETS[name]
  return 'atLeast' in target
    ? { limit: target.atLeast, isLowest: true, words: `at least ${target.atLeast}` }
    : { limit: target.atMost, isLowest: false, words: `at most ${target.atMost}` }
}
