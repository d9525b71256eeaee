// A second implementation of the rules of trust, for descriptions of requests.

/** The configuration of an extractor. */
export interface Plan {
  readonly trust: 'no proxy was named' | 'loopback' | 'network' | 'mtls' | 'all' | 'socket only'
  readonly verify: boolean
  readonly fallbackToSocket: boolean
  readonly checkValidity: boolean
}

/** A random request, described in words that the oracle also understands. */
export interface Drawn {
  readonly address: { readonly text: unknown; readonly network: string | null }
  readonly isUnix: boolean
  readonly lines: readonly (readonly [name: string, value: string])[]
  /** Whether rawHeaders exist, and whether Node joined repeated headers or kept the first. */
  readonly rawLines: 'none' | 'joined' | 'first'
  readonly authorized: unknown
  readonly authorizationError: unknown
  /** A certificate, `throws`, or `none`. */
  readonly shows: string
  /** This member throws when it is read. */
  readonly trap: 'headers' | 'rawHeaders' | 'socket' | null
}

const EXPIRED = ['expired', 'ownExpired', 'future']
const CLIENTS = ['alice', 'bob', 'expired', 'future']

/** Whether the peer may set the header. */
export function isTrusted({ trust }: Plan, { address, isUnix, trap, ...rest }: Drawn): boolean {
  if (trust === 'no proxy was named' || trust === 'all') return true
  if (trap === 'socket') return false
  switch (trust) {
    case 'loopback':
      return address.network === 'loopback'
    case 'network':
      return address.network === 'ten' || (address.network === null && isUnix)
    case 'mtls':
      return address.network !== null && rest.shows === 'proxy' && hasAuthorized(rest)
    case 'socket only':
      return false
  }
}

/** A peer without an address may be the proxy, so it isn't treated as a client. */
function isKnown({ address, isUnix }: Drawn): boolean {
  return typeof address.text === 'string' || isUnix
}

function hasAuthorized(drawn: Pick<Drawn, 'authorized' | 'authorizationError'>): boolean {
  return drawn.authorized === true && (drawn.authorizationError ?? null) === null
}

function fromSocket(drawn: Drawn): string {
  const isShown = !['none', 'throws'].includes(drawn.shows)
  return drawn.trap !== 'socket' && hasAuthorized(drawn) && isShown ? drawn.shows : 'none'
}

/** After `mismatch`, no other source is read. */
function fromHeader({ verify }: Plan, drawn: Drawn): string[] {
  const isUnreadable = drawn.trap === 'headers' || drawn.trap === 'rawHeaders'
  if (isUnreadable) return verify ? ['mismatch', 'none'] : ['none']
  const valuesOf = (wanted: string) =>
    drawn.lines.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value)
  const connection = valuesOf('connection').join().toLowerCase().replaceAll(' ', '').split(',')
  const isTampered = (name: string, alias: string) =>
    valuesOf(alias).length > 0 || connection.includes(name)
  const [verification, ...more] = valuesOf('x-verify')
  const isVerified = !verify || (verification === 'SUCCESS' && more.length === 0)
  if (!isVerified) return ['mismatch']
  if (verify && isTampered('x-verify', 'x_verify')) {
    return isTampered('x-cert', 'x_cert') ? ['mismatch', 'none'] : ['mismatch']
  }
  const [certificate = 'none', ...others] = valuesOf('x-cert')
  const isGenuine = others.length === 0 && CLIENTS.includes(certificate)
  return isGenuine && !isTampered('x-cert', 'x_cert') ? [certificate] : ['none']
}

/** The names of the certificates that are allowed as a result; `none` means that the request is rejected. */
export function allowedResults(plan: Plan, drawn: Drawn): string[] {
  const isValid = (name: string) => !plan.checkValidity || !EXPIRED.includes(name)
  return sourcesOf(plan, drawn).map((name) =>
    isValid(name) && name !== 'mismatch' ? name : 'none',
  )
}

function sourcesOf(plan: Plan, drawn: Drawn): string[] {
  const own = fromSocket(drawn)
  if (plan.trust === 'socket only') return [own]
  if (!isTrusted(plan, drawn)) return [plan.fallbackToSocket && isKnown(drawn) ? own : 'none']
  const forwarded = fromHeader(plan, drawn)
  if (plan.trust !== 'no proxy was named' || !plan.fallbackToSocket) return forwarded
  return forwarded.map((name) => (name === 'none' ? own : name))
}
