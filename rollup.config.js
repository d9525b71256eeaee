// Turns src/ into a few files that all entries share, because loading every file by itself takes 2.5 times as long.
// The compiler checks the types and writes the declarations; here they are only erased.
//
// - dist/cjs: the code as CommonJS, which is what Node runs
// - dist/esm: a few lines around it, so that `import` and `require` give the same classes
// - dist/bundler: the code as ES modules, for bundlers, which use it for both
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'

const {
  bin,
  exports: entries,
  dependencies,
  devDependencies: { 'lru.min': version },
} = JSON.parse(readFileSync('package.json', 'utf8'))

const CODE = 'dist/cjs'
const MODULES = 'dist/esm'
const BUNDLER = 'dist/bundler'

/** The source file of every public entry. */
const input = Object.fromEntries(
  Object.values(entries)
    .filter((entry) => typeof entry === 'object')
    .map((entry) => sourceOf(entry.require)),
)

/** The programs that npm links, which only Node runs. */
const programs = Object.fromEntries(Object.values(bin).map(sourceOf))

function sourceOf(file) {
  const name = file.replace(`./${CODE}/`, '').replace('.js', '')
  return [name, `src/${name}.ts`]
}

const compilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  // Editors read the comments from the declarations.
  removeComments: true,
}

/** The one library that is compiled in, because finding and loading it as a package takes far longer. */
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

const require = createRequire(import.meta.url)

/** The name under which an entry also exports its default, or undefined for an entry without a default. */
function nameOfDefault(fileName, exports) {
  if (!exports.includes('default')) return undefined
  const entry = require(resolve(CODE, fileName))
  const name = exports.find((one) => one !== 'default' && entry[one] === entry.default)
  if (name === undefined) throw new Error(`${fileName} must export its default under a name too`)
  return name
}

/** An ES module around each public entry, and types beside each module. */
const modules = {
  name: 'modules',
  writeBundle(_options, bundle) {
    write(join(CODE, 'package.json'), JSON.stringify({ type: 'commonjs' }))
    removePrivateTypes()
    for (const { fileName, isEntry, exports } of Object.values(bundle)) {
      if (!isEntry || fileName.replace('.js', '') in programs) continue
      const file = join(MODULES, fileName)
      const code = relative(dirname(file), join(CODE, fileName)).replaceAll('\\', '/')
      const names = `{ ${exports.filter((name) => name !== 'default').join(', ')} }`
      // The default is exported by its name: to an ES module, the default of a CommonJS module is all of it.
      const name = nameOfDefault(fileName, exports)
      const main = name === undefined ? '' : `export { ${name} as default } from '${code}'\n`
      // Where a CommonJS module has a default export, Bun takes that for the whole module.
      const whole = main
        ? `export ${names} from '${code}'\n${main}`
        : `import entry from '${code}'\n\nexport const ${names} = entry\n`
      write(file, whole)
      for (const folder of [MODULES, BUNDLER]) {
        write(join(folder, fileName.replace('.js', '.d.ts')), `export * from '${code}'\n${main}`)
      }
    }
  },
}

/** The types of every file of src are written. Those that no public entry reaches describe nothing for a user. */
function removePrivateTypes() {
  const reached = new Set(Object.keys(input).map((name) => resolve(CODE, `${name}.d.ts`)))
  for (const file of reached) {
    const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'))
    for (const { fileName } of importedFiles) {
      if (fileName.startsWith('.'))
        reached.add(resolve(dirname(file), fileName.replace(/\.js$/, '.d.ts')))
    }
  }
  for (const name of readdirSync(CODE, { recursive: true })) {
    const file = resolve(CODE, name)
    if (name.endsWith('.d.ts') && !reached.has(file)) rmSync(file)
  }
}

