import { existsSync } from 'node:fs'
import { expect } from 'chai'
import manifest from '../../package.json' with { type: 'json' }

const SOURCE = new URL('../../src/', import.meta.url)

const { './package.json': own, ...entries } = manifest.exports

describe('package.json', () => {
  it('has every entry for TypeScript 5 with module: commonjs, which reads no exports', () => {
    const types = Object.entries(entries)
      .filter(([entry]) => entry !== '.')
      .map(([entry, { require }]) => [entry.replace('./', ''), [require.replace('.js', '.d.ts')]])
    expect(manifest.typesVersions).to.deep.equal({ '*': Object.fromEntries(types) as unknown })
  })

  it('has the same main entry and types for programs that read no exports', () => {
    const main = entries['.'].require
    expect(manifest).to.include({ main, types: main.replace('.js', '.d.ts') })
    expect(own).to.equal('./package.json')
  })

  for (const [name, entry] of Object.entries(entries)) {
    it(`builds every form of an entry from one source file: ${name}`, () => {
      const path = entry.require.replace('./dist/cjs/', '')
      expect(entry).to.deep.equal({
        workerd: `./dist/bundler/${path}`,
        module: `./dist/bundler/${path}`,
        import: `./dist/esm/${path}`,
        require: `./dist/cjs/${path}`,
      })
      expect(existsSync(new URL(path.replace('.js', '.ts'), SOURCE))).to.equal(true)
    })
  }
})
