import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { createTestCa, startMtlsServer } from 'passport-client-certificate-auth/testing'
import { createApp } from './app.mjs'

describe('GET /me', () => {
  const ca = createTestCa()
  const alice = ca.issue({ commonName: 'alice', organization: 'Example' })
  const mallory = ca.issue({ commonName: 'mallory', organization: 'Example' })
  const users = new Map([[alice.fingerprint256, { name: 'alice' }]])
  let server

  before(async () => {
    server = await startMtlsServer({ ca, handler: createApp(users) })
  })
  after(() => server.close())

  it('accepts alice', async () => {
    const response = await server.get('/me', alice)
    assert.deepEqual(response.json(), { user: { name: 'alice' } })
  })

  it('rejects a client that is not a user', async () => {
    const { status } = await server.get('/me', mallory)
    assert.equal(status, 401)
  })
})
