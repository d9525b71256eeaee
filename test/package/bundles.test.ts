import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import manifest from '../../package.json' with { type: 'json' }
import { addFixture, createConsumer, node, workspaceFolder } from './support/project.js'

const BUNDLER = 'esbuild@0.28.2'

describe('the packed package, in a bundle', () => {
  let consumer: string

  before(async () => {
    consumer = await createConsumer('bundle', BUNDLER)
    addFixture(consumer, 'use.mjs')
    addFixture(consumer, 'use.cjs')
    // The bundled program imports the package, and has a dependency that requires the package.
    const dependency = join(consumer, 'node_modules', 'dependency')
    mkdirSync(dependency)
    writeFileSync(
      join(dependency, 'index.js'),
      `module.exports = require('${manifest.name}').Strategy`,
    )
    writeFileSync(
      join(consumer, 'use-both.mjs'),
      `import assert from 'node:assert/strict'
      import { Strategy } from '${manifest.name}'
      import Required from 'dependency'
      assert.equal(Required, Strategy)`,
    )
  })

  for (const format of ['esm', 'cjs'] as const) {
    for (const program of ['use.mjs', 'use.cjs', 'use-both.mjs']) {
      // esbuild doesn't replace the program's own require('node:assert').
      if (format === 'esm' && program.endsWith('.cjs')) continue
      it(`runs on its own: ${program}, bundled as ${format}`, async () => {
        const options = { format, bundle: true, platform: 'node', entryPoints: [program] }
        const outfile = join(
          workspaceFolder(),
          `${program}.${format}.${format === 'esm' ? 'mjs' : 'cjs'}`,
        )
        const script = `require('esbuild').buildSync(${JSON.stringify({ ...options, outfile })})`
        await node(consumer, ['--eval', script])

        expect((await node(workspaceFolder(), [outfile])).stderr).to.equal('')
      })
    }
  }
})
