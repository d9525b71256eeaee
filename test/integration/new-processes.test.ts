import { spawnSync } from 'node:child_process'
import { expect } from 'chai'

/** Runs a script in a new process. `MODULE` in it is replaced by the address of a file of `src`. */
function runScript(file: string, script: string) {
  const module = new URL(`../../src/${file}`, import.meta.url).href
  const flags = ['--no-deprecation', '--import', 'ts-blank-space/register', '--input-type=module']
  const run = [...flags, '--eval', script.replace('MODULE', module)]
  const options = { encoding: 'utf8', timeout: 60_000 } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, run, options)
  return { status, stdout, stderr }
}

describe('a native promise', () => {
  it('is heard where the application had replaced the global Promise before', () => {
    const script = `
      globalThis.Promise = class Bluebird { then() { throw new Error('not for this promise') } }
      const { listenToNativePromise } = await import('MODULE')
      const promise = (async () => { throw 7 })()
      listenToNativePromise(promise, () => {}, (reason) => process.stdout.write('rejected ' + reason))`
    const { stdout, stderr } = runScript('strategy/native-promise.ts', script)
    expect({ stdout, stderr }).to.deep.equal({ stdout: 'rejected 7', stderr: '' })
  })
})

describe('the first answer', () => {
  it('does not keep the process alive while it is waited for', () => {
    const script = `
      import { FirstAnswer } from 'MODULE'
      class Fatal extends FirstAnswer { report() { process.exit(1) } }
      new Fatal().waitWithin({ ms: 2 ** 31 - 1, expire: () => 'expired' })`
    const { status, stderr } = runScript('guard/first-answer.ts', script)
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' })
  })
})
