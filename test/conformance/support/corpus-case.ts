import type { ExtractorOptions } from '../../../src/extractor/index.js'
import type { AdapterName } from './adapters.js'
import type { Identities, IdentityName } from './identities.js'

/** One header line, as it goes over the wire: names may repeat, and differ in case. */
export type Line = readonly [name: string, value: string]

/** Key and certificate that a TLS client shows, if any. */
export interface TlsClient {
  readonly key?: string
  readonly cert?: string
}

/** A request as data, for every adapter alike. */
export type CaseRequest =
  | { readonly over: 'http'; readonly lines: readonly Line[] }
  | { readonly over: 'tls'; readonly lines: readonly Line[]; readonly client: TlsClient }
  | { readonly over: 'lambda'; readonly event: object }

/** What an adapter made of a request. */
export type Outcome =
  | {
      readonly decision: 'accepted'
      readonly fingerprint256: string
      /** Fingerprints along `issuerCertificate`. */
      readonly issuers: readonly string[]
    }
  | { readonly decision: 'refused'; readonly reason: string; readonly status: number }

/** What is expected, with the names of certificates in place of their fingerprints. */
export type Expected =
  | {
      readonly accepted: IdentityName
      readonly issuers: readonly IdentityName[]
      /** Whether the issuers are Node's, some versions of which show none. */
      readonly fromSocket?: true
    }
  | { readonly refused: Reason }

export type Reason =
  | 'socket_not_authorized'
  | 'header_missing_or_malformed'
  | 'verification_header_mismatch'
  | 'untrusted_proxy'
  | 'certificate_expired'
  | 'certificate_not_yet_valid'
  | 'lambda_event_missing_clientcert'
  | 'lambda_event_clientcert_malformed'

export interface CorpusCase {
  readonly title: string
  readonly request: (who: Identities) => CaseRequest
  readonly expected: Expected
  /** Adapters at which this case cannot be tried although others of its kind can, and why. */
  readonly except?: Readonly<Partial<Record<AdapterName, string>>>
  /** Adapters at which something else happens, and why that is known and accepted. */
  readonly differs?: Readonly<Partial<Record<AdapterName, Difference>>>
}

export interface Difference {
  readonly expected: Expected
  readonly why: string
}

/** Cases with the same options, so that each adapter is opened once for all of them. */
export interface CaseGroup {
  readonly title: string
  readonly options: (who: Identities) => ExtractorOptions
  readonly cases: readonly CorpusCase[]
}

export function accepted(name: IdentityName, ...issuers: IdentityName[]): Expected {
  return { accepted: name, issuers }
}

export function refused(reason: Reason): Expected {
  return { refused: reason }
}

/** A request with these header lines over plain HTTP. */
export function overHttp(
  title: string,
  expected: Expected,
  lines: (who: Identities) => readonly Line[],
): CorpusCase {
  return { title, expected, request: (who) => ({ over: 'http', lines: lines(who) }) }
}

/** A request of a TLS client, with header lines or without. */
export function overTls(
  title: string,
  expected: Expected,
  client: (who: Identities) => TlsClient,
  lines: (who: Identities) => readonly Line[] = () => [],
): CorpusCase {
  const request = (who: Identities): CaseRequest => {
    const { key, cert } = client(who)
    const own = key === undefined || cert === undefined ? {} : { key, cert }
    return { over: 'tls', client: own, lines: lines(who) }
  }
  return { title, expected, request }
}
