const assert = require('node:assert/strict')
const { after, before, describe, it } = require('mocha')
const { createTestCa, startMtlsServer } = require('passport-client-certificate-auth/testing')
const { createApp } = require('./app.cjs')

describe('GET /me', () => {
  const ca = createTestCa()
  const alice = ca.issue({ commonName: 'alice' })
  const mallory = ca.issue({ commonName: 'mallory' })
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
