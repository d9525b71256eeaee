import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClientCertificate } from 'passport-client-certificate-auth/testing'
import { findUser } from './find-user.mjs'

test('finds the user of a certificate', () => {
  const cert = fakeClientCertificate({ subject: { CN: 'alice', O: 'Example' } })
  const users = new Map([[cert.fingerprint256, { name: 'alice' }]])
  assert.deepEqual(findUser(users, cert), { name: 'alice' })
})

test('finds no user in another organization', () => {
  const cert = fakeClientCertificate({ subject: { CN: 'alice', O: 'Elsewhere' } })
  const users = new Map([[cert.fingerprint256, { name: 'alice' }]])
  assert.equal(findUser(users, cert), undefined)
})
