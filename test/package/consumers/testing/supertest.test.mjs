import { after, before, test } from 'node:test'
import { createTestCa, startMtlsServer } from 'passport-client-certificate-auth/testing'
import supertest from 'supertest'
import { createApp } from './app.mjs'

const ca = createTestCa()
const alice = ca.issue({ commonName: 'alice', organization: 'Example' })
const users = new Map([[alice.fingerprint256, { name: 'alice' }]])
let server

before(async () => {
  server = await startMtlsServer({ ca, handler: createApp(users) })
})
after(() => server.close())

test('accepts alice', async () => {
  await supertest(server.url)
    .get('/me')
    .ca(ca.ca)
    .cert(alice.chain)
    .key(alice.key)
    .expect(200, { user: { name: 'alice' } })
})
