import type { ChainedPeerCertificate } from '../../../src/certificate/peer-certificate.js'
import type { ExtractionResult, ExtractorOptions } from '../../../src/extractor/index.js'
import type { CaseRequest, Outcome } from './corpus-case.js'

/**
 * One of the ways to use the package: with Passport, as a middleware, in a Lambda function and so
 * on.
 */
export interface Adapter {
  /** Why this adapter can't receive such a request, or can't be used with these options. */
  readonly cannot: (request: CaseRequest, options: ExtractorOptions) => string | undefined
  readonly open: (options: ExtractorOptions) => OpenAdapter
}

/** An adapter with one set of options. */
export interface OpenAdapter {
  readonly send: (request: CaseRequest) => Promise<Outcome>
  readonly close: () => Promise<void>
}

/** The response that a client of an adapter got. */
export interface Answer {
  readonly status: number
  readonly body: string
}

/** Collects the decision of the adapter on each request: the reason for a rejection, or `null`. */
export class Log {
  private readonly entries: (string | null)[] = []

  readonly hooks = {
    onAuthenticated: (): void => {
      this.note(null)
    },
    onRejected: (_cert: unknown, _req: unknown, reason: string): void => {
      this.note(reason)
    },
  }

  note(reason: string | null): void {
    this.entries.push(reason)
  }

  /** The decision on the one request since the last call. */
  take(): string | null {
    const [entry, ...others] = this.entries.splice(0)
    if (entry === undefined || others.length > 0) {
      throw new Error(
        `Expected one decision, but got ${entry === undefined ? 0 : others.length + 1}`,
      )
    }
    return entry
  }
}

/** The body for an accepted client: the fingerprints of its certificate and of the issuers. */
export function describeClient(certificate: ChainedPeerCertificate): string[] {
  const path: string[] = []
  let current: ChainedPeerCertificate | undefined = certificate
  for (; current !== undefined && path.length <= 20; current = current.issuerCertificate) {
    path.push(current.fingerprint256)
  }
  return path
}

/** For adapters that only return a result, so the test has to write the response. */
export function answerWith(result: ExtractionResult, log: Log): Answer {
  log.note(result.reason)
  return result.success
    ? { status: 200, body: JSON.stringify(describeClient(result.certificate)) }
    : { status: 401, body: 'Unauthorized' }
}

/** The response to the client and the decision that the adapter reported must agree. */
export function toOutcome({ status, body }: Answer, log: Log): Outcome {
  const reason = log.take()
  if ((status === 200) !== (reason === null)) {
    throw new Error(`The client got ${status} ${body}, but the adapter reported ${String(reason)}`)
  }
  if (reason !== null) return { decision: 'rejected', reason, status }
  const [fingerprint256 = '', ...issuers] = JSON.parse(body) as string[]
  return { decision: 'accepted', fingerprint256, issuers }
}
