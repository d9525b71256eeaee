import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  createSelfSignedCertificate,
  createTestCa,
  startMtlsServer,
} from 'passport-client-certificate-auth/testing'
import { createApp } from './app.mjs'

const ca = createTestCa()
const subject = { commonName: 'alice', organization: 'Example' }
const inAnHour = new Date(Date.now() + 3_600_000)
const anHourAgo = new Date(Date.now() - 3_600_000)

const rejected = {
  'that has expired': ca.issue({ ...subject, notAfter: anHourAgo }),
  "that isn't valid yet": ca.issue({ ...subject, notBefore: inAnHour }),
  'that is self-signed': createSelfSignedCertificate(subject),
  'that another CA issued': createTestCa().issue(subject),
  'for servers only': ca.issue({ ...subject, usage: 'server' }),
}

const alice = ca.issue(subject)
const users = new Map(
  [alice, ...Object.values(rejected)].map((cert) => [cert.fingerprint256, { name: 'alice' }]),
)
let server

before(async () => {
  const tls = { rejectUnauthorized: false }
  server = await startMtlsServer({ ca, handler: createApp(users), tls })
})
after(() => server.close())

for (const [title, certificate] of Object.entries(rejected)) {
  test(`rejects a certificate ${title}`, async () => {
    const { status } = await server.get('/me', certificate)
    assert.equal(status, 401)
  })
}

test('rejects a client without a certificate', async () => {
  const { status } = await server.get('/me')
  assert.equal(status, 401)
})

test('accepts a certificate of an intermediate CA', async () => {
  const bob = ca.createIntermediate().issue({ commonName: 'bob', organization: 'Example' })
  users.set(bob.fingerprint256, { name: 'bob' })
  const response = await server.get('/me', bob)
  assert.deepEqual(response.json(), { user: { name: 'bob' } })
})
