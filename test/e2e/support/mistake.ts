import type { Edit, Trial } from './first-example.js'

/** A mistake, and the output that a person sees. */
export interface Mistake extends Trial {
  /** The application's output, without the line that says that it listens. Default: an empty string. */
  readonly stdout?: string
  /** Default: an empty string. */
  readonly stderr?: string
  /** The output of curl; `undefined` if the application doesn't start. */
  readonly seen?: string | RegExp
}

/**
 * curl's words for a connection that the server has ended depend on its version, and on whether the
 * request was still to be sent, was sent, or was about to be answered.
 */
export const CURL_WAS_CUT_OFF =
  /^curl: \((?:52\) Empty reply from server|5[56]\) .*(?:Connection reset by peer|Broken pipe|errno (?:0|32|104)).*)$/

/** Sends the request with the certificate of another client of `test-certs`. */
export function asClient(name: string): Edit[] {
  return [['--cert alice.pem --key alice.key', `--cert ${name}.pem --key ${name}.key`]]
}

export const WITHOUT_CERTIFICATE: readonly Edit[] = [[' --cert alice.pem --key alice.key', '']]

/** The environment in which the README says to start an application that rejects a request. */
export const TRACE = { NODE_DEBUG: 'passport-client-certificate-auth' }
