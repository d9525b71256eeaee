import { test } from 'node:test'
import { createTestCa } from 'passport-client-certificate-auth/testing'
import supertest from 'supertest'
import { createApp } from './app.mjs'

const ca = createTestCa()
const alice = ca.issue({ commonName: 'alice', organization: 'Example' })
const users = new Map([[alice.fingerprint256, { name: 'alice' }]])
// The test plays the proxy, and connects from this machine.
const app = createApp(users, { certificateSource: 'traefik', trustedProxies: 'loopback' })

test('accepts the certificate that the proxy forwards', async () => {
  await supertest(app)
    .get('/me')
    .set('X-Forwarded-Tls-Client-Cert', alice.raw.toString('base64'))
    .expect(200, { user: { name: 'alice' } })
})

test('rejects a request without the header', async () => {
  await supertest(app).get('/me').expect(401)
})
