import { expect } from 'chai'
import type { StrategyOptions } from '../../../src/index.js'
import { SerialTable } from '../../../src/path/crl/serial-table.js'
import { createTrustStore, type TrustStoreOptions } from '../../../src/trust.js'
import { countCalls, stopCounting } from '../../support/count-calls.js'
import { ca, crlToPem, entryOf, listBy } from '../../support/crl-writer.js'
import { generate, type Holder, issue } from '../../support/der-chain.js'
import {
  basicConstraints,
  certificateOf,
  int,
  rawInt,
  spkiOf,
  toPem,
  utcTime,
} from '../../support/der-writer.js'
import { CERT_SIGN, keyUsage } from '../../support/paths.js'
import { rejectedWith } from '../../support/rejected-with.js'
import { closeServers } from '../../support/servers.js'
import { type Backend, type Line, sendLines, startBackend } from '../support/header-backend.js'

const DATES = { thisUpdate: utcTime('240101000000Z'), nextUpdate: utcTime('491231235959Z') }
const listOf = (signer: Pick<Holder, 'subject' | 'privateKey'>, ...serials: Buffer[]): Buffer =>
  listBy(signer, { ...DATES, entries: serials.map((serial) => entryOf(serial)) })

const root = ca('Root')
const middle = ca('Clients', { by: root, serialNumber: int(5) })
const mallory = issue({ subject: 'mallory', by: middle, serialNumber: int(7) })
const alice = issue({ subject: 'alice', by: middle, serialNumber: int(8) })
const NOTHING_REVOKED = [listOf(root), listOf(middle)]
const MALLORY_REVOKED = [listOf(root), listOf(middle, int(7))]
const CA_REVOKED = [listOf(root, int(5)), listOf(middle)]

function toLine(...blocks: string[]): Line {
  const value = encodeURIComponent(blocks.join('')).replace(/%2B|%2F|%3D/g, decodeURIComponent)
  return ['X-Amzn-Mtls-Clientcert', value]
}
const linesOf = (...path: { der: Buffer }[]): Line => toLine(...path.map(({ der }) => toPem(der)))

type Running = Backend & { port: number }
const start = (options: Partial<StrategyOptions>): Promise<Running> =>
  startBackend({
    certificateSource: 'aws-alb',
    trustedProxies: 'loopback',
    ca: root.der,
    ...options,
  })

async function expectRejection(
  options: Partial<StrategyOptions>,
  line: Line,
  reason: string,
): Promise<void> {
  const { port, log, verified } = await start(options)
  expect(await sendLines(port, [line])).to.equal(401)
  expect(log).to.deep.equal([reason])
  expect(verified).to.deep.equal([])
}

afterEach(() => {
  stopCounting()
  return closeServers()
})

describe('B13 a client whose certificate is revoked', () => {
  it('B13 is rejected, and other clients of the CA are accepted', async () => {
    await expectRejection({ crl: MALLORY_REVOKED }, linesOf(mallory, middle), 'certificate_revoked')
    const { port } = await start({ crl: MALLORY_REVOKED })
    expect(await sendLines(port, [linesOf(alice, middle)])).to.equal(200)
  })

  it("B13 can't make the server use a list that the client sends", async () => {
    const [, clean] = NOTHING_REVOKED as [Buffer, Buffer]
    for (const list of [clean, listOf({ subject: 'Clients', privateKey: generate() })]) {
      const line = toLine(toPem(mallory.der), crlToPem(list), toPem(middle.der))
      await expectRejection({ crl: MALLORY_REVOKED }, line, 'header_missing_or_malformed')
    }
  })

  it("B13 gains nothing by a list of another key with the CA's name, at the start or later", async () => {
    const forged = listOf({ subject: 'Clients', privateKey: generate() })
    const configured = { ca: root.der, intermediates: middle.der }
    expect(() => createTrustStore({ ...configured, crl: forged })).to.throw(
      TypeError,
      /isn't signed by any CA/,
    )
    const trust = createTrustStore({ ...configured, crl: MALLORY_REVOKED })
    const replaced = trust.replace({ crl: [listOf(root), forged] })
    expect(await rejectedWith(replaced)).to.be.an.instanceOf(TypeError)
    await expectRejection({ ca: trust }, linesOf(mallory), 'certificate_revoked')
    // The server doesn't have the CA, so it learns of the wrong key from the request.
    for (const crl of [
      [listOf(root), forged],
      [...MALLORY_REVOKED, forged],
    ]) {
      const reason = crl.length === 2 ? 'revocation_unknown' : 'certificate_revoked'
      await expectRejection({ crl }, linesOf(mallory, middle), reason)
    }
  })

  it('B13 is rejected with a serial number in any encoding', async () => {
    for (const [certified, listed, reason] of [
      [rawInt('0007'), int(7), 'header_missing_or_malformed'],
      [rawInt('000007'), int(7), 'header_missing_or_malformed'],
      [rawInt('ff87'), rawInt('87'), 'header_missing_or_malformed'],
      [rawInt('87'), rawInt('87'), 'certificate_revoked'],
      [rawInt('0087'), rawInt('0087'), 'certificate_revoked'],
      [rawInt('00'), rawInt('00'), 'certificate_revoked'],
    ] as const) {
      const client = issue({ subject: 'mallory', by: middle, serialNumber: certified })
      const crl = [listOf(root), listOf(middle, listed)]
      await expectRejection({ crl }, linesOf(client, middle), reason)
    }
    // The CA never published such lists, so the store throws instead of missing an entry.
    const padded = [listOf(root), listOf(middle, rawInt('0007'))]
    expect(() => createTrustStore({ ca: root.der, crl: padded })).to.throw(/RFC 5280/)
  })

  it('B13 is rejected with soft as well, which only lets an unknown status pass', async () => {
    const soft = { revocationPolicy: 'soft' } as const
    for (const crl of [MALLORY_REVOKED, [MALLORY_REVOKED[1] as Buffer], CA_REVOKED])
      await expectRejection({ ...soft, crl }, linesOf(mallory, middle), 'certificate_revoked')
    const { port } = await start({ ...soft, crl: listOf(root) })
    expect(await sendLines(port, [linesOf(mallory, middle)])).to.equal(200)
  })

  it('B13 is rejected after a replacement, although the verdict was cached', async () => {
    const trust = createTrustStore({ ca: root.der, crl: NOTHING_REVOKED })
    const { port, log } = await start({ ca: trust })
    const send = (): Promise<number> => sendLines(port, [linesOf(mallory, middle)])
    expect([await send(), await send()]).to.deep.equal([200, 200])
    for (const crl of [MALLORY_REVOKED, CA_REVOKED]) {
      await trust.replace({ crl })
      expect([await send(), await send()]).to.deep.equal([401, 401])
      await trust.replace({ crl: NOTHING_REVOKED })
      expect(await send()).to.equal(200)
    }
    expect(log.filter((one) => one === 'certificate_revoked')).to.have.length(4)
  })
})

