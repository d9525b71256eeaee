import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import type { ChainedPeerCertificate } from '../../../src/extractor/index.js'
import { mtlsServerOptions } from '../../../src/server/index.js'
import { testPki } from '../../support/pki.js'
import { closeServers } from '../../support/servers.js'
import { attempt } from '../support/socket-client.js'
import { guarded, startGuarded } from '../support/socket-guard.js'

afterEach(closeServers)

/** Walks the chain from the leaf as an application would: as long as there is an issuer. */
function pathOf(leaf: ChainedPeerCertificate): ChainedPeerCertificate[] {
  const path: ChainedPeerCertificate[] = []
  for (let at: ChainedPeerCertificate | undefined = leaf; at; at = at.issuerCertificate) {
    if (path.push(at) > 100) throw new Error("The chain doesn't end")
  }
  return path
}

describe('A5 a resumed session that loses the issuers', () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`A5 shows an incomplete chain, so verify can reject it, over ${maxVersion}`, async () => {
      const { root, server, intermediate, chained } = await testPki()
      const rootFingerprint = new X509Certificate(root.cert).fingerprint256
      const isSuspended = (cert: ChainedPeerCertificate) => cert.subject.CN === 'Test intermediate'
      const wouldBeAccepted: boolean[] = []
      const app = guarded({ includeChain: true }, (cert) => {
        const path = pathOf(cert)
        wouldBeAccepted.push(!path.some(isSuspended))
        const isComplete = path.at(-1)?.fingerprint256 === rootFingerprint
        return isComplete && !path.some(isSuspended) ? { cn: cert.subject.CN } : false
      })
      const options = mtlsServerOptions({ key: server.key, cert: server.cert, ca: root.cert })
      const { port, log } = await startGuarded(options, app)
      const client = { key: chained.key, cert: chained.cert + intermediate.cert, maxVersion }
      const full = await attempt(port, client)
      const resumed = await attempt(port, { ...client, session: full.session })
      expect(resumed.isResumed).to.equal(true)
      // An application that only looks for a suspended issuer doesn't find it.
      expect(wouldBeAccepted[1]).to.equal(true)
      expect([full.outcome, resumed.outcome]).to.deep.equal([401, 401])
      expect(log).to.deep.equal(['callback_returned_false', 'callback_returned_false'])
    })
  }
})

describe('A6 a root that is its own issuer', () => {
  it('A6 ends the chain of a self-signed client', async () => {
    const { root, server, selfSigned } = await testPki()
    const lengths: number[] = []
    const app = guarded({ includeChain: true }, (cert) => {
      lengths.push(pathOf(cert).length)
      return false
    })
    const ca = [root.cert, selfSigned.cert]
    const options = mtlsServerOptions({ key: server.key, cert: server.cert, ca })
    const { port, log } = await startGuarded(options, app)
    const { key, cert } = selfSigned
    expect(await attempt(port, { key, cert })).to.include({ outcome: 401 })
    expect(lengths).to.deep.equal([1])
    expect(log).to.deep.equal(['callback_returned_false'])
  })
})
