import type { X509Certificate } from 'node:crypto'

/** The parts of a trust store that its judges use, so that a test can give them a wrong one. */

export interface JudgedOptions {
  readonly ca: readonly Buffer[]
  readonly intermediates?: readonly Buffer[]
  readonly policies?: readonly string[]
  readonly requireExplicitPolicy?: boolean
  readonly inhibitPolicyMapping?: boolean
  readonly inhibitAnyPolicy?: boolean
  readonly extendedKeyUsage?: readonly string[]
  readonly anyExtendedKeyUsage?: boolean
  readonly maxDepth?: number
  readonly crl?: readonly Buffer[]
}

export type JudgedVerdict =
  | {
      readonly ok: true
      readonly path: readonly X509Certificate[]
      readonly policies: readonly string[]
    }
  | { readonly ok: false; readonly reason: string; readonly detail?: string | undefined }

export interface JudgedStore {
  validate(
    certificate: Buffer,
    options?: { readonly intermediates?: readonly Buffer[]; readonly now?: number },
  ): JudgedVerdict
}

/** Creates a store, or throws where the anchors aren't acceptable. */
export type CreateStore = (options: JudgedOptions) => JudgedStore

export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
export const ANY_POLICY = '2.5.29.32.0'
