// The entry for tests, in projects with the usual test runners.
import { expect } from 'chai'
import { addFixtures, createConsumer, node, pinned } from './support/project.js'

const APPLICATION = pinned(['express', 'passport'])

interface Runner {
  readonly packages: readonly string[]
  /** The arguments of Node, with the files of the tests. */
  readonly runs: readonly (readonly [title: string, args: readonly string[], passed: RegExp])[]
}

/** The default reporter depends on the version of Node. */
const NODE_TEST = ['--test', '--test-reporter=tap']
const JEST = ['node_modules/jest/bin/jest.js', '--testMatch']

const RUNNERS: Readonly<Record<string, Runner>> = {
  'node:test': {
    packages: pinned(['supertest']),
    runs: [
      ['by import', [...NODE_TEST, 'node-test.test.mjs'], /^# pass 3$/m],
      ['by require', [...NODE_TEST, 'node-test.test.cjs'], /^# pass 2$/m],
      ['for every rejection', [...NODE_TEST, 'rejections.test.mjs'], /^# pass 7$/m],
      ['with supertest', [...NODE_TEST, 'supertest.test.mjs'], /^# pass 1$/m],
      ['for an application behind a proxy', [...NODE_TEST, 'proxy.test.mjs'], /^# pass 2$/m],
      ['with fakes', [...NODE_TEST, 'fake.test.mjs'], /^# pass 2$/m],
    ],
  },
  mocha: {
    packages: pinned(['mocha']),
    runs: [
      ['by import', ['node_modules/mocha/bin/mocha.js', 'mocha.test.mjs'], /^ {2}2 passing/m],
      ['by require', ['node_modules/mocha/bin/mocha.js', 'mocha.test.cjs'], /^ {2}2 passing/m],
    ],
  },
  Jest: {
    packages: ['jest@30.5.2'],
    runs: [
      ['by require', [...JEST, '**/jest.test.cjs'], /^Tests: +3 passed, 3 total$/m],
      [
        'by import',
        ['--experimental-vm-modules', '--no-warnings', ...JEST, '**/jest.test.mjs'],
        /^Tests: +2 passed, 2 total$/m,
      ],
    ],
  },
  // The newest version that runs on Node 20.
  Vitest: {
    packages: ['vitest@3.2.4'],
    runs: [
      [
        'by import',
        ['node_modules/vitest/vitest.mjs', 'run', 'vitest.test.mjs'],
        /Tests {2}2 passed \(2\)/,
      ],
    ],
  },
}

describe('the entry for tests', () => {
  for (const [name, { packages, runs }] of Object.entries(RUNNERS)) {
    describe(`in a project with ${name}`, () => {
      let consumer: string

      before(async () => {
        const folder = `runner-${name.toLowerCase().replace(':', '-')}`
        consumer = await createConsumer(folder, ...APPLICATION, ...packages)
        addFixtures(consumer, 'testing')
      })

      for (const [title, args, passed] of runs) {
        it(`works ${title}, and lets the runner end by itself`, async () => {
          const { stdout, stderr } = await node(consumer, [...args], { NO_COLOR: '1' })
          expect(stdout + stderr).to.match(passed)
        })
      }
    })
  }
})
