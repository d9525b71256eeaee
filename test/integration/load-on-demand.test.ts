import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import manifest from '../../package.json' with { type: 'json' }

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

  it('leaves out the code for tests, which only its own entry loads', () => {
    const loaded = run(`
      const { exports: entries } = require(PACKAGE + '/package.json')
      const names = Object.keys(entries).map((name) => name.replace('.', PACKAGE))
      const loadsIt = (name) => {
        for (const file of Object.keys(require.cache)) delete require.cache[file]
        require(name)
        return listLoaded().includes('test-certificates.js')
      }
      print([names.length, names.filter(loadsIt)])`)
    expect(loaded).to.deep.equal([
      Object.keys(manifest.exports).length,
      ['passport-client-certificate-auth/testing'],
    ])
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
