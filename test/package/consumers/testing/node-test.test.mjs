import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createTestCa, startMtlsServer } from 'passport-client-certificate-auth/testing'
import { createApp } from './app.mjs'

const ca = createTestCa()
const alice = ca.issue({ commonName: 'alice', organization: 'Example' })
const mallory = ca.issue({ commonName: 'mallory', organization: 'Example' })
const users = new Map([[alice.fingerprint256, { name: 'alice' }]])
let server

before(async () => {
  server = await startMtlsServer({ ca, handler: createApp(users) })
})
after(() => server.close())

test('accepts alice', async () => {
  const response = await server.get('/me', alice)
  assert.equal(response.status, 200)
  assert.deepEqual(response.json(), { user: { name: 'alice' } })
})

test('rejects a client that is not a user', async () => {
  const { status } = await server.get('/me', mallory)
  assert.equal(status, 401)
})

test('rejects a client of another CA in the handshake', async () => {
  const impostor = createTestCa().issue({ commonName: 'alice', organization: 'Example' })
  await assert.rejects(server.get('/me', impostor))
})
