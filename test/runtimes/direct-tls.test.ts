import { once } from 'node:events'
import http2 from 'node:http2'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { createAuthority } from '../support/pki.js'
import { getHttps } from '../support/servers.js'
import { expectedConstructions } from './constructions.js'
import { createClients, seenOnNode } from './support/header-cases.js'
import { installRuntimes } from './support/install.js'
import { type Command, run, start, stopPrograms } from './support/program.js'

const { folder, bun, deno } = await installRuntimes()

const ca = await createAuthority({ subject: 'CN=Test CA' })
const clients = await createClients(ca)
const stranger = await createAuthority({ subject: 'CN=Test CA' })
const unknown = await stranger.issue({ subject: 'CN=alice' })
const server = await ca.issue({
  subject: 'CN=localhost',
  subjectAltName: [{ type: 'ip', value: '127.0.0.1' }],
})
const material = { key: server.key, cert: server.cert, ca: ca.cert, nextCa: stranger.cert }
const seen = seenOnNode(clients)

interface Identity {
  readonly key?: string
  readonly cert?: string
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Sends one request over its own TLS connection, as a client with or without a certificate. */
async function overHttp1(port: number, client: Identity, path = '/'): Promise<Answer> {
  const { key, cert } = client
  const { status, body } = await getHttps(port, { ca: ca.cert, path, ...(key && { key, cert }) })
  return { status, body: JSON.parse(body) as unknown }
}

async function overHttp2(port: number, client: Identity): Promise<Answer> {
  const { key, cert } = client
  const session = http2.connect(`https://127.0.0.1:${port}`, {
    ca: ca.cert,
    ...(key && { key, cert }),
  })
  try {
    const stream = session.request({ ':path': '/' })
    const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders]
    const status = Number(headers[':status'])
    return { status, body: JSON.parse(await text(stream)) as unknown }
  } finally {
    session.destroy()
  }
}

interface Line {
  readonly port: number
  readonly reloadable: string
}

const NODE: Command = [process.execPath, '--no-warnings', '--import', 'ts-blank-space/register']
const UNAUTHORIZED = { status: 401, body: { reason: 'socket_not_authorized' } }

for (const [runtime, command] of [
  ['Node, for comparison', NODE],
  ['Bun', [bun]],
] as const) {
  for (const [name, kind, asks] of [
    ['tls.createServer with emit', 'tls', [overHttp1]],
    ['http2.createSecureServer', 'http2', [overHttp2, overHttp1]],
  ] as const) {
    describe(`direct TLS on ${runtime}: ${name}`, () => {
      let line: Line
      before(async () => {
        const program = [...command, 'test/runtimes/programs/serve-tls.ts', kind] as const
        ;({ line } = await start<Line>(folder, program, { input: JSON.stringify(material) }))
      })
      after(stopPrograms)

      for (const ask of asks) {
        it(`accepts a client with a valid certificate ${ask.name}`, async () => {
          expect(await ask(line.port, clients.alice)).to.deep.equal({ status: 200, body: seen })
        })

        it(`rejects a client of an unknown CA ${ask.name}`, async () => {
          expect(await ask(line.port, unknown)).to.deep.equal(UNAUTHORIZED)
        })

        it(`rejects a client with an expired certificate ${ask.name}`, async () => {
          expect(await ask(line.port, clients.expired)).to.deep.equal(UNAUTHORIZED)
        })

        it(`rejects a client without a certificate ${ask.name}`, async () => {
          expect(await ask(line.port, {})).to.deep.equal(UNAUTHORIZED)
        })
      }

      it('can be made reloadable', () => {
        expect(line.reloadable).to.equal('made')
      })

      if (kind === 'tls') {
        it('accepts clients of the new CA after a reload, and rejects clients of the old one', async () => {
          expect((await overHttp1(line.port, {}, '/reload')).status).to.equal(200)
          expect((await overHttp1(line.port, unknown)).status).to.equal(200)
          expect(await overHttp1(line.port, clients.alice)).to.deep.equal(UNAUTHORIZED)
        })
      }
    })
  }
}

describe('direct TLS on Bun: the example', () => {
  it('runs to its end, and prints the expected lines', async () => {
    const { status, stdout, stderr } = await run(folder, [bun, 'examples/bun.js'])
    expect(stderr).to.equal('')
    expect(stdout).to.match(/^alice: 200 \{"user":\{"name":"alice"\}\}$/m)
    expect(stdout).to.match(/^an impostor named alice: 401 Unauthorized$/m)
    expect(status).to.equal(0)
  })
})

describe('direct TLS on Bun: node:https', () => {
  let line: Line
  before(async () => {
    const program = [bun, 'test/runtimes/programs/serve-tls.ts', 'https'] as const
    ;({ line } = await start<Line>(folder, program, { input: JSON.stringify(material) }))
  })
  after(stopPrograms)

  it('answers a client with a valid certificate with an error that names the servers to use', async () => {
    const { status, body } = await overHttp1(line.port, clients.alice)
    expect(status).to.equal(500)
    expect(body).to.deep.equal({
      code: 'ERR_CERTIFICATE_NOT_RETRIEVABLE',
      message:
        'Client certificate was authenticated but could not be retrieved: the socket of this server ' +
        "doesn't show certificates; on Bun use http2.createSecureServer or tls.createServer with " +
        "emit('connection')",
    })
  })

  it('rejects every other client', async () => {
    for (const client of [unknown, clients.expired, {}]) {
      expect(await overHttp1(line.port, client)).to.deep.equal(UNAUTHORIZED)
    }
  })

  it("can't be made reloadable, and the error names the servers that can", () => {
    expect(line.reloadable).to.match(
      /server must be a TLS server .*; on Bun use http2\.createSecure/,
    )
  })
})

for (const [runtime, command, hasDirectTls, hasUnixSockets] of [
  ['Bun', [bun], true, false],
  ['Deno', [deno, 'run', '-A', '--node-modules-dir=manual'], false, true],
] as const) {
  describe(`features that some runtimes lack, on ${runtime}`, () => {
    let outcomes: Record<string, string>
    before(async () => {
      const program = [...command, 'test/runtimes/programs/construct.ts', ca.cert] as const
      const { stdout, stderr } = await run(folder, program)
      expect(stderr).not.to.include('rror')
      outcomes = JSON.parse(stdout) as Record<string, string>
    })

    const expected = expectedConstructions(hasDirectTls, hasUnixSockets)
    for (const [name, pattern] of Object.entries(expected)) {
      it(`work or throw at once: ${name}`, () => {
        expect(outcomes[name]).to.match(pattern)
      })
    }
  })
}
