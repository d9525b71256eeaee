import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'

const DIRECTORY = fileURLToPath(new URL('../../examples', import.meta.url))

/** A line that shows that the example worked. */
const EXAMPLES: Record<string, RegExp> = {
  'behind-a-proxy.js': /^alice, verified: 200 \{"user":\{"name":"alice"\}\}$/m,
  'bun.js': /^an impostor named alice: 401 Unauthorized$/m,
  'cluster.js':
    /^200 worker ([12]), full handshake, .+\n200 worker (?!\1)[12], session resumed, \{"name":"alice"\}$/m,
  'connect.js': /^bob, not an administrator: 403 Forbidden$/m,
  'demo.js': /^who +how +status +reason$/m,
  'direct-tls.js': /^an impostor named alice: 401 Unauthorized$/m,
  'drop-in.cjs': /^ann: 200 \{"name":"ann"\}$/m,
  'fastify.js': /^alice, an administrator: 200 \{"user":\{"name":"alice","isAdmin":true\}\}$/m,
  'fetch.js': /^alice's header from 198\.51\.100\.7: 401 \{"reason":"untrusted_proxy"\}$/m,
  'hono.js': /^an impostor named alice: 401 Unauthorized$/m,
  'http2.js': /^alice, over HTTP\/1\.1: 200 .* over HTTP\/1\.1$/m,
  'koa.js': /^carol, with the database down: 500 Internal Server Error$/m,
  'lambda.js':
    /^HTTP API, serverless-express: alice: 200 \{"user":\{"name":"alice","isAdmin":true\}\}$/m,
  'middleware.js':
    /^bob, not an administrator: 403 \{"status":403,"reason":"predicate_returned_false"\}$/m,
  'nest.js': /^mallory, not a user: 401 \{"message":"Unauthorized","statusCode":401\}$/m,
  'reload.js': /^alice, on a new connection: 401 Unauthorized$/m,
  'socket-io.js': /^bob, in alice's session: 400 /m,
  'user-lookup.js':
    /^\{"event":"authenticated","url":"\/","fingerprint":"[0-9A-F]{2}(:[0-9A-F]{2}){31}"\}$/m,
  'websocket.js': /^alice, later: closed, 1008 certificate expired$/m,
}

/** Rejects if the exit code isn't 0. */
async function run(name: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [name], { cwd: DIRECTORY })
  return stdout
}

describe('the examples', () => {
  it('are all tested here', () => {
    const files = readdirSync(DIRECTORY, { withFileTypes: true }).filter((entry) => entry.isFile())

    expect(files.map(({ name }) => name)).to.have.members(Object.keys(EXAMPLES))
  })

  for (const [name, line] of Object.entries(EXAMPLES)) {
    it(`${name} runs to its end, and prints the expected line`, async () => {
      expect(await run(name)).to.match(line)
    })
  }

  it('the audit log of user-lookup.js has the reason for each rejection', async () => {
    const lines = (await run('user-lookup.js')).split('\n').filter((line) => line.startsWith('{'))
    const entries = lines.map((line) => JSON.parse(line) as Record<string, string>)

    expect(entries.map(({ event, reason }) => [event, reason])).to.deep.equal([
      ['authenticated', undefined],
      ['rejected', 'callback_returned_false'],
      ['rejected', 'callback_returned_false'],
      ['rejected', 'socket_not_authorized'],
    ])
  })
})

describe('the demo', () => {
  it('shows every kind of client, its status and the reason', async () => {
    const rows = (await run('demo.js'))
      .trimEnd()
      .split('\n')
      .map((row) => row.split(/ {2,}/))

    expect(rows).to.deep.equal([
      ['who', 'how', 'status', 'reason'],
      ['alice', 'TLS, known CA', '200', '-'],
      ['bob', 'TLS, not a user', '401', 'callback_returned_false'],
      ['"alice"', 'TLS, unknown CA', '401', 'socket_not_authorized: untrusted_ca'],
      ['"alice"', 'TLS, self-signed', '401', 'socket_not_authorized: self_signed'],
      ['alice', 'TLS, expired', '401', 'socket_not_authorized: expired'],
      ['nobody', 'TLS, no certificate', '401', 'socket_not_authorized: no_certificate'],
      ['alice', 'proxy, verified', '200', '-'],
      ['bob', 'proxy, not a user', '401', 'callback_returned_false'],
      ['bob', 'proxy, forged header', '401', 'header_missing_or_malformed: sent_more_than_once'],
      ['"alice"', 'proxy, not verified', '401', 'verification_header_mismatch: wrong_value'],
      ['alice', 'proxy, expired', '401', 'certificate_expired'],
      ['"alice"', 'spoofed past the proxy', '401', 'untrusted_proxy: address_not_listed'],
      ['nobody', 'proxy, no certificate', '401', 'verification_header_mismatch: not_sent'],
    ])
  })
})
