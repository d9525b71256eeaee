import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))

function runMain(...argv: string[]) {
  const flags = ['--no-deprecation', '--import', 'ts-blank-space/register']
  const options = { encoding: 'utf8', timeout: 60_000, input: '' } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, MAIN, ...argv], options)
  return { status, stdout, stderr }
}

describe('the program', () => {
  it('lists its commands in alphabetical order', () => {
    const { status, stdout, stderr } = runMain('--help')
    const names = [...stdout.matchAll(/^ {2}(\S+) {2,}\S/gm)].map(([, name]) => name as string)
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' })
    expect(names).to.include.members(['check', 'inspect'])
    expect(names).to.deep.equal([...names].sort())
  })

  it('exits with the status of its command', () => {
    const { status, stdout, stderr } = runMain('inspect')
    expect({ status, stdout }).to.deep.equal({ status: 2, stdout: '' })
    expect(stderr).to.match(/^passport-client-certificate-auth: standard input is empty; [^\n]+\n$/)
  })
})
