import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { check } from '../../src/cli/check.js'
import { inspect } from '../../src/cli/inspect/index.js'
import { mask, prepareDocumentedFiles, runDocumented } from '../support/documented-commands.js'
import { closeServers } from '../support/servers.js'

const page = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8')
/** The sections of the commands that this test runs. Others belong to other tests. */
const sections = [...page.matchAll(/^## `(inspect|check)`\n([^]*?)(?=^## |$(?![^]))/gm)]
const COMMANDS = { inspect, check }

describe('docs/commands.md', () => {
  let folder = ''
  let server = { port: 0 }
  // Before each test, because other files close all servers after each.
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'commands-'))
    server = await prepareDocumentedFiles(folder)
  })
  afterEach(async () => {
    await closeServers()
    await rm(folder, { recursive: true })
  })

  it('has a section for each command', () => {
    expect(sections.map(([, name]) => name)).to.deep.equal(Object.keys(COMMANDS))
  })

  for (const [, name = '', text = ''] of sections) {
    const blocks = [...text.matchAll(/^```console\n\$ (.*)\n([^]*?)^```$/gm)]

    it(`shows outputs of ${name}`, () => {
      expect(blocks).to.have.lengthOf.at.least(2)
    })

    for (const [, command = '', output = ''] of blocks) {
      it(`shows what the program prints: ${command}`, async () => {
        const printed = await runDocumented(command, folder, server)
        expect(mask(output)).to.equal(mask(printed))
      })
    }

    it(`names every option of ${name}`, () => {
      for (const option of Object.keys(COMMANDS[name as keyof typeof COMMANDS].options)) {
        expect(text).to.include(`\`--${option}`)
      }
    })
  }
})
