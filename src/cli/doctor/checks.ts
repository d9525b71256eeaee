import type { AdviceName } from './advice.js'
import {
  dropped,
  droppedVerifyHeaders,
  empty,
  type Forgery,
  plain,
  replaced,
  twice,
  underscores,
  verifyHeaders,
} from './forgeries.js'

/** The client of a check, as the table shows it. */
export const CLIENTS = {
  good: 'the good certificate',
  none: 'no certificate',
  selfSigned: 'a self-signed certificate',
  namesake: 'a certificate of a false CA',
  other: 'the other certificate',
} as const

export type ClientName = keyof typeof CLIENTS

/** A certificate to write into headers instead of the good one. */
export type ComparedName = 'damaged' | 'namesake' | 'other'

/** One thing that a run tries. A check without forged headers is the control of those with them. */
export interface Check {
  readonly name: string
  readonly client: ClientName
  /** Default: the URL. */
  readonly isDirect?: true
  /** The forged headers, as the table describes them. */
  readonly headers?: string
  readonly forgery?: Forgery
  /** The certificate in the headers. Default: the good one. */
  readonly contents?: 'good' | 'namesake'
  /**
   * Compares the answers to the good certificate in the headers and to these, instead of looking for an
   * answer that means success.
   */
  readonly compared?: readonly ComparedName[]
  /** Explains a client that gets in; `undefined` if it may. */
  readonly advice: AdviceName | undefined
}

/** Every check, in the order in which a run makes them. The last ones may not fit into a run. */
export const CHECKS: readonly Check[] = [
  { name: 'no-certificate', client: 'none', advice: 'unprotected' },
  { name: 'self-signed', client: 'selfSigned', advice: 'unverified' },
  { name: 'false-ca', client: 'namesake', advice: 'unverified' },
  { name: 'other', client: 'other', advice: undefined },
  { name: 'direct', client: 'none', isDirect: true, advice: 'openPort' },
  {
    name: 'forged',
    client: 'none',
    headers: 'as proxies write them',
    forgery: plain,
    advice: 'forged',
  },
  {
    name: 'direct-forged',
    client: 'none',
    isDirect: true,
    headers: 'as proxies write them',
    forgery: plain,
    advice: 'openPort',
  },
  {
    name: 'good-forged',
    client: 'good',
    headers: 'as proxies write them, compared',
    forgery: plain,
    compared: ['damaged', 'namesake', 'other'],
    advice: 'read',
  },
  {
    name: 'self-signed-forged',
    client: 'selfSigned',
    headers: 'as proxies write them',
    forgery: plain,
    advice: 'forged',
  },
  {
    name: 'self-signed-verify-headers',
    client: 'selfSigned',
    headers: 'verify headers alone',
    forgery: verifyHeaders,
    advice: 'verifyHeader',
  },
  {
    name: 'self-signed-dropped',
    client: 'selfSigned',
    headers: 'verify headers dropped',
    forgery: droppedVerifyHeaders,
    advice: 'dropped',
  },
  {
    name: 'other-forged',
    client: 'other',
    headers: 'as proxies write them',
    forgery: plain,
    advice: 'forged',
  },
  {
    name: 'underscores',
    client: 'none',
    headers: 'with _ instead of -',
    forgery: underscores,
    advice: 'spelling',
  },
  {
    name: 'twice',
    client: 'none',
    headers: 'twice, in two letter cases',
    forgery: twice,
    advice: 'twice',
  },
  {
    name: 'replaced',
    client: 'none',
    headers: 'with _, and - dropped',
    forgery: replaced,
    advice: 'spelling',
  },
  {
    name: 'dropped',
    client: 'none',
    headers: 'alone, verify headers dropped',
    forgery: dropped,
    advice: 'dropped',
  },
  {
    name: 'good-underscores',
    client: 'good',
    headers: 'with _ instead of -, compared',
    forgery: underscores,
    compared: ['damaged'],
    advice: 'readSpelling',
  },
  {
    name: 'good-replaced',
    client: 'good',
    headers: 'with _, and - dropped, compared',
    forgery: replaced,
    compared: ['damaged'],
    advice: 'readSpelling',
  },
  { name: 'empty', client: 'none', headers: 'empty', forgery: empty, advice: 'verifyHeader' },
  {
    name: 'verify-headers',
    client: 'none',
    headers: 'verify headers alone',
    forgery: verifyHeaders,
    advice: 'verifyHeader',
  },
  {
    name: 'forged-false-ca',
    client: 'none',
    headers: 'with a certificate of a false CA',
    forgery: plain,
    contents: 'namesake',
    advice: 'forged',
  },
  {
    name: 'self-signed-forged-false-ca',
    client: 'selfSigned',
    headers: 'with a certificate of a false CA',
    forgery: plain,
    contents: 'namesake',
    advice: 'forged',
  },
]
