// Verify callbacks as applications write them, with the real libraries, installed from the
// registry. Only the servers are ours: they speak the protocols of MySQL, MongoDB and Redis.
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deprecate } from 'node:util'
import { expect } from 'chai'
import { createAuthority, type Issued } from '../../examples/support/pki.js'
import { addFixtures, createConsumer, node, pinned } from './support/project.js'

const LIBRARIES = [
  'knex@3.3.0',
  'lodash@4.18.1',
  'mongoose5@npm:mongoose@5.13.23',
  'mongoose6@npm:mongoose@6.13.11',
  'mysql2@3.24.6',
  'redis@3.1.2',
]
const OURS = [
  '@nestjs/common',
  '@nestjs/passport',
  'passport',
  'passport-client-cert',
  'reflect-metadata',
  'rxjs',
] as const

/** `SEED=1234 npm run test:package` repeats the delays and the order of the requests. */
const SEED = Number(process.env['SEED'] ?? randomInt(2 ** 32))
const PLAIN_REQUESTS = 200
const WRAPPED_REQUESTS = 20

const KEEPS_LENGTH = deprecate((_cert: unknown) => undefined, 'old').length === 1

type Ends = Record<'alice' | 'mallory' | 'eve', Record<string, number>>

interface Row {
  readonly verify: string
  /** Whether the wrapped function calls `done` or returns its decision. */
  readonly style: 'calling' | 'returning'
  readonly wrapper: string
  /** The length of verify, by which the strategy chooses the style. */
  readonly length: number
  /** Whether the strategy chooses the style that the function uses. */
  readonly answers: boolean
  readonly times: number
  readonly ends: Ends
  /** The results with passport-client-cert, if verify works there. */
  readonly oldEnds?: Ends
}

describe(`verify with real libraries, seed ${SEED}`, () => {
  let rows: Row[]

  before(async () => {
    const consumer = await createConsumer(
      'libraries',
      '--omit=optional',
      ...LIBRARIES,
      ...pinned(OURS),
    )
    const root = await createAuthority()
    const identity = ({ cert, key }: Issued) => ({ cert, key })
    const issue = async (name: string) => identity(await root.issue({ subject: `CN=${name}` }))
    const pki = {
      ca: root.cert,
      server: identity(await root.issue({ subjectAltName: [{ type: 'ip', value: '127.0.0.1' }] })),
      clients: {
        alice: await issue('alice'),
        mallory: await issue('mallory'),
        eve: await issue('eve'),
      },
    }
    writeFileSync(join(consumer, 'pki.json'), JSON.stringify(pki))
    addFixtures(consumer, 'libraries')
    const args = [SEED, PLAIN_REQUESTS, WRAPPED_REQUESTS].map(String)
    // The test wraps with util.deprecate(), and Mongoose 5 uses functions that Node deprecates.
    const { stdout } = await node(consumer, ['--no-deprecation', 'run.cjs', ...args])
    rows = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Row[]
  })

  it('never accepts a client that verify rejects, in any wrapper', () => {
    for (const row of rows) {
      for (const client of ['mallory', 'eve'] as const) {
        const ends = Object.keys(row.ends[client])
        expect(ends, describeRow(row)).to.satisfy((all: string[]) =>
          all.every((end) => end === 'rejected' || end === 'ERR_VERIFY_TIMEOUT'),
        )
      }
    }
  })

  it('answers every request, and correctly if it recognizes the style of verify', () => {
    for (const row of rows) {
      const { times, answers, ends } = row
      const rejected = answers ? 'rejected' : 'ERR_VERIFY_TIMEOUT'
      expect(ends, describeRow(row)).to.deep.equal({
        alice: { [answers ? 'accepted alice' : 'ERR_VERIFY_TIMEOUT']: times },
        mallory: { [rejected]: times },
        eve: { [rejected]: times / 10 },
      })
    }
  })

  it('answers like passport-client-cert if only the name of the package changes', () => {
    const compared = rows.filter(({ oldEnds }) => oldEnds !== undefined)
    expect(compared).to.have.lengthOf.at.least(9)
    for (const row of compared) expect(row.ends, describeRow(row)).to.deep.equal(row.oldEnds)
  })

  it('expects a wrapper that hides the length to call done', () => {
    const lengths = (style: Row['style']) =>
      Object.fromEntries(
        rows.filter((row) => row.style === style).map(({ wrapper, length }) => [wrapper, length]),
      )
    const wrapped = (length: number) => ({
      none: length,
      // Newer versions of Node keep the length.
      'util.deprecate()': KEEPS_LENGTH ? length : 0,
      '(...args) => f(...args)': 0,
      'f.bind()': length,
      'AsyncResource.bind()': length,
      'AsyncLocalStorage.bind()': length,
      '_.partial()': 0,
      '_.flow()': 0,
      '_.wrap()': 0,
      '_.once()': 0,
    })
    expect(lengths('returning')).to.deep.equal(wrapped(1))
    const { none: _, ...calling } = lengths('calling')
    const { none: __, ...expected } = wrapped(2)
    expect(calling).to.deep.equal(expected)
  })

  it('works with NestJS, with and without callbackArity', () => {
    const nest = rows.filter(({ verify }) => verify.startsWith('NestJS'))
    expect(nest.map(({ verify, length }) => `${verify}, length ${length}`)).to.deep.equal([
      'NestJS: validate, without callbackArity, length 0',
      'NestJS: async validate, without callbackArity, length 0',
      'NestJS: validate, callbackArity: true, length 2',
      'NestJS: async validate, callbackArity: true, length 2',
      'NestJS: validate, callbackArity: 1, length 1',
      'NestJS: async validate, callbackArity: 1, length 1',
    ])
    for (const { ends, times } of nest) {
      expect(ends.alice).to.deep.equal({ 'accepted alice': times })
    }
  })
})

function describeRow({ verify, style, wrapper, length }: Row): string {
  return `${verify} (${style}) in ${wrapper}, length ${length}, seed ${SEED}`
}
