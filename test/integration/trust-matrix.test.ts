import { setImmediate } from 'node:timers/promises'
import type { SecureVersion } from 'node:tls'
import { expect } from 'chai'
import { createTrustStore, type TrustStore } from '../../src/trust.js'
import { restoreClock, turnClock } from '../support/clock.js'
import { ca, crlToPem, entryOf, listBy } from '../support/crl-writer.js'
import { issue } from '../support/der-chain.js'
import { int, utcTime } from '../support/der-writer.js'
import {
  closeLivingServers,
  type LivingServer,
  SERVER_KINDS,
  type ServerKind,
  startLivingServer,
} from '../support/living-server.js'
import {
  type OneConnection,
  openConnection,
  type OpenWebSocket,
  type Outcome,
} from '../support/one-connection.js'

const HOUR = 3_600_000
const SOON = new Date(Date.now() + HOUR)

const toUtcTime = (date: Date): Buffer =>
  utcTime(`${date.toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`)

const [own, other] = [ca('CA of the client'), ca('CA of the others')]
const SERIAL_NUMBER = 7
/** The client that loses its access. */
const client = issue({
  ...{ subject: 'client', by: own, serialNumber: int(SERIAL_NUMBER), notAfter: toUtcTime(SOON) },
})
/** A client that keeps its access, so that no cell is satisfied by a server that rejects every client. */
const control = issue({ subject: 'control', by: other })

// The writer's dates don't depend on the clock, which a test turns.
const lasting = { thisUpdate: utcTime('240101000000Z'), nextUpdate: utcTime('490101000000Z') }
const lists = [own, other].map((holder) => crlToPem(listBy(holder, lasting)))
const revoking = crlToPem(listBy(own, { ...lasting, entries: [entryOf(SERIAL_NUMBER)] }))
const [, listOfOther = ''] = lists

const bothCas = (): TrustStore => createTrustStore({ ca: [own.pem, other.pem], crl: lists })

/** Takes the access away. */
type Event = (trust: TrustStore) => Promise<void>
const EVENTS: Readonly<Record<string, Event>> = {
  'its certificate has expired': async (trust) => {
    turnClock(2 * HOUR)
    // Node's timers ignore the clock that the test turns, and a replacement looks at it.
    await trust.replace({})
  },
  'its certificate is revoked': (trust) => trust.replace({ crl: [revoking, listOfOther] }),
  'its CA is removed': (trust) => trust.replace({ ca: other.pem }),
}

/** The other server, for which the client has a ticket of the first. Both have the same keys for tickets. */
const FOREIGN: Readonly<Record<string, () => TrustStore>> = {
  'another CA': () => createTrustStore({ ca: other.pem, crl: listOfOther }),
  'a list that revokes it': () =>
    createTrustStore({ ca: [own.pem, other.pem], crl: [revoking, listOfOther] }),
}

/** How a client is turned away: by the handshake, or by a request. */
type Rejection =
  | { readonly by: 'handshake'; readonly detail: string; readonly isResumed?: boolean }
  | { readonly by: 'request'; readonly decision: string; readonly isResumed: boolean }

const byHandshake = { by: 'handshake', detail: 'untrusted_ca' } as const
const asExpired = { by: 'handshake', detail: 'expired' } as const
const asRevoked = { by: 'handshake', detail: 'revoked' } as const
const byRequest = (decision: string, isResumed = false): Rejection => ({
  ...{ by: 'request', decision, isResumed },
})

type Column = 'full handshake' | 'resumed session' | 'kept-alive connection' | 'WebSocket'
/** The outcome for the client, or why the cell can't exist. */
type Cell = Rejection | { readonly impossible: string }

const NO_TICKET = { impossible: 'a client that presents no ticket has none of another server' }
const NO_CONNECTION = {
  impossible: 'the other server reads the ticket before the connection is open',
}
const EXPIRED = 'certificate_expired'
const REVOKED = 'certificate_revoked'
const UNTRUSTED = 'certificate_chain_untrusted unknown_issuer'

