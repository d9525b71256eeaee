import { expect } from 'chai'
import manifest from '../../package.json' with { type: 'json' }

describe('each entry of the exports of the package', () => {
  const entries = Object.entries(manifest.exports).filter(([, entry]) => typeof entry === 'object')

  for (const [name, entry] of entries) {
    it(`is the same code for workerd as for any bundler: ${name}`, () => {
      const { workerd, module } = entry as Record<string, unknown>
      expect(workerd).to.deep.equal(module)
      // Bundlers take the first condition that applies.
      expect(Object.keys(entry)[0]).to.equal('workerd')
    })
  }
})
