// Turns src/ into a handful of files for each module system: loading three dozen small ones takes
// twice as long. Types are the compiler's job, and only erased here.
import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'

const {
  exports: entries,
  dependencies,
  devDependencies: { 'lru-cache': version },
} = JSON.parse(readFileSync('package.json', 'utf8'))

/** Every public entry, as the source file that it is made of. */
const input = Object.fromEntries(
  Object.values(entries)
    .filter((entry) => typeof entry === 'object')
    .map(({ import: { default: file } }) => file.replace('./dist/esm/', '').replace('.js', ''))
    .map((name) => [name, `src/${name}.ts`]),
)

const compilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
}

/** The one library that is compiled in: to load it as a package takes as long as all of ours. */
const LIBRARY = fileURLToPath(import.meta.resolve('lru-cache/raw'))

const typescript = {
  name: 'typescript',
  resolveId(source, importer) {
    if (source === 'lru-cache') return LIBRARY
    if (importer === undefined || !source.startsWith('.')) return null
    const file = fileURLToPath(new URL(source, pathToFileURL(importer)))
    return importer.endsWith('.ts') ? file.replace(/\.js$/, '.ts') : file
  },
  transform: (code, id) => ({
    code: ts.transpileModule(code, {
      compilerOptions: { ...compilerOptions, removeComments: !id.endsWith('.ts') },
    }).outputText,
    map: null,
  }),
}

const LICENCE = `// Contains lru-cache ${version}, (c) Isaac Z. Schlueter and contributors,
// https://blueoakcouncil.org/license/1.0.0`

/** What nearly every entry needs, in one file. */
function manualChunks(id) {
  const isDoor = /\/src\/(middleware|fetch|lambda)\.ts$/.test(id)
  return isDoor || /\/src\/(server|helpers)\//.test(id) || /\/src\/[a-z]+\/index\.ts$/.test(id)
    ? undefined
    : 'core'
}

export default {
  input,
  external: (id) => id.startsWith('node:') || id in dependencies,
  plugins: [typescript],
  output: ['esm', 'cjs'].map((format) => ({
    dir: `dist/${format}`,
    format,
    interop: 'default',
    chunkFileNames: '[name].js',
    manualChunks,
    hoistTransitiveImports: false,
    banner: ({ name }) => (name === 'core' ? LICENCE : ''),
  })),
}
