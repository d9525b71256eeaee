import { extension, oid, seq, tlv, utcTime } from '../../support/der-writer.js'
import { crlOf, entryOf } from '../../support/crl-writer.js'
import { type Holder, issue } from '../../support/der-chain.js'
import type { Vectors } from './data.js'

/** Vectors in the documented forms, small and made here: one valid and one invalid path for each suite. */

const CLIENT = 'client.example.org'

const withPolicy = extension('2.5.29.32', seq(seq(oid('1.2.3.1'))))
const withHost = extension('2.5.29.17', seq(tlv(0x82, Buffer.from(CLIENT))))
const root = issue({ subject: 'root', ca: true })
const otherRoot = issue({ subject: 'other root', ca: true })
const leaf = issue({ subject: CLIENT, by: root, extensions: [withHost, withPolicy] })
/** The list of the root, with these entries. */
const listOf = (entries: Buffer[]): string =>
  crlOf({
    issuer: 'root',
    signer: root.privateKey,
    entries,
    thisUpdate: utcTime('250101000000Z'),
    nextUpdate: utcTime('270101000000Z'),
  }).toString('base64')

const base64 = ({ der }: Holder): string => der.toString('base64')

const TIME = '2026-01-01T00:00:00Z'

function pkits(): Vectors['pkits'] {
  const common = {
    section: 'Signatures',
    initialPolicySet: ['2.5.29.32.0'],
    initialExplicitPolicy: false,
    initialPolicyMappingInhibit: false,
    initialInhibitAnyPolicy: false,
    time: TIME,
    features: [],
  }
  const test = { ...common, id: '1', certs: ['root', 'leaf'], crls: ['empty'], valid: true }
  return {
    certificates: { root: base64(root), other: base64(otherRoot), leaf: base64(leaf) },
    crls: { empty: listOf([]), full: listOf([entryOf(0x1234)]) },
    tests: [
      { ...test, key: 'valid', userConstrainedPolicySet: ['1.2.3.1'] },
      { ...test, key: 'invalid', certs: ['other', 'leaf'], valid: false },
      {
        ...test,
        key: 'revoked',
        section: 'Revocation',
        crls: ['full'],
        valid: false,
        features: ['verdict-depends-on-crl'],
      },
    ],
  }
}

function bettertls(): Vectors['bettertls'] {
  const common = { features: [], soft: false, openssl: 'ok', host: CLIENT }
  const valid = { ...common, chain: [2], expected: 'ACCEPT' as const }
  const invalid = { ...common, chain: [3], expected: 'REJECT' as const }
  const stranger = issue({ subject: CLIENT, by: otherRoot, extensions: [withHost] })
  return {
    validAt: TIME,
    trustRoot: 0,
    certificates: [root, otherRoot, leaf, stranger].map(base64),
    tests: [
      { ...valid, suite: 'pathbuilding', id: 0 },
      { ...invalid, suite: 'pathbuilding', id: 1 },
      { ...valid, suite: 'nameconstraints', id: 0 },
      { ...invalid, suite: 'nameconstraints', id: 1 },
      // The path is valid, but the certificate is for another host.
      { ...valid, suite: 'nameconstraints', id: 2, host: 'example.com', expected: 'REJECT' },
      // Both results are tolerated.
      { ...valid, suite: 'nameconstraints', id: 3, expected: 'REJECT', soft: true },
    ],
  }
}

function limbo(): Vectors['limbo'] {
  const test = {
    features: [],
    validation_kind: 'CLIENT' as const,
    trusted_certs: [root.pem],
    untrusted_intermediates: [],
    peer_certificate: leaf.pem,
    validation_time: null,
    extended_key_usage: [],
    expected_peer_name: null,
    max_chain_depth: null,
  }
  return {
    testcases: [
      { ...test, id: 'client::valid', expected_result: 'SUCCESS' },
      {
        ...test,
        id: 'client::untrusted',
        trusted_certs: [otherRoot.pem],
        expected_result: 'FAILURE',
      },
      {
        ...test,
        id: 'crl::revoked',
        crls: [listOf([entryOf(0x1234)])],
        expected_result: 'FAILURE',
      },
    ],
  }
}

export const createVectors = (): Vectors => ({
  pkits: pkits(),
  bettertls: bettertls(),
  limbo: limbo(),
})
