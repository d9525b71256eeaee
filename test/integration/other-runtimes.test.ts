import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { expectedConstructions } from '../runtimes/constructions.js'
import { testPki } from '../support/pki.js'

const PROGRAM = fileURLToPath(new URL('../runtimes/programs/construct.ts', import.meta.url))

/** The result of each construction, in a Node process that runs the preparation first. */
async function construct(preparation: string): Promise<Record<string, string>> {
  const { root } = await testPki()
  const first = `data:text/javascript,${encodeURIComponent(preparation)}`
  const args = ['--import', 'ts-blank-space/register', '--import', first, PROGRAM, root.cert]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as Record<string, string>
}

function compare(outcomes: Record<string, string>, hasDirectTls: boolean): void {
  const expected = expectedConstructions(hasDirectTls, true)
  expect(Object.keys(outcomes)).to.have.members(Object.keys(expected))
  for (const [name, pattern] of Object.entries(expected)) {
    expect(outcomes[name], name).to.match(pattern)
  }
}

describe('a runtime without direct TLS', () => {
  it('gets an error when it constructs something that needs direct TLS, and only then', async () => {
    compare(await construct("process.versions.deno = '2.9.6'"), false)
  })

  it('is recognized by its own version, even if it claims a version of Node', async () => {
    const versions = "{ ...process.versions, node: '20.19.0', deno: '2.9.6' }"
    const preparation = `Object.defineProperty(process, 'versions', { value: ${versions} })`
    compare(await construct(preparation), false)
  })

  it("isn't a Node process with a global named Deno or Bun", async () => {
    const deno = "{ version: { deno: '2.9.6' }, build: { os: 'linux' } }"
    compare(await construct(`globalThis.Deno = ${deno}; globalThis.Bun = { version: '1' }`), true)
  })
})
