import type { ChainedPeerCertificate } from '../../../src/certificate/peer-certificate.js'
import type { ExtractionResult, ExtractorOptions } from '../../../src/extractor/index.js'
import type { CaseRequest, Outcome } from './corpus-case.js'

/** One of the places where the package can be asked who a client is. */
export interface Adapter {
  /** Why no request of this kind, or no server with these options, can be had here; if so. */
  readonly cannot: (request: CaseRequest, options: ExtractorOptions) => string | undefined
  readonly open: (options: ExtractorOptions) => OpenAdapter
}

/** An adapter with one set of options. */
export interface OpenAdapter {
  readonly ask: (request: CaseRequest) => Promise<Outcome>
  readonly close: () => Promise<void>
}

/** What a client of an adapter got. */
export interface Answer {
  readonly status: number
  readonly body: string
}

/** What the adapter itself says about each request: why it refused, or `null`. */
export class Log {
  private readonly entries: (string | null)[] = []

  /** For the options of a strategy or a middleware. */
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

  /** What was said about the one request since the last call. */
  take(): string | null {
    const [entry, ...others] = this.entries.splice(0)
    if (entry === undefined || others.length > 0) {
      throw new Error(`One decision was expected, but there were ${others.length + 1}, or none`)
    }
    return entry
  }
}

/** What an accepted client is sent: the fingerprints of its certificate and of the issuers. */
export function describeClient(certificate: ChainedPeerCertificate): string[] {
  const path: string[] = []
  let current: ChainedPeerCertificate | undefined = certificate
  for (; current !== undefined && path.length <= 20; current = current.issuerCertificate) {
    path.push(current.fingerprint256)
  }
  return path
}

/** For adapters that have no answer of their own, but give a result. */
export function answerWith(result: ExtractionResult, log: Log): Answer {
  log.note(result.reason)
  return result.success
    ? { status: 200, body: JSON.stringify(describeClient(result.certificate)) }
    : { status: 401, body: 'Unauthorized' }
}

/** What the client got and what the adapter said must be the same decision. */
export function toOutcome({ status, body }: Answer, log: Log): Outcome {
  const reason = log.take()
  if ((status === 200) !== (reason === null)) {
    throw new Error(`The client got ${status} ${body}, but the adapter says ${String(reason)}`)
  }
  if (reason !== null) return { decision: 'refused', reason, status }
  const [fingerprint256 = '', ...issuers] = JSON.parse(body) as string[]
  return { decision: 'accepted', fingerprint256, issuers }
}
