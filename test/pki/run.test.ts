import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

const RUN = fileURLToPath(new URL('run.ts', import.meta.url))

function run(...args: readonly string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', 'ts-blank-space/register', RUN, ...args],
    { encoding: 'utf8' },
  )
  return { status, stderr }
}

describe('npm run test:pki', () => {
  let folder = ''
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vectors-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it('fails without a folder, and says where the vectors come from', () => {
    const { status, stderr } = run()
    expect(status).to.equal(1)
    expect(stderr).to.match(/^The folder with the test vectors is missing$/m)
    for (const address of ['csrc.nist.gov', 'Netflix/bettertls', 'C2SP/x509-limbo'])
      expect(stderr).to.include(address)
  })

  it('fails if the folder lacks a file, and names the file', () => {
    const { status, stderr } = run(folder)
    expect(status).to.equal(1)
    expect(stderr).to.match(/^pkits\.json can't be read from the given folder$/m)
  })

  it('fails if a file is not in the documented form', () => {
    writeFileSync(join(folder, 'pkits.json'), '{ "tests": [] }')
    const { status, stderr } = run(folder)
    expect(status).to.equal(1)
    expect(stderr).to.match(/^pkits\.json has no certificates, crls$/m)
  })
})
