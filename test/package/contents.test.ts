import { readFileSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import { expect } from 'chai'
import { addFixture, createConsumer, installedFiles, node } from './support/project.js'

describe('the packed package, installed alone', () => {
  let consumer: string

  before(async () => {
    consumer = await createConsumer('alone')
  })

  it('contains only the compiled code, its types and the documents', () => {
    const allowed = [
      /^dist\/(esm|cjs|bundler)\/.+\.(js|d\.ts)$/,
      /^(docs|examples)\/[^.]+(\.[a-z]+)?$/,
      /^(docs\/.+|[A-Z]+)\.md$/,
      /^examples\/.+\.c?js$/,
      /^(dist\/cjs\/|)package\.json$|^LICENSE$/,
    ]
    const files = [...installedFiles(consumer).keys()]

    expect(files.filter((name) => !allowed.some((one) => one.test(name)))).to.deep.equal([])
    expect(files).to.include.members(['dist/esm/index.d.ts', 'dist/cjs/index.d.ts', 'package.json'])
  })

  it('takes less than 1,100 kB of code and types, and less than 1.9 MB with its documents', () => {
    const sizeOf = (folder: string) =>
      [...installedFiles(consumer)]
        .filter(([name]) => name.startsWith(folder))
        .reduce((sum, [, path]) => sum + statSync(path).size, 0)

    expect(sizeOf('dist/')).to.be.below(1_100_000)
    expect(sizeOf('')).to.be.below(1_900_000)
  })

  it('contains every file that its documents link to', () => {
    const files = installedFiles(consumer)
    const missing = [...files].flatMap(([name, path]) => {
      if (!name.endsWith('.md')) return []
      const links = readFileSync(path, 'utf8').matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)
      return [...links]
        .map(([, link = '']) => posix.join(posix.dirname(name), link))
        .filter((target) => ![...files.keys()].some((one) => `${one}/`.startsWith(target)))
        .map((target) => `${name}: ${target}`)
    })

    expect(missing).to.deep.equal([])
  })

  it("has types that need no other types than Node's", () => {
    const foreign = [...installedFiles(consumer)].flatMap(([name, path]) => {
      if (!name.endsWith('.d.ts')) return []
      // Examples in doc comments import the package itself, and what it is used with.
      const code = readFileSync(path, 'utf8').replaceAll(/\/\*\*.*?\*\//gs, '')
      const asked = code.matchAll(
        /(?:from |import\(|import |reference (?:types|path)=)(["'])(.+?)\1/g,
      )
      return [...asked].map(([, , module = '']) => `${name}: ${module}`)
    })
    const isForeign = (line: string) => !/: (node|node:[a-z]+|\.{1,2}\/.+)$/.test(line)

    expect(foreign).to.not.be.empty
    expect(foreign.filter(isForeign)).to.deep.equal([])
  })

  for (const [how, fixture, flags] of [
    ['can be imported', 'use.mjs', []],
    ['can be required', 'use.cjs', []],
    [
      'can be required with --no-experimental-require-module',
      'use.cjs',
      ['--no-warnings', '--no-experimental-require-module'],
    ],
    ['has the same classes by import and by require', 'use-both.mjs', []],
    [
      'has the same classes with --no-experimental-require-module',
      'use-both.mjs',
      ['--no-warnings', '--no-experimental-require-module'],
    ],
  ] as const) {
    it(`${how}, without a warning`, async () => {
      const { stderr } = await node(consumer, [...flags, addFixture(consumer, fixture)])

      expect(stderr).to.equal('')
    })
  }
})