const TABLE: Readonly<Record<string, Readonly<Record<Column, Cell>>>> = {
  'its certificate has expired': {
    // OpenSSL has a clock that the test can't turn, and the store has that of Node.
    'full handshake': asExpired,
    'resumed session': { ...asExpired, isResumed: true },
    'kept-alive connection': byRequest(EXPIRED),
    WebSocket: byRequest(EXPIRED),
  },
  'its certificate is revoked': {
    'full handshake': asRevoked,
    'resumed session': asRevoked,
    'kept-alive connection': byRequest(REVOKED),
    WebSocket: byRequest(REVOKED),
  },
  'its CA is removed': {
    'full handshake': byHandshake,
    'resumed session': byHandshake,
    'kept-alive connection': byRequest(UNTRUSTED),
    WebSocket: byRequest(UNTRUSTED),
  },
  'another CA': {
    'full handshake': NO_TICKET,
    'resumed session': byHandshake,
    'kept-alive connection': NO_CONNECTION,
    WebSocket: byHandshake,
  },
  'a list that revokes it': {
    'full handshake': NO_TICKET,
    'resumed session': asRevoked,
    'kept-alive connection': NO_CONNECTION,
    WebSocket: asRevoked,
  },
}

const connections = new Set<OneConnection>()
type Holder = typeof client

async function open(
  server: LivingServer,
  { pem, key }: Holder,
  version: SecureVersion,
  session?: Buffer,
): Promise<OneConnection> {
  const tls = { cert: pem, key, minVersion: version, maxVersion: version }
  const connection = await openConnection(server, { ...tls, ...(session && { session }) })
  connections.add(connection)
  return connection
}

/** Sends one request on its own connection. */
async function visit(
  ...args: Parameters<typeof open>
): Promise<{ outcome: Outcome; isResumed: boolean | undefined; session: Buffer | undefined }> {
  const connection = await open(...args)
  const outcome = await connection.get()
  return { outcome, isResumed: connection.isResumed(), session: connection.session() }
}

async function ticketOf(server: LivingServer, holder: Holder, version: SecureVersion) {
  const { outcome, isResumed, session } = await visit(server, holder, version)
  expect([outcome, isResumed]).to.deep.equal([200, false])
  if (session === undefined) throw new Error('The server issued no ticket')
  return session
}

async function webSocketOf(connection: OneConnection): Promise<OpenWebSocket> {
  const opened = await connection.openWebSocket()
  if (typeof opened !== 'object') throw new Error(`No WebSocket: ${opened}`)
  expect(await opened.echo('hello')).to.equal('hello')
  return opened
}

/** Checks how the client was turned away. The control has been accepted, and comes last. */
async function expectRejected(
  server: LivingServer,
  rejection: Rejection,
  found: { outcome: unknown; isResumed?: boolean | undefined },
): Promise<void> {
  if (rejection.by === 'request') {
    expect(found.outcome).to.equal(401)
    expect(found.isResumed ?? false).to.equal(rejection.isResumed)
    expect(server.decisions.at(-1)).to.equal(rejection.decision)
    return
  }
  expect(found.outcome).to.equal('refused')
  if (rejection.isResumed !== true) expect(found.isResumed).not.to.equal(true)
  // Node reports a handshake in a later turn than that in which the connection ends.
  while (server.handshakes.length === 0) await setImmediate()
  expect(server.handshakes.splice(0)).to.deep.equal([rejection.detail])
}

interface Context {
  readonly server: LivingServer
  readonly trust: TrustStore
  readonly version: SecureVersion
  readonly happen: Event
  readonly rejection: Rejection
}

const TIMES = 2

