import { UsageError } from '../command.js'
import type { Answer, Target } from './request.js'
import { type Baseline, isIn, isSuccess, type Run } from './run.js'

/** With these, the application rejects the good certificate. A forged header may still get in. */
const REJECTED: readonly number[] = [401, 403]

/**
 * Checks that other answers can be compared with the one to the good certificate.
 *
 * @throws UsageError
 */
export function assertComparable(answer: Answer, target: Target): Baseline {
  const isComparable =
    answer.kind === 'status' && (isSuccess(answer) || REJECTED.includes(answer.status))
  if (isComparable) return answer
  throw new UsageError(explain(answer, target))
}

function explain(answer: Answer, { host, port, name, timeoutMs }: Target): string {
  switch (answer.kind) {
    case 'status':
      return (
        `the good certificate gets ${answer.status}, which isn't a success, so nothing can be compared; ` +
        'name a path where it gets in'
      )
    case 'untrusted':
      return (
        `the certificate of ${name} isn't trusted (${answer.code}); pass the CA that issued it with --ca, ` +
        'or accept any server with --insecure'
      )
    case 'unreachable':
      return `there is no connection to ${host}, port ${port} (${answer.code}); check the URL`
    case 'timeout':
      return `${host}, port ${port}, doesn't answer the good certificate within ${timeoutMs / 1000} s`
    case 'closed':
      return (
        `${host}, port ${port}, closed the connection instead of answering the good certificate` +
        `${answer.code === undefined ? '' : ` (${answer.code})`}; check that the server accepts it, and HTTP/1.1`
      )
  }
}

/**
 * Checks, at the end of a run in which no client got in, that the good certificate still does.
 *
 * @throws UsageError
 */
export function assertSame(run: Run, last: Answer): void {
  const { baseline, sender } = run
  if (!isSuccess(baseline)) {
    throw new UsageError(
      `the good certificate gets ${baseline.status}, which isn't a success, so nothing can be compared; ` +
        'name a path where it gets in. No client with forged headers gets in either',
    )
  }
  if (isIn(baseline, last)) return
  const found = last.kind === 'status' ? String(last.status) : 'no answer'
  throw new UsageError(
    `after ${sender.count} requests, the good certificate gets ${found} instead of ${baseline.status}, ` +
      'so the other answers prove nothing; switch a rate limit off for this address, and run again',
  )
}
