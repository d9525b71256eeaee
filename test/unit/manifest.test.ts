import { expect } from 'chai'
import manifest from '../../package.json' with { type: 'json' }

describe('package.json', () => {
  it('has every entry for TypeScript 5 with module: commonjs, which reads no exports', () => {
    const entries = Object.entries(manifest.exports).flatMap(([entry, target]) =>
      typeof target === 'string' || entry === '.'
        ? []
        : [[entry.replace('./', ''), [target.require.types]]],
    )
    expect(manifest.typesVersions).to.deep.equal({ '*': Object.fromEntries(entries) as unknown })
    expect(manifest.types).to.equal(manifest.exports['.'].require.types)
  })
})
