import diagnosticsChannel from 'node:diagnostics_channel'
import { expect } from 'chai'
import type { StrategyOptions } from '../../../src/index.js'
import { countCalls, stopCounting } from '../../support/count-calls.js'
import { toPem } from '../../support/der-writer.js'
import { closeServers } from '../../support/servers.js'
import { Budget, LIMITS } from '../../../src/path/budget.js'
import { X509Certificate } from 'node:crypto'
import { type Line, sendLines, startBackend } from '../support/header-backend.js'
import { ATTACKS, root, UNREADABLE, VICTIM_PATH } from '../support/path-attacks.js'

afterEach(() => {
  stopCounting()
  return closeServers()
})

/** As AWS ALB in passthrough mode forwards what the client presented. */
function toLine(path: readonly Buffer[]): Line {
  const value = encodeURIComponent(path.map(toPem).join('')).replace(
    /%2B|%2F|%3D/g,
    decodeURIComponent,
  )
  return ['X-Amzn-Mtls-Clientcert', value]
}

const ALB: StrategyOptions = { certificateSource: 'aws-alb', trustedProxies: 'loopback' }
const SAFE: StrategyOptions = { ...ALB, ca: root.pem }
const REJECTED = 'passport-client-certificate-auth:rejected'

/** The details of the rejections while something runs. */
async function detailsOf(run: () => Promise<unknown>): Promise<unknown[]> {
  const details: unknown[] = []
  const listen = (message: unknown): void => {
    details.push((message as { detail: unknown }).detail)
  }
  diagnosticsChannel.subscribe(REJECTED, listen)
  await run()
  diagnosticsChannel.unsubscribe(REJECTED, listen)
  return details
}

describe('B13 a proxy that validates nothing', () => {
  it('B13 accepts every client under every name without ca, which the documentation warns against', async () => {
    const { port, log } = await startBackend(ALB)
    const [, , path] = ATTACKS[0] as (typeof ATTACKS)[number]
    expect(await sendLines(port, [toLine(path)])).to.equal(200)
    expect(log).to.deep.equal(['accepted admin'])
  })

  it('B13 accepts an honest client with ca', async () => {
    const { port, log } = await startBackend(SAFE)
    expect(await sendLines(port, [toLine(VICTIM_PATH)])).to.equal(200)
    expect(log).to.deep.equal(['accepted alice'])
  })

  for (const includeChain of [false, true]) {
    for (const [title, detail, path] of ATTACKS) {
      it(`B13 rejects ${title}, includeChain: ${String(includeChain)}`, async () => {
        const { port, log, verified } = await startBackend({ ...SAFE, includeChain })
        const details = await detailsOf(async () => {
          expect(await sendLines(port, [toLine(path)])).to.equal(401)
        })
        expect([...log, ...details]).to.deep.equal(['certificate_chain_untrusted', detail])
        expect(verified).to.deep.equal([])
      })
    }
  }

  for (const [title, path] of UNREADABLE) {
    it(`B13 rejects ${title}`, async () => {
      const { port, log, verified } = await startBackend(SAFE)
      expect(await sendLines(port, [toLine(path)])).to.equal(401)
      expect(log).to.deep.equal(['header_missing_or_malformed'])
      expect(verified).to.deep.equal([])
    })
  }

  it('B13 verifies no more signatures than the limits allow, whatever the attack', async () => {
    const { port } = await startBackend(SAFE)
    for (const [title, , path] of ATTACKS) {
      const costs = countCalls(Budget.prototype, 'verifySignature')
      const signatures = countCalls(X509Certificate.prototype, 'verify')
      const steps = countCalls(Budget.prototype, 'step')
      await sendLines(port, [toLine(path)])
      // One signature less than was asked for, where the limit ended the search.
      expect(signatures(), title).to.be.within(costs() - 1, costs())
      expect(signatures(), title).to.be.at.most(LIMITS.signatureCost / 2)
      expect(steps(), title).to.be.at.most(LIMITS.steps)
      stopCounting()
    }
  })

  it('B13 validates a rejected certificate once, however often it is sent', async () => {
    const { port, log } = await startBackend(SAFE)
    const [, , path] = ATTACKS[3] as (typeof ATTACKS)[number]
    await sendLines(port, [toLine(path)])
    const signatures = countCalls(X509Certificate.prototype, 'verify')
    for (let time = 0; time < 5; time += 1) await sendLines(port, [toLine(path)])
    expect(signatures()).to.equal(0)
    expect(log).to.deep.equal(Array(6).fill('certificate_chain_untrusted'))
  })
})
