import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestCa, startMtlsServer } from 'passport-client-certificate-auth/testing'
import { createApp } from './app.mjs'

const ca = createTestCa()
const alice = ca.issue({ commonName: 'alice', organization: 'Example' })
const mallory = ca.issue({ commonName: 'mallory', organization: 'Example' })
const users = new Map([[alice.fingerprint256, { name: 'alice' }]])
let server

beforeAll(async () => {
  server = await startMtlsServer({ ca, handler: createApp(users) })
})
afterAll(() => server.close())

test('accepts alice', async () => {
  const response = await server.get('/me', alice)
  expect(response.json()).toEqual({ user: { name: 'alice' } })
})

test('rejects a client that is not a user', async () => {
  const { status } = await server.get('/me', mallory)
  expect(status).toBe(401)
})
