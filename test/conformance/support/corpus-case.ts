import type { ExtractionFailureReason, ExtractorOptions } from '../../../src/extractor/index.js'
import type { AdapterName } from './adapters.js'
import type { Identities, IdentityName } from './identities.js'

/** One header line, exactly as sent: names may repeat, and differ in case. */
export type Line = readonly [name: string, value: string]

/** The key and certificate that a TLS client presents, if any. */
export interface TlsClient {
  readonly key?: string
  readonly cert?: string
}

/** A request as data, the same for every adapter. */
export type CaseRequest =
  | { readonly over: 'http'; readonly lines: readonly Line[] }
  | { readonly over: 'tls'; readonly lines: readonly Line[]; readonly client: TlsClient }
  | { readonly over: 'lambda'; readonly event: object }

/** The decision of an adapter on a request. */
export type Outcome =
  | {
      readonly decision: 'accepted'
      readonly fingerprint256: string
      readonly issuers: readonly string[]
    }
  | { readonly decision: 'rejected'; readonly reason: string; readonly status: number }

/** The expected outcome, with the names of certificates instead of their fingerprints. */
export type Expected =
  | {
      readonly accepted: IdentityName
      readonly issuers: readonly IdentityName[]
      /** Set if the issuers come from Node, because some versions of Node don't show them. */
      readonly fromSocket?: true
    }
  | { readonly rejected: Reason }

/** No client can cause the reason that is left out. */
export type Reason = Exclude<ExtractionFailureReason, 'certificate_not_retrievable'>

export interface CorpusCase {
  readonly title: string
  readonly request: (certs: Identities) => CaseRequest
  readonly expected: Expected
  /** Adapters that can't run this case, although they run others like it, and why. */
  readonly except?: Readonly<Partial<Record<AdapterName, string>>>
  /** Adapters that decide differently, and why we accept that. */
  readonly differs?: Readonly<Partial<Record<AdapterName, Difference>>>
}

export interface Difference {
  readonly expected: Expected
  readonly why: string
}

export interface CaseGroup {
  readonly title: string
  readonly options: (certs: Identities) => ExtractorOptions
  readonly cases: readonly CorpusCase[]
}

export function accepted(name: IdentityName, ...issuers: IdentityName[]): Expected {
  return { accepted: name, issuers }
}

export function rejected(reason: Reason): Expected {
  return { rejected: reason }
}

export function overHttp(
  title: string,
  expected: Expected,
  lines: (certs: Identities) => readonly Line[],
): CorpusCase {
  return { title, expected, request: (certs) => ({ over: 'http', lines: lines(certs) }) }
}

/** A request of a TLS client, with or without header lines. */
export function overTls(
  title: string,
  expected: Expected,
  client: (certs: Identities) => TlsClient,
  lines: (certs: Identities) => readonly Line[] = () => [],
): CorpusCase {
  const request = (certs: Identities): CaseRequest => {
    const { key, cert } = client(certs)
    const presented = key === undefined || cert === undefined ? {} : { key, cert }
    return { over: 'tls', client: presented, lines: lines(certs) }
  }
  return { title, expected, request }
}
