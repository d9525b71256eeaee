import type { Validity } from '../certificate/fields.js'

/** `expires_soon` when a tenth of the lifetime is left, and `expired` when none is left. */
export type ExpiryState = 'expires_soon' | 'expired'

/** Things that have a validity, and how to announce that it ends. */
interface Expiring<One> {
  readonly all: Iterable<One>
  readonly validityOf: (one: One) => Validity
  /** Equal for the same thing, because several trust stores may have it. */
  readonly keyOf: (one: One) => string
  readonly tell: (one: One, state: ExpiryState) => void
}

/** Revocation lists are replaced as long as the process runs, so the oldest keys are forgotten. */
const MAX_ANNOUNCED = 10_000

const announced = new Set<string>()

/**
 * Announces what expires soon or has expired: each thing once per process and state.
 *
 * @param now - milliseconds since the epoch
 * @returns when to call it again; `Infinity` for never
 */
export function announceExpiries<One>(
  { all, validityOf, keyOf, tell }: Expiring<One>,
  now: number,
): number {
  let next = Infinity
  for (const one of all) {
    const { notBeforeMs, notAfterMs } = validityOf(one)
    const soonMs = notAfterMs - Math.max(notAfterMs - notBeforeMs, 0) / 10
    if (now < soonMs) {
      next = Math.min(next, soonMs)
      continue
    }
    const state = now <= notAfterMs ? 'expires_soon' : 'expired'
    if (state === 'expires_soon') next = Math.min(next, notAfterMs + 1)
    if (isNew(`${state} ${keyOf(one)}`)) tell(one, state)
  }
  return next
}

function isNew(key: string): boolean {
  if (announced.has(key)) return false
  const [oldest] = announced
  if (announced.size === MAX_ANNOUNCED) announced.delete(oldest as string)
  announced.add(key)
  return true
}