/** Code that only some options need. CommonJS loads it when something in it is first used. */
const ON_DEMAND = {
  header: [
    LIBRARY,
    /\/src\/parsers\/(?!index|presets|encodings|limits|decoding-fault)/,
    /\/src\/extractor\/(api-gateway|chain-header|fields|header|header-plan|headers|line-limit|required-headers)\./,
    /\/src\/certificate\/(attribute-|directory-|distinguished-|general-|strings|subject-)/,
  ],
  path: [/\/src\/path\//],
  explanation: [
    /\/src\/extractor\/(describe|explain-header|explain-socket|explanation)\./,
    /\/src\/guard\/trace-decision\./,
    /\/src\/server\/handshake-sentences\./,
  ],
  'test-certificates': [/\/src\/testing\//],
}

function nameOnDemand(id) {
  const isPart = (part) => (typeof part === 'string' ? part === id : part.test(id))
  return Object.keys(ON_DEMAND).find((name) => ON_DEMAND[name].some(isPart))
}

/**
 * Compiling code takes most of the time that this package adds to the start of an application. A module is
 * required once and then remembered, because its members are used on every request.
 */
const loadOnDemand = {
  name: 'load-on-demand',
  renderChunk(code, { fileName, importedBindings }) {
    const names = Object.keys(importedBindings).filter(
      (name) => name === 'node:net' || Object.hasOwn(ON_DEMAND, name.replace('.js', '')),
    )
    return names.reduce((text, name) => {
      const path = name.startsWith('node:') ? name : pathFrom(fileName, name)
      const members = importedBindings[name].map(
        (member) => `get ${member}() { return (this.loaded ??= require('${path}')).${member}; }`,
      )
      // Without members, the statement only keeps an order that loading on demand makes pointless.
      const [before, after] =
        members.length === 0 ? ['', ''] : ['= ', `= { loaded: undefined, ${members.join(', ')} }`]
      const statement = `${before}require('${path}');`
      if (!text.includes(statement)) throw new Error(`${path} isn't in ${fileName}`)
      return text.replace(statement, `${after};`)
    }, code)
  },
}

function pathFrom(file, other) {
  const path = relative(dirname(file), other).replaceAll('\\', '/')
  return path.startsWith('.') ? path : `./${path}`
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

const LICENCE = `/*
Contains lru.min ${version}:

${readFileSync('node_modules/lru.min/LICENSE', 'utf8').trim()}
*/`

/** Programs and helpers for tests reach nearly all files, but servers don't need what only these share. */
const BESIDE_SERVERS = /\/src\/(cli\/|testing\.)/

/**
 * Files that several entries reach, through any number of imports, go into one file. Those of one entry that programs
 * and tests also reach go into a file of their own.
 */
function manualChunks(id, { getModuleInfo }) {
  const importers = new Set([id])
  for (const file of importers) {
    for (const importer of getModuleInfo(file).importers) importers.add(importer)
  }
  const reaching = [...importers].filter((file) => getModuleInfo(file).isEntry)
  const served = reaching.filter((file) => !BESIDE_SERVERS.test(file))
  if (served.length > 1) return 'core'
  if (served.length === 0 || reaching.length === 1 || reaching.includes(id)) return undefined
  return `${/\/src\/([a-z]+)/.exec(served[0])[1]}-core`
}

const output = {
  interop: 'default',
  chunkFileNames: '[name].js',
  manualChunks,
  hoistTransitiveImports: false,
  banner: ({ moduleIds }) => (moduleIds.includes(LIBRARY) ? LICENCE : ''),
}

const common = {
  external: (id) => id.startsWith('node:') || id in dependencies,
  plugins: [typescript],
}

export default [
  {
    ...common,
    input: { ...input, ...programs },
    output: {
      ...output,
      dir: CODE,
      format: 'cjs',
      plugins: [loadOnDemand, modules],
      manualChunks: (id, api) => nameOnDemand(id) ?? manualChunks(id, api),
    },
  },
  { ...common, input, output: { ...output, dir: BUNDLER, format: 'esm' } },
]
