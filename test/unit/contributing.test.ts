import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import manifest from '../../package.json' with { type: 'json' }

const ROOT = new URL('../../', import.meta.url)

describe('CONTRIBUTING.md', () => {
  const text = readFileSync(new URL('CONTRIBUTING.md', ROOT), 'utf8')

  it('names files and folders that exist', () => {
    const quoted = [...text.matchAll(/`((?:src|test|bench|examples|docs|\.ci)\/[^`<*]*)`/g)]
    const paths = quoted.map(([, path = '']) => path)
    expect(paths).not.to.be.empty
    expect(paths.filter((path) => !existsSync(new URL(path, ROOT)))).to.deep.equal([])
  })

  it('names scripts that exist', () => {
    const scripts = [...text.matchAll(/npm run ([a-z0-9:]+)/g)].map(([, script = '']) => script)
    expect(scripts).not.to.be.empty
    expect(scripts.filter((script) => !Object.hasOwn(manifest.scripts, script))).to.deep.equal([])
  })
})
