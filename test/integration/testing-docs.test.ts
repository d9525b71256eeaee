import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { createTestCa } from '../../src/testing/ca.js'
import { LEAF_OPTIONS } from '../../src/testing/options.js'
import { hasLines, listBlocks } from '../support/code-blocks.js'

const PAGE = readFileSync(new URL('../../docs/testing.md', import.meta.url), 'utf8')
const PROGRAMS = new URL('../package/consumers/testing/', import.meta.url)

const programs = readdirSync(PROGRAMS).map((name) => ({
  name,
  text: readFileSync(new URL(name, PROGRAMS), 'utf8'),
}))

/** The page explains them in sentences. */
const FUNCTIONS = ['issue', 'createIntermediate']

/** Those whose runner is here; `npm run test:package` runs all of them. */
const RUNS: Readonly<Record<string, readonly string[]>> = {
  'node:test': ['node-test', 'rejections', 'supertest', 'proxy', 'fake'],
  mocha: ['mocha'],
}
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  'node:test': ['--test', '--test-reporter=tap'],
  mocha: [fileURLToPath(import.meta.resolve('mocha/bin/mocha.js')), '--no-package'],
}

describe('docs/testing.md', () => {
  it('only shows parts of programs that the tests run', () => {
    const blocks = listBlocks(PAGE, 'js')
    expect(blocks).to.have.lengthOf.above(9)
    for (const block of blocks) {
      const sources = programs.filter(({ text }) => hasLines(text, block))
      expect(sources, `not part of any program:\n${block}`).not.to.be.empty
    }
  })

  it('lists every option of a certificate, and every member of the result', () => {
    const cells = [...PAGE.matchAll(/^\| ([^|]+)\|/gm)].map(([, cell]) => cell).join()
    const members = Object.keys({ ...createTestCa(), ...LEAF_OPTIONS })
    for (const name of members.filter((each) => !FUNCTIONS.includes(each))) {
      expect(cells).to.match(new RegExp(`\`${name}\\b`))
    }
  })

  it('has links to headings that exist', () => {
    const headings = [...PAGE.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    )
    const links = [...PAGE.matchAll(/\]\(#([^)]+)\)/g)].map(([, link]) => link)
    expect(links).to.have.lengthOf.above(3)
    expect(headings).to.include.members(links)
  })

  for (const [runner, names] of Object.entries(RUNS)) {
    for (const name of names) {
      it(`shows tests that pass with ${runner}: ${name}`, () => {
        const file = fileURLToPath(new URL(`${name}.test.mjs`, PROGRAMS))
        const options = { encoding: 'utf8', cwd: fileURLToPath(PROGRAMS) } as const
        const { status, stdout } = spawnSync(
          process.execPath,
          [...(FLAGS[runner] ?? []), file],
          options,
        )
        expect(status, stdout).to.equal(0)
        expect(stdout).to.match(/^# pass [1-9]|^ {2}[1-9]\d* passing/m)
      })
    }
  }
})
