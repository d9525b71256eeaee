import { invalidValue, kindOf } from '../../util/errors.js'
import { type CertificateSource, loadCertificates } from '../load.js'
import { checkCa } from '../rules.js'
import { type CrlSource, loadLists, parseCrlSources } from './load.js'
import { runInSlices } from './slices.js'

/** The result of {@link readCrlDates}. */
export interface CrlDates {
  /** When the CA made the list, in milliseconds since the epoch. */
  readonly thisUpdateMs: number
  /** When the next list comes at the latest, in milliseconds since the epoch; `undefined` if the list doesn't say. */
  readonly nextUpdateMs: number | undefined
}

const CA = { name: 'ca', noun: 'CA certificate', labels: /^(?:X509 )?CERTIFICATE$/ }

/**
 * Reads the dates of a revocation list, so that you can tell whether it is newer than another one and when
 * to download the next. Checks that it is a complete list with the name of your CA, but doesn't verify its
 * signature, because `trust.replace()` does. Reads a large list in slices of some milliseconds.
 *
 * @param crl - one list, in PEM or DER
 * @param ca - the CA whose list it has to be, as `createTrustStore()` takes it
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, as a rejected promise, if the
 *   list or the CA can't be used
 * @example
 * import { readCrlDates } from 'passport-client-certificate-auth/trust'
 *
 * const { nextUpdateMs } = await readCrlDates(crl, ca)
 */
export async function readCrlDates(crl: CrlSource, ca: CertificateSource): Promise<CrlDates> {
  const cas = loadCertificates(ca, CA, checkCa)
  const lists = await runInSlices(loadLists('crl', parseCrlSources('crl', crl)))
  const [list] = lists
  if (list === undefined || lists.length > 1)
    throw invalidValue('crl', `must be one list, but there are ${lists.length}`, kindOf(crl))
  if (!cas.some(({ subject }) => subject === list.issuer)) {
    const problem =
      "isn't from the CA: the name of its issuer is another one. Pass the list of this CA"
    throw invalidValue('crl', problem, kindOf(crl))
  }
  const { thisUpdateMs, nextUpdateMs } = list
  return { thisUpdateMs, nextUpdateMs }
}
