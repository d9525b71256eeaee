import type { Identity } from '../forge.js'
import type { Line } from './forgeries.js'
import { type Answer, sendRequest, type Target } from './request.js'

/** The most requests that one run sends. */
export const MAX_REQUESTS = 60

/** The run has sent all the requests that it may send. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached'
}

/** Sends the requests of one run, and counts them. */
export interface Sender {
  /**
   * @param isLast - whether this request may take the last place, which is kept for comparing the good
   *   certificate's answer again
   * @throws LimitReached instead of sending more requests than the run may send
   */
  send(
    target: Target,
    client: Identity | undefined,
    lines: readonly Line[],
    isLast?: boolean,
  ): Promise<Answer>
  /** The number of requests so far. */
  readonly count: number
}

/**
 * @param limit - the most requests
 * @param request - sends one of them
 */
export function createSender(
  limit: number = MAX_REQUESTS,
  request: typeof sendRequest = sendRequest,
): Sender {
  let count = 0
  return {
    async send(target, client, lines, isLast = false) {
      if (count >= (isLast ? limit : limit - 1)) throw new LimitReached()
      count += 1
      return request(target, client, lines)
    },
    get count() {
      return count
    },
  }
}
