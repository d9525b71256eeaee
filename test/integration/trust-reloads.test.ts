import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import { createTrustStore, type TrustStoreOptions } from '../../src/trust.js'
import { ca, crlToPem, entryOf, listBy } from '../support/crl-writer.js'
import { issue } from '../support/der-chain.js'
import { int, utcTime } from '../support/der-writer.js'
import {
  closeLivingServers,
  type LivingServer,
  startLivingServer,
} from '../support/living-server.js'
import { type OneConnection, openConnection, type Outcome } from '../support/one-connection.js'
import { rejectedWith } from '../support/rejected-with.js'

const REPLACEMENTS = 1000
const KEPT_ALIVE = 6
const NEW_CONNECTIONS = 2

const [steady, changing] = [ca('CA that stays'), ca('CA that comes and goes')]
const namesake = ca('CA that stays')
const issueBy = (by: typeof steady, serialNumber: number) =>
  issue({ subject: `client ${serialNumber}`, by, serialNumber: int(serialNumber) })
const REVOKED = 7
/** The CA of this client stays, and no list names it, so each of its requests has to be answered with 200. */
const always = issueBy(steady, 5)
/** Revoked and accepted in turn. */
const revocable = issueBy(steady, REVOKED)
/** Its CA is removed and added in turn. */
const removable = issueBy(changing, 9)

const dates = { thisUpdate: utcTime('240101000000Z'), nextUpdate: utcTime('490101000000Z') }
const listWith = (holder: typeof steady, ...revoked: number[]): string =>
  crlToPem(listBy(holder, { ...dates, entries: revoked.map((number) => entryOf(number)) }))
const listOfChanging = listWith(changing)
const [good, revoking] = [listWith(steady), listWith(steady, REVOKED)]
const truncated = crlToPem(listBy(steady, dates).subarray(0, -1))
const foreign = listWith(namesake)

type Changes = Partial<TrustStoreOptions>
/** The changes of each replacement, in turn, and the outcomes afterwards. */
const ROUNDS: readonly {
  readonly changes: Changes
  readonly fault?: RegExp
  readonly revocable?: Outcome
  readonly removable?: Outcome
}[] = [
  { changes: { crl: [revoking, listOfChanging] }, revocable: 401 },
  { changes: { crl: truncated }, fault: /CRL 1 of option "crl" isn't a revocation list/ },
  { changes: { ca: steady.pem }, removable: 401 },
  { changes: { crl: [good, foreign] }, fault: /CRL 2 of option "crl" isn't signed by any CA/ },
  { changes: { crl: [good, listOfChanging] }, revocable: 200 },
  { changes: { ca: revocable.pem }, fault: /isn't a CA/ },
  { changes: { ca: [steady.pem, changing.pem] }, removable: 200 },
  { changes: { crl: '' }, fault: /option "crl" is empty/ },
]

describe('a trust store that is replaced under load', () => {
  const connections: OneConnection[] = []
  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.close()
    await closeLivingServers()
  })

  async function connect(
    server: LivingServer,
    { pem, key }: typeof always,
  ): Promise<OneConnection> {
    const connection = await openConnection(server, { cert: pem, key })
    connections.push(connection)
    return connection
  }

  it(`answers every request as its certificate deserves, in ${REPLACEMENTS} replacements`, async () => {
    const trust = createTrustStore({
      ca: [steady.pem, changing.pem],
      crl: [good, listOfChanging],
    })
    const server = await startLivingServer('node:https', trust)
    let isOver = false
    const counts = { kept: 0, fresh: 0 }
    const loadKept = async (): Promise<void> => {
      const connection = await connect(server, always)
      for (; !isOver; counts.kept += 1) expect(await connection.get()).to.equal(200)
    }
    const loadFresh = async (): Promise<void> => {
      for (; !isOver; counts.fresh += 1) {
        const connection = await openConnection(server, { cert: always.pem, key: always.key })
        expect(await connection.get()).to.equal(200)
        connection.close()
      }
    }
    const load = Promise.all([
      ...Array.from({ length: KEPT_ALIVE }, loadKept),
      ...Array.from({ length: NEW_CONNECTIONS }, loadFresh),
    ])
    const probes = {
      revocable: await connect(server, revocable),
      removable: await connect(server, removable),
    }
    const inForce: Record<keyof typeof probes, Outcome> = { revocable: 200, removable: 200 }
    let failures = 0
    const expectInForce = async (): Promise<void> => {
      const outcomes = await Promise.all([probes.revocable.get(), probes.removable.get()])
      expect(outcomes).to.deep.equal([inForce.revocable, inForce.removable])
    }
    try {
      await expectInForce()
      for (let round = 0; round < REPLACEMENTS; round += 1) {
        const { changes, fault, ...outcomes } = ROUNDS[round % ROUNDS.length] as (typeof ROUNDS)[0]
        if (fault === undefined) await trust.replace(changes)
        else expect((await rejectedWith(trust.replace(changes))).message).to.match(fault)
        failures += fault === undefined ? 0 : 1
        Object.assign(inForce, outcomes)
        await expectInForce()
      }
      while (Math.min(counts.kept, counts.fresh) < 20) await setImmediate()
    } finally {
      isOver = true
    }
    await load
    expect(failures).to.equal(REPLACEMENTS / 2)
    expect(trust.generation).to.equal(1 + REPLACEMENTS / 2)
    expect(server.handshakes).to.deep.equal([])
  })

  it('decides about new connections as the last replacement says', async () => {
    const trust = createTrustStore({ ca: [steady.pem, changing.pem], crl: [good, listOfChanging] })
    const server = await startLivingServer('node:https', trust)
    const visit = async (client: typeof always): Promise<Outcome> =>
      (await connect(server, client)).get()
    for (let time = 0; time < 5; time += 1) {
      for (const { changes, fault, revocable: first, removable: second } of ROUNDS) {
        await trust.replace(changes).catch((error: unknown) => {
          expect(error).to.be.instanceOf(TypeError)
          expect(fault).not.to.equal(undefined)
        })
        for (const [client, outcome] of [
          [revocable, first],
          [removable, second],
        ] as const) {
          // The handshake fails, because the client is revoked or its CA is removed.
          const expected = outcome === 401 ? 'refused' : outcome
          if (expected !== undefined) expect(await visit(client)).to.equal(expected)
        }
        expect(await visit(always)).to.equal(200)
      }
    }
  })
})
