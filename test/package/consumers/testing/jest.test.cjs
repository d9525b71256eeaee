const { afterAll, beforeAll, expect, test } = require('@jest/globals')
const { createTestCa, startMtlsServer } = require('passport-client-certificate-auth/testing')
const { createApp } = require('./app.cjs')

const ca = createTestCa()
const alice = ca.issue({ commonName: 'alice' })
const mallory = ca.issue({ commonName: 'mallory' })
const users = new Map([[alice.fingerprint256, { name: 'alice' }]])
let server

beforeAll(async () => {
  server = await startMtlsServer({ ca, handler: createApp(users) })
})
afterAll(() => server.close())

test('accepts alice', async () => {
  const response = await server.get('/me', alice)
  expect(response.status).toBe(200)
  expect(response.json()).toEqual({ user: { name: 'alice' } })
})

test('rejects a client that is not a user', async () => {
  const { status } = await server.get('/me', mallory)
  expect(status).toBe(401)
})

test('rejects an expired certificate in the handshake', async () => {
  const expired = ca.issue({ commonName: 'alice', notAfter: new Date(Date.now() - 60_000) })
  await expect(server.get('/me', expired)).rejects.toThrow()
})
