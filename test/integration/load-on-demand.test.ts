import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Runs CommonJS code that uses the built package, in a new process, and returns what it gives to `print()`. */
function run(script: string): unknown {
  const prelude = `
    const Module = require('node:module')
    const loads = []
    const { _load } = Module
    Module._load = function (name) {
      loads.push(name)
      return _load.apply(this, arguments)
    }
    const listLoaded = () => Object.keys(require.cache).map((file) => file.split('/').at(-1))
    const print = (value) => process.stdout.write(JSON.stringify(value))
    const PACKAGE = 'passport-client-certificate-auth'
    const request = {
      headers: { 'client-cert': ':AAAA:' },
      rawHeaders: ['client-cert', ':AAAA:'],
      socket: { remoteAddress: '127.0.0.1' },
    }`
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=commonjs', '--eval', prelude + script],
    { cwd: ROOT, encoding: 'utf8', timeout: 60_000 },
  )
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}

describe('loading the package by require', () => {
  it('leaves out the code for headers until an option needs it', () => {
    const loaded = run(`
      const { Strategy } = require(PACKAGE)
      new Strategy(() => null)
      const before = listLoaded().includes('header.js')
      new Strategy({ certificateSource: 'nginx', trustedProxies: 'loopback' }, () => null)
      print([before, listLoaded().includes('header.js')])`)
    expect(loaded).to.deep.equal([false, true])
  })

  it('loads nothing more for a request', () => {
    const counts = run(`
      const { createExtractor } = require(PACKAGE + '/extractor')
      const { allowSAN } = require(PACKAGE + '/helpers')
      const options = { certificateHeader: 'client-cert', headerEncoding: 'rfc9440' }
      const extract = createExtractor({ ...options, trustedProxies: '127.0.0.1' })
      const isAllowed = allowSAN('DNS:a.test')
      const use = () => [extract(request).reason, isAllowed({ raw: Buffer.alloc(0) })]
      use()
      loads.length = 0
      for (let time = 0; time < 10; time += 1) use()
      print([loads, use()])`)
    expect(counts).to.deep.equal([[], ['header_missing_or_malformed', false]])
  })
})