const COLUMNS: Readonly<Record<Column, (context: Context) => Promise<void>>> = {
  async 'full handshake'({ server, trust, version, happen, rejection }) {
    for (const holder of [client, control]) {
      expect((await visit(server, holder, version)).outcome).to.equal(200)
    }
    await happen(trust)
    for (let time = 0; time < TIMES; time += 1) {
      await expectRejected(server, rejection, await visit(server, client, version))
      expect((await visit(server, control, version)).outcome).to.equal(200)
    }
  },

  async 'resumed session'({ server, trust, version, happen, rejection }) {
    const ticket = await ticketOf(server, client, version)
    const ticketOfControl = await ticketOf(server, control, version)
    for (const [holder, session] of [
      [client, ticket],
      [control, ticketOfControl],
    ] as const) {
      const { outcome, isResumed } = await visit(server, holder, version, session)
      expect([outcome, isResumed]).to.deep.equal([200, true])
    }
    await happen(trust)
    for (let time = 0; time < TIMES; time += 1) {
      await expectRejected(server, rejection, await visit(server, client, version, ticket))
      const { outcome } = await visit(server, control, version, ticketOfControl)
      expect(outcome).to.equal(200)
    }
  },

  async 'kept-alive connection'({ server, trust, version, happen, rejection }) {
    const kept = await open(server, client, version)
    const keptByControl = await open(server, control, version)
    for (const one of [kept, keptByControl, kept]) expect(await one.get()).to.equal(200)
    await happen(trust)
    for (let time = 0; time < TIMES; time += 1) {
      await expectRejected(server, rejection, { outcome: await kept.get() })
      expect(await keptByControl.get()).to.equal(200)
    }
  },

  async WebSocket({ server, trust, version, happen, rejection }) {
    const opened = await webSocketOf(await open(server, client, version))
    const openedByControl = await webSocketOf(await open(server, control, version))
    await happen(trust)
    const [reason] = rejection.by === 'request' ? rejection.decision.split(' ') : []
    expect(await opened.closed).to.equal(reason)
    expect(await openedByControl.echo('still here')).to.equal('still here')
    // Whether the handshake or the request rejects another one depends on the event.
    const again = await open(server, client, version)
    expect(await again.openWebSocket()).to.be.oneOf(['refused', 401])
    await webSocketOf(await open(server, control, version))
  },
}

/** The columns in which a client presents a ticket of another server, and how it sends a request. */
const TICKET_COLUMNS: Partial<Record<Column, (connection: OneConnection) => Promise<unknown>>> = {
  'resumed session': (connection) => connection.get(),
  WebSocket: (connection) => connection.openWebSocket(),
}

async function presentTicket(
  kind: ServerKind,
  version: SecureVersion,
  column: Column,
  foreign: TrustStore,
  rejection: Rejection,
): Promise<void> {
  const first = await startLivingServer(kind, bothCas())
  const second = await startLivingServer(kind, foreign)
  const ticket = await ticketOf(first, client, version)
  expect(await visit(first, client, version, ticket)).to.include({ outcome: 200, isResumed: true })
  for (let time = 0; time < TIMES; time += 1) {
    const connection = await open(second, client, version, ticket)
    const outcome = await TICKET_COLUMNS[column]?.(connection)
    await expectRejected(second, rejection, { outcome, isResumed: connection.isResumed() })
    expect((await visit(second, control, version)).outcome).to.equal(200)
  }
}

describe('the matrix of connections and events', () => {
  afterEach(async () => {
    restoreClock()
    for (const connection of connections) connection.close()
    connections.clear()
    await closeLivingServers()
  })

  for (const kind of Object.keys(SERVER_KINDS) as ServerKind[]) {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      describe(`of ${kind} over ${version}`, () => {
        for (const [row, cells] of Object.entries(TABLE)) {
          for (const [column, cell] of Object.entries(cells) as [Column, Cell][]) {
            if ('impossible' in cell) continue
            const happen = EVENTS[row]
            if (happen !== undefined) {
              it(`never accepts a client once ${row}: ${column}`, async () => {
                const trust = bothCas()
                const server = await startLivingServer(kind, trust)
                await COLUMNS[column]({ server, trust, version, happen, rejection: cell })
              })
              continue
            }
            it(`never accepts a ticket of another server, and has ${row}: ${column}`, async () => {
              const store = FOREIGN[row]
              if (store === undefined) throw new Error(`No store for ${row}`)
              await presentTicket(kind, version, column, store(), cell)
            })
          }
        }
      })
    }
  }

  it('has a test for every cell but those that it lists as impossible', () => {
    const impossible = Object.entries(TABLE).flatMap(([row, cells]) =>
      Object.entries(cells).flatMap(([column, cell]) =>
        'impossible' in cell ? [`${row}, ${column}: ${cell.impossible}`] : [],
      ),
    )
    expect(Object.keys(TABLE)).to.have.members([...Object.keys(EVENTS), ...Object.keys(FOREIGN)])
    const [ticket, open] = [NO_TICKET.impossible, NO_CONNECTION.impossible]
    expect(impossible).to.have.members(
      Object.keys(FOREIGN).flatMap((row) => [
        `${row}, full handshake: ${ticket}`,
        `${row}, kept-alive connection: ${open}`,
      ]),
    )
  })
})