describe('B13 a client of a revoked CA', () => {
  const twin = ca('Clients', { by: root, privateKey: middle.privateKey, serialNumber: int(6) })
  const line = linesOf(alice, twin, middle)

  it('B13 is rejected if its CA was certified again, and that certificate is revoked too', async () => {
    const crl = [listOf(root, int(5), int(6)), listOf(middle)]
    await expectRejection({ crl }, line, 'certificate_revoked')
    // A list names certificates, and not keys. The CA has to revoke both (RFC 5280 5.3).
    const { port } = await start({ crl: CA_REVOKED })
    expect(await sendLines(port, [line])).to.equal(200)
  })

  it("B13 can't use a CA with the same name and key that it has made up", async () => {
    const spki = spkiOf(middle.privateKey)
    const extensions = [basicConstraints(true), CERT_SIGN]
    const parts = { subject: 'Clients', issuer: 'Root', spki, extensions, serialNumber: int(99) }
    for (const der of [
      certificateOf(parts),
      certificateOf({ ...parts, signer: generate() }),
      certificateOf({ ...parts, issuer: 'Clients', signer: middle.privateKey }),
    ])
      for (const path of [
        [alice, { der }, middle],
        [alice, middle, { der }],
      ])
        await expectRejection({ crl: CA_REVOKED }, linesOf(...path), 'certificate_revoked')
  })
})

describe('B13 a CA that may not sign lists', () => {
  it('B13 gets no permission by a copy of its certificate that the client has made up', async () => {
    const anchor = ca('Root', { extensions: [basicConstraints(true), keyUsage(0x04, 2)] })
    const client = issue({ subject: 'mallory', by: anchor })
    const spki = spkiOf(anchor.privateKey)
    const extensions = [basicConstraints(true), CERT_SIGN]
    const parts = { subject: 'Root', issuer: 'Root', spki, extensions }
    const options = { ca: anchor.der, crl: listOf(anchor) }
    for (const der of [certificateOf(parts), certificateOf({ ...parts, signer: generate() })])
      await expectRejection(options, linesOf(client, { der }), 'revocation_unknown')
  })
})

describe('B11 a list made to be slow', () => {
  it('B11 has few comparisons, although its serial numbers meet in a table with a known seed', () => {
    const known = new SerialTable(Buffer.alloc(1), 1000, 0) as unknown as {
      hash: (bytes: Buffer, start: number, length: number) => number
    }
    const serials: Buffer[] = []
    for (let number = 0x10000000; serials.length < 500; number += 1) {
      const serial = int(number)
      if ((known.hash(serial, 2, 4) & 0x7ff) === 0) serials.push(serial)
    }
    const compared = countCalls(SerialTable.prototype, 'isAt' as never)
    const options: TrustStoreOptions = { ca: root.der, crl: listOf(root, ...serials) }
    createTrustStore(options)
    // In one slot, they would take 500 * 499 / 2.
    expect(compared()).to.be.below(5000)
  })
})
