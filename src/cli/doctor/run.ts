import type { Identity } from '../forge.js'
import type { Check, ClientName } from './checks.js'
import type { Forged, Line } from './forgeries.js'
import type { Answer } from './request.js'
import type { Sender } from './sender.js'
import type { Settings } from './settings.js'
import type { Variant } from './variants.js'

export type Verdict =
  /** A client gets in that must not. */
  | 'gets in'
  /** The answer depends on the header of a client. */
  | 'header is read'
  | 'rejected'
  /** A client gets in that may. */
  | 'may get in'
  | 'no answer'
  | 'not tried'

/** The result of one check. */
export interface Result {
  readonly check: Check
  readonly verdict: Verdict
  readonly answers: readonly Answer[]
  /** The variants with which a client gets in, or whose header is read. */
  readonly variants: readonly Variant[]
  readonly note?: string
}

/** The answer to the good certificate. */
export type Baseline = Answer & { readonly kind: 'status' }

/** Everything that the checks of one run share. */
export interface Run {
  readonly settings: Settings
  readonly sender: Sender
  readonly baseline: Baseline
  readonly results: Result[]
}

/** Sends one request of a check. */
export async function sendAs(run: Run, check: Check, lines: readonly Line[]): Promise<Answer> {
  const { target, direct } = run.settings
  const to = check.isDirect === true && direct !== undefined ? direct : target
  return run.sender.send(to, identityOf(run.settings, check.client), lines)
}

export function identityOf(
  { identities, other }: Settings,
  client: ClientName,
): Identity | undefined {
  return client === 'none' ? undefined : { ...identities, other }[client]
}

/** The requests of a check; without forged headers, there is one. */
export function requestsOf(
  { settings: { variants, extra, identities } }: Run,
  { forgery, contents = 'good' }: Pick<Check, 'forgery' | 'contents'>,
  some: readonly Variant[] = variants,
): Forged[] {
  return forgery?.(some, identities[contents], extra) ?? [{ lines: [], variants: [] }]
}

export function isSuccess({ status }: Baseline): boolean {
  return status >= 200 && status < 400
}

/**
 * Whether an answer means that the client gets in. A redirect does only if it leads to the same page,
 * because applications also redirect clients that have to log in.
 */
export function isIn(baseline: Baseline, answer: Answer): boolean {
  if (answer.kind !== 'status') return false
  if (baseline.status >= 300 && baseline.status < 400) return isSameRedirect(baseline, answer)
  return answer.status >= 200 && answer.status < 300
}

function isSameRedirect(some: Baseline, other: Baseline): boolean {
  return some.status === other.status && withoutQuery(some) === withoutQuery(other)
}

function withoutQuery({ location }: Baseline): string | undefined {
  return location?.replace(/[?#].*$/s, '')
}

/** Whether a request failed in a way that says nothing about the client. */
export function isSilent({ isDirect }: Check, answer: Answer): boolean {
  if (answer.kind === 'unreachable') return isDirect !== true || answer.code !== 'ECONNREFUSED'
  return answer.kind === 'timeout' || answer.kind === 'untrusted'
}
