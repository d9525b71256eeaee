import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import ts from 'typescript'
import manifest from '../../package.json' with { type: 'json' }

const SOURCE = fileURLToPath(new URL('../../src', import.meta.url))

/** The folders that the files of each folder may import, besides their own. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  util: [],
  certificate: ['util'],
  parsers: ['util', 'certificate'],
  path: ['util', 'certificate', 'parsers'],
  extractor: ['util', 'certificate', 'parsers', 'path'],
  guard: ['util', 'certificate', 'parsers', 'path', 'extractor'],
  strategy: ['util', 'certificate', 'parsers', 'path', 'extractor', 'guard'],
  helpers: ['util', 'certificate', 'path'],
  server: ['util', 'certificate', 'path', 'extractor'],
  testing: ['util', 'certificate', 'server'],
  cli: ['util', 'certificate', 'parsers', 'path', 'extractor', 'helpers', 'testing'],
}

const ENTRIES = Object.values(manifest.exports)
  .filter((entry) => typeof entry === 'object')
  .map((entry) => entry.require.replace('./dist/cjs/', '').replace('.js', '.ts'))

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))

/** The files of `src` that each file imports, also if it imports only types or exports them again. */
const imports = new Map(
  files.map((file) => {
    const { importedFiles } = ts.preProcessFile(readFileSync(join(SOURCE, file), 'utf8'))
    const names = importedFiles.map(({ fileName }) => fileName)
    const own = names.filter((name) => name.startsWith('.'))
    return [file, own.map((name) => join(dirname(file), name.replace(/\.js$/, '.ts')))]
  }),
)

const layerOf = (file: string): string => file.split('/')[0] as string
const importedBy = (file: string): readonly string[] => imports.get(file) ?? []

/** The files of a cycle of imports, in which the first file is also the last, or `undefined`. */
function findCycle(file: string, path: readonly string[], done: Set<string>): string[] | undefined {
  if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
  if (done.has(file)) return undefined
  for (const imported of importedBy(file)) {
    const cycle = findCycle(imported, [...path, file], done)
    if (cycle !== undefined) return cycle
  }
  done.add(file)
  return undefined
}

describe('the source files', () => {
  it('are all found, with what they import', () => {
    expect(files).to.include.members(ENTRIES)
    expect([...imports.values()].flat()).to.have.lengthOf.above(200)
    expect([...imports.values()].flat().filter((file) => !imports.has(file))).to.deep.equal([])
  })

  it('are public entries, or in the folder of a layer', () => {
    const others = files.filter((file) => !ENTRIES.includes(file))
    expect(others.filter((file) => !Object.hasOwn(LAYERS, layerOf(file)))).to.deep.equal([])
  })

  for (const [layer, below] of Object.entries(LAYERS)) {
    it(`import only layers below their own: ${layer}`, () => {
      const own = files.filter((file) => layerOf(file) === layer && !ENTRIES.includes(file))
      expect(own).not.to.be.empty
      const wrong = own.flatMap((file) =>
        importedBy(file)
          .filter((imported) => ![layer, ...below].includes(layerOf(imported)))
          .map((imported) => `${file} imports ${imported}`),
      )
      expect(wrong).to.deep.equal([])
    })
  }

  it('import no public entry, because an entry belongs to no layer', () => {
    const importers = files.filter((file) =>
      importedBy(file).some((imported) => ENTRIES.includes(imported)),
    )
    expect(importers).to.deep.equal([])
  })

  it('import each other in no cycle', () => {
    const done = new Set<string>()
    for (const file of files) expect(findCycle(file, [], done)?.join(' -> ')).to.equal(undefined)
  })
})
