import { expect } from 'chai'
import { type MtlsServerOptions, mtlsServerOptions } from '../../../src/server/index.js'
import { type TestPki, testPki } from '../../support/pki.js'
import { closeServers } from '../../support/servers.js'
import { attempt } from '../support/socket-client.js'
import { revoke } from '../support/socket-crl.js'
import { startGuarded } from '../support/socket-guard.js'

afterEach(closeServers)

async function createMaterial() {
  const { server, root } = await testPki()
  return { key: server.key, cert: server.cert, ca: root.cert, ticketKeys: Buffer.alloc(48, 4) }
}

describe('A2 a resumed session without a certificate', () => {
  it('A2 rejects it, even if Node says that the connection is authorized', async () => {
    const plain = { ...(await createMaterial()), requestCert: true, rejectUnauthorized: false }
    for (const options of [plain, mtlsServerOptions(plain)]) {
      const { port, log, seen } = await startGuarded(options)
      const client = { minVersion: 'TLSv1.3' } as const
      const full = await attempt(port, client)
      const resumed = await attempt(port, { ...client, session: full.session })
      expect(resumed.isResumed).to.equal(true)
      expect([full.outcome, resumed.outcome]).to.deep.equal([401, 401])
      expect(log).to.deep.equal(['socket_not_authorized', 'socket_not_authorized'])
      expect(seen.map(({ cn }) => cn)).to.deep.equal([undefined, undefined])
      expect(seen[0]?.authorized).to.equal(false)
      if (hasAnonymousResumption()) expect(seen[1]?.authorized).to.equal(true)
    }
  })
})

/** nodejs/node#35317 is fixed within lines 24 and 26, and in no older line. */
function hasAnonymousResumption(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major < 24 || (major === 24 && minor < 21) || (major === 26 && minor < 8)
}

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  describe(`A4 tickets for a server that trusts other clients, over ${maxVersion}`, () => {
    let pki: TestPki
    let trusting: MtlsServerOptions
    let boundaries: Record<string, MtlsServerOptions>

    before(async () => {
      pki = await testPki()
      trusting = await createMaterial()
      boundaries = {
        'another CA': { ...trusting, ca: pki.stranger.cert },
        'a revocation': { ...trusting, crl: await revoke(pki.root, pki.ec) },
      }
    })

    /** A client gets a ticket from one server, and resumes on a server that would reject it. */
    async function carryTicket(first: MtlsServerOptions, second: MtlsServerOptions) {
      const [from, to] = [await startGuarded(first), await startGuarded(second)]
      const client = { key: pki.ec.key, cert: pki.ec.cert, maxVersion }
      const { outcome, session } = await attempt(from.port, client)
      expect(outcome).to.equal(200)
      const { log, seen } = to
      return { ...(await attempt(to.port, { ...client, session })), log, seen }
    }

    for (const boundary of ['another CA', 'a revocation']) {
      const target = () => boundaries[boundary] ?? trusting

      it(`A4 resumes a session despite ${boundary} on servers with Node's own options`, async () => {
        const plain = { requestCert: true, rejectUnauthorized: true }
        const { outcome, isResumed, seen } = await carryTicket(
          { ...trusting, ...plain },
          { ...target(), ...plain },
        )
        expect({ outcome, isResumed }).to.deep.equal({ outcome: 200, isResumed: true })
        expect(seen).to.deep.equal([
          { authorized: true, authorizationError: null, cn: 'ec-client' },
        ])
      })

      it(`A4 rejects the client because of ${boundary}, in a full handshake`, async () => {
        const { outcome, isResumed, log } = await carryTicket(
          mtlsServerOptions(trusting),
          mtlsServerOptions(target()),
        )
        expect({ outcome, isResumed }).to.deep.equal({ outcome: 'refused', isResumed: false })
        expect(log).to.deep.equal([])
      })

      it(`A4 answers 401 because of ${boundary} if the application decides`, async () => {
        const { outcome, isResumed, log, seen } = await carryTicket(
          mtlsServerOptions(trusting),
          mtlsServerOptions({ ...target(), rejectUnauthorized: false }),
        )
        expect({ outcome, isResumed }).to.deep.equal({ outcome: 401, isResumed: false })
        expect(log).to.deep.equal(['socket_not_authorized'])
        expect(seen[0]?.authorized).to.equal(false)
      })
    }
  })
}
