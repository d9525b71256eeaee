// Turns src/ into a handful of files, which every entry shares: loading three dozen small ones takes
// twice as long. Types are the compiler's job, and only erased here.
//
// - dist/cjs: the code as CommonJS, which is what Node runs
// - dist/esm: a few lines around it, so that whoever imports and whoever requires the package have the
//   same classes
// - dist/bundler: the code as ES modules, for bundlers, which take these for both
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'

const {
  exports: entries,
  dependencies,
  devDependencies: { 'lru.min': version },
} = JSON.parse(readFileSync('package.json', 'utf8'))

const CODE = 'dist/cjs'
const MODULES = 'dist/esm'
const BUNDLER = 'dist/bundler'

/** Every public entry, as the source file that it is made of. */
const input = Object.fromEntries(
  Object.values(entries)
    .filter((entry) => typeof entry === 'object')
    .map(({ require: { default: file } }) => file.replace(`./${CODE}/`, '').replace('.js', ''))
    .map((name) => [name, `src/${name}.ts`]),
)

const compilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
}

/** The one library that is compiled in: to find and load it as a package takes far longer. */
const LIBRARY = fileURLToPath(import.meta.resolve('lru.min'))

const typescript = {
  name: 'typescript',
  resolveId(source, importer) {
    if (source === 'lru.min') return LIBRARY
    if (importer === undefined || !source.startsWith('.')) return null
    const file = fileURLToPath(new URL(source, pathToFileURL(importer)))
    return importer.endsWith('.ts') ? file.replace(/\.js$/, '.ts') : file
  },
  transform: (code, id) =>
    id.endsWith('.ts')
      ? { code: ts.transpileModule(code, { compilerOptions }).outputText, map: null }
      : null,
}

/** The one default export, and the name under which the same function is exported as well. */
const DEFAULT = { 'middleware.js': 'clientCertificateAuth' }

/** An ES module, with its types, around each public entry. */
const modules = {
  name: 'modules',
  writeBundle(_options, bundle) {
    write(join(CODE, 'package.json'), JSON.stringify({ type: 'commonjs' }))
    for (const { fileName, isEntry, exports } of Object.values(bundle)) {
      if (!isEntry) continue
      const file = join(MODULES, fileName)
      const code = relative(dirname(file), join(CODE, fileName)).replaceAll('\\', '/')
      const named = exports.filter((name) => name !== 'default')
      const main = named.length < exports.length ? `{ ${DEFAULT[fileName]} as default }` : undefined
      const names = `{ ${named.join(', ')} }`
      // Where a CommonJS module has a default of its own, Bun takes that for all of it.
      const whole = main
        ? `export ${names} from '${code}'\nexport ${main} from '${code}'\n`
        : `import entry from '${code}'\n\nexport const ${names} = entry\n`
      write(file, whole)
      const types = `export * from '${code}'\n`
      // By its name: where ES modules import it, the default of a CommonJS module is all of it.
      const mainType = main ? `export ${main} from '${code}'\n` : ''
      write(file.replace('.js', '.d.ts'), types + mainType)
    }
  },
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

const LICENCE = `/*
Contains lru.min ${version}:

${readFileSync('node_modules/lru.min/LICENSE', 'utf8').trim()}
*/`

/** What nearly every entry needs, in one file. */
function manualChunks(id) {
  const isDoor = /\/src\/(middleware|fetch|lambda)\.ts$/.test(id)
  return isDoor || /\/src\/(server|helpers)\//.test(id) || /\/src\/[a-z]+\/index\.ts$/.test(id)
    ? undefined
    : 'core'
}

const output = {
  interop: 'default',
  chunkFileNames: '[name].js',
  manualChunks,
  hoistTransitiveImports: false,
  banner: ({ name }) => (name === 'core' ? LICENCE : ''),
}

export default {
  input,
  external: (id) => id.startsWith('node:') || id in dependencies,
  plugins: [typescript],
  output: [
    { ...output, dir: CODE, format: 'cjs', plugins: [modules] },
    { ...output, dir: BUNDLER, format: 'esm' },
  ],
}
