import type { SocketDetail } from './result.js'

/** OpenSSL's codes, as Node shows them in `authorizationError`. All others are `other`. */
const DETAILS: ReadonlyMap<string, SocketDetail> = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self_signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'untrusted_ca'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'untrusted_ca'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'untrusted_ca'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'untrusted_ca'],
  ['CERT_SIGNATURE_FAILURE', 'untrusted_ca'],
  ['CERT_UNTRUSTED', 'untrusted_ca'],
  ['CERT_HAS_EXPIRED', 'expired'],
  ['CERT_NOT_YET_VALID', 'not_yet_valid'],
  ['INVALID_PURPOSE', 'wrong_purpose'],
  ['CERT_REVOKED', 'revoked'],
])

/** @param code - why Node didn't accept a certificate that the client sent */
export function detailOfCode(code: string | undefined): SocketDetail {
  return DETAILS.get(code ?? '') ?? 'other'
}

/** Such as `CERT_HAS_EXPIRED`. Node gives OpenSSL's text, with spaces, where it knows no code. */
export function readCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : error
  return typeof code === 'string' && /^[A-Z0-9_/]+$/.test(code) ? code : undefined
}
