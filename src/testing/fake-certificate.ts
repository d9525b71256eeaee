import type { ChainedPeerCertificate } from '../certificate/peer-certificate.js'
import { parseOptions } from '../util/options.js'
import { FAKE_FIELDS, type FakeCertificateFields } from './fake-fields.js'
import { fingerprint } from './test-certificate.js'

const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2'

/**
 * Makes a FAKE: an object with the shape of Node's `tls.PeerCertificate`, for unit tests of a verify
 * callback or a predicate, without TLS and without keys. It isn't a certificate:
 *
 * - It has no bytes: `raw` and `pubkey` are missing. So it can't be sent over TLS or in a header, and the
 *   option `ca` and `allowCA()` reject it.
 * - It expired in 1970 unless you set `valid_to`. So an extractor rejects it if a test double of a socket
 *   shows it.
 * - Its default subject and issuer say that it is a fake.
 *
 * All other `allow*` functions work with it. To test a whole application, use `createTestCa()` instead.
 *
 * @param fields - members in the form in which Node shows them; all have defaults
 * @returns a new object, which you can change
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`
 * @example
 * import { allowCN } from 'passport-client-certificate-auth/helpers'
 * import { fakeClientCertificate } from 'passport-client-certificate-auth/testing'
 *
 * const isAllowed = allowCN('alice')
 * isAllowed(fakeClientCertificate({ subject: { CN: 'alice' } })) // true
 * isAllowed(fakeClientCertificate()) // false
 */
export function fakeClientCertificate(fields: FakeCertificateFields = {}): ChainedPeerCertificate {
  const { values, given } = parseOptions(fields, FAKE_FIELDS)
  const seed = `fake ${JSON.stringify(given)}`
  const digest = (algorithm: string) => fingerprint(seed, algorithm)
  const defaults = {
    subject: nameOf({ O: 'Fake certificate for unit tests', CN: 'fake client' }),
    issuer: nameOf({ CN: 'Fake CA for unit tests' }),
    ca: false,
    valid_from: 'Jan  1 00:00:00 1970 GMT',
    valid_to: 'Dec 31 23:59:59 1970 GMT',
    fingerprint: digest('sha1'),
    fingerprint256: digest('sha256'),
    fingerprint512: digest('sha512'),
    serialNumber: digest('sha256').replaceAll(':', '').slice(0, 32),
    ext_key_usage: [CLIENT_AUTHENTICATION],
  }
  const set = Object.entries(values).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(set) } as unknown as ChainedPeerCertificate
}

function nameOf(attributes: object): object {
  return Object.assign(Object.create(null) as object, attributes)
}
