import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

const STEPS = fileURLToPath(new URL('../support/unanswered-steps.ts', import.meta.url))

interface Step {
  readonly name: string
  /** Whether a timer would keep the process alive. */
  readonly alive: boolean
  /** How many timers were started. */
  readonly started: number
  /** How many warnings there were after 999 milliseconds. */
  readonly early: number
  readonly warnings: [message: string, { code: string; type: string; detail: string }][]
}

/** Runs verify callbacks one after another in a process that hasn't warned yet. */
function run(names: readonly string[], limit: number | false = false): Step[] {
  const args = ['--no-deprecation', '--import', 'ts-blank-space/register', STEPS, String(limit)]
  const stdout = execFileSync(process.execPath, [...args, ...names], { encoding: 'utf8' })
  return JSON.parse(stdout) as Step[]
}

describe('verify in callback style with a promise that resolves to a value', () => {
  it('causes a warning after a second, once per process, if it has not called done', () => {
    const [first, ...others] = run(['returns a user', 'returns null', 'returns a user'])
    expect(first).to.include({ early: 0, alive: false })
    expect(first?.warnings).to.deep.equal([
      [
        'verify returned a promise of a value, but did not call done: the value is ignored',
        {
          type: 'SecurityWarning',
          code: 'CLIENT_CERT_VERIFY_UNANSWERED',
          detail:
            'To answer with what verify returns, declare (cert) => ..., or (req, cert) => ... with ' +
            'passReqToCallback. Every other verify.length means that done is called.',
        },
      ],
    ])
    for (const other of others) expect(other.warnings).to.deep.equal([])
  })

  it('causes a warning if the value is null', () => {
    expect(run(['returns null'])[0]?.warnings).to.have.lengthOf(1)
  })

  it('causes a warning even if the time limit came first', () => {
    expect(run(['returns a user'], 500)[0]?.warnings).to.have.lengthOf(1)
  })

  it('starts no timer if it has called done', () => {
    expect(run(['calls done first'])[0]).to.include({ started: 0 })
  })

  it('causes no warning if it calls done, or answers in another way', () => {
    const fine = [
      'returns undefined',
      'rejects',
      'never settles',
      'returns a query',
      'calls done first',
      'calls done within the second',
      'answers with a promise',
    ]
    const steps = run(fine)
    expect(steps.map(({ name }) => name)).to.deep.equal(fine)
    expect(steps.filter(({ warnings, alive }) => alive || warnings.length > 0)).to.deep.equal([])
  })
})

describe('verify that answers with an array', () => {
  it('causes a warning once per process, because even an empty array authenticates the client', () => {
    for (const answer of ['answers with rows', 'calls done with rows']) {
      const [first, second] = run([answer, answer])
      expect(first?.warnings).to.deep.equal([
        [
          'verify answered with an array, and even an empty array is truthy, so it authenticates the client',
          {
            type: 'SecurityWarning',
            code: 'CLIENT_CERT_VERIFY_ARRAY',
            detail:
              'Database drivers answer queries with arrays of rows. Answer with one row, for example ' +
              'rows[0], which is undefined when there is none.',
          },
        ],
      ])
      expect(second?.warnings).to.deep.equal([])
    }
  })
})
