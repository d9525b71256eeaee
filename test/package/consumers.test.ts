// The package as its users get it: packed, installed with npm into projects of their own, and used
// there in every way that its `exports` offer.
import { execFile } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { createAuthority, type Issued } from '../../examples/support/pki.js'
import manifest from '../../package.json' with { type: 'json' }

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FIXTURES = fileURLToPath(new URL('consumers', import.meta.url))
const PASSPORTS = ['0.5.3', '0.6.0', '0.7.0']
const BUNDLER = 'esbuild@0.28.2'
const TYPED_BARE = ['typescript', '@types/node'] as const
const TYPED_EXPRESS = ['@types/express', '@types/passport', 'express', 'passport'] as const

let workspace: string
let tarball: string

interface Output {
  stdout: string
  stderr: string
}

/** Rejects, with everything that was printed, when the exit code is not 0. */
async function run(cwd: string, file: string, args: string[], env = {}): Promise<Output> {
  try {
    const options = { cwd, env: { ...process.env, ...env }, shell: file.endsWith('.cmd') }
    return await promisify(execFile)(file, args, options)
  } catch (error) {
    const { stdout, stderr } = error as Output
    throw new Error(`${file} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error })
  }
}

const node = (cwd: string, args: string[], env = {}): Promise<Output> =>
  run(cwd, process.execPath, args, env)

const npm = (cwd: string, ...args: string[]): Promise<Output> =>
  run(cwd, process.platform === 'win32' ? 'npm.cmd' : 'npm', args)

/** A project with the packed package and the given ones; returns its folder. */
async function createConsumer(name: string, ...packages: string[]): Promise<string> {
  const folder = join(workspace, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  await npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund', tarball, ...packages)
  return folder
}

/** The same versions that the package itself is developed with. */
function pinned(names: readonly (keyof typeof manifest.devDependencies)[]): string[] {
  return names.map((name) => `${name}@${manifest.devDependencies[name]}`)
}

function addFixture(folder: string, fixture: string, as = fixture): string {
  copyFileSync(join(FIXTURES, fixture), join(folder, as))
  return as
}

/** Compiles strictly, declarations of packages included, and without types that nobody asked for. */
async function compile(folder: string, files: string[], options: object): Promise<void> {
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2022'],
    strict: true,
    skipLibCheck: false,
    types: [],
    ...options,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  await node(folder, ['node_modules/typescript/bin/tsc', '-p', '.'])
}

function installedFiles(consumer: string): Map<string, string> {
  const folder = join(consumer, 'node_modules', manifest.name)
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => statSync(join(folder, name)).isFile())
  return new Map(files.map((name) => [name.split(sep).join('/'), join(folder, name)]))
}

describe('the packed package', () => {
  before(async () => {
    workspace = mkdtempSync(join(tmpdir(), 'consumers-'))
    await npm(ROOT, 'pack', '--pack-destination', workspace)
    const [name] = readdirSync(workspace)
    tarball = join(workspace, name ?? '')
  })

  after(() => rmSync(workspace, { recursive: true, force: true }))

  describe('installed alone', () => {
    let consumer: string

    before(async () => {
      consumer = await createConsumer('alone')
    })

    it('holds the compiled code, its types and the documents, and nothing else', () => {
      const allowed =
        /^(dist\/(esm|cjs|bundler)\/.+\.(js|d\.ts)|dist\/cjs\/package\.json|package\.json|(README|SECURITY|CHANGELOG)\.md|LICENSE)$/
      const files = [...installedFiles(consumer).keys()]

      expect(files.filter((name) => !allowed.test(name))).to.deep.equal([])
      expect(files).to.include.members([
        'dist/esm/index.d.ts',
        'dist/cjs/index.d.ts',
        'package.json',
      ])
    })

    it('takes less than 650 kB', () => {
      const sizes = [...installedFiles(consumer).values()].map((path) => statSync(path).size)

      expect(sizes.reduce((sum, sizeBytes) => sum + sizeBytes)).to.be.below(650_000)
    })

    it('has types that ask for nothing but those of Node', () => {
      const foreign = [...installedFiles(consumer)].flatMap(([name, path]) => {
        if (!name.endsWith('.d.ts')) return []
        const asked = readFileSync(path, 'utf8').matchAll(
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
        'can be required where modules cannot',
        'use.cjs',
        ['--no-warnings', '--no-experimental-require-module'],
      ],
      ['has the same classes by import and by require', 'use-both.mjs', []],
      [
        'has them where modules cannot be required',
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

  describe('in a bundle', () => {
    let consumer: string

    before(async () => {
      consumer = await createConsumer('bundle', BUNDLER)
      addFixture(consumer, 'use.mjs')
      addFixture(consumer, 'use.cjs')
      // The bundled program has the package by `import`, and by a dependency that requires it.
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
        // esbuild leaves the program's own require('node:assert') in place.
        if (format === 'esm' && program.endsWith('.cjs')) continue
        it(`runs on its own: ${program}, bundled as ${format}`, async () => {
          const options = { format, bundle: true, platform: 'node', entryPoints: [program] }
          const outfile = join(
            workspace,
            `${program}.${format}.${format === 'esm' ? 'mjs' : 'cjs'}`,
          )
          const script = `require('esbuild').buildSync(${JSON.stringify({ ...options, outfile })})`
          await node(consumer, ['--eval', script])

          expect((await node(workspace, [outfile])).stderr).to.equal('')
        })
      }
    }
  })

  describe('over a real TLS connection', () => {
    let pki: string

    before(async () => {
      const root = await createAuthority()
      const identity = ({ cert, key }: Issued) => ({ cert, key })
      pki = JSON.stringify({
        ca: root.cert,
        client: identity(await root.issue({ subject: 'CN=alice' })),
        server: identity(
          await root.issue({ subjectAltName: [{ type: 'ip', value: '127.0.0.1' }] }),
        ),
      })
    })

    for (const version of PASSPORTS) {
      it(`authenticates clients with Passport ${version}`, async () => {
        const consumer = await createConsumer(`passport-${version}`, `passport@${version}`)
        writeFileSync(join(consumer, 'pki.json'), pki)
        const { stdout } = await node(consumer, [addFixture(consumer, 'authenticate.cjs')])

        expect(JSON.parse(stdout)).to.deep.equal(['200 alice alice', '401 Unauthorized'])
      })
    }
  })

  describe('in TypeScript, with the types of Node and no others', () => {
    let consumer: string

    before(async () => {
      consumer = await createConsumer('typed', ...pinned(TYPED_BARE))
      addFixture(consumer, 'typed.mts')
      addFixture(consumer, 'typed.mts', 'typed.cts')
    })

    for (const [title, files, options] of [
      ['node16, ES modules', ['typed.mts'], { module: 'node16' }],
      ['node16, CommonJS', ['typed.cts'], { module: 'node16' }],
      ['node16, both in one program', ['typed.mts', 'typed.cts'], { module: 'node16' }],
      ['nodenext, ES modules', ['typed.mts'], { module: 'nodenext' }],
      ['nodenext, CommonJS', ['typed.cts'], { module: 'nodenext' }],
      ['nodenext, both in one program', ['typed.mts', 'typed.cts'], { module: 'nodenext' }],
      ['a bundler', ['typed.mts'], { module: 'esnext', moduleResolution: 'bundler' }],
    ] as const) {
      it(`compiles for ${title}, and runs`, async () => {
        await compile(consumer, [...files], options)

        for (const file of files) await node(consumer, [file.replace('ts', 'js')])
      })
    }
  })

  it('adds the certificate to the request type of Express', async () => {
    const consumer = await createConsumer('express', ...pinned([...TYPED_BARE, ...TYPED_EXPRESS]))
    const certificate = (await createAuthority({ subject: 'CN=alice' })).raw.toString('base64')

    await compile(consumer, [addFixture(consumer, 'express.mts')], { module: 'nodenext' })
    const { stdout } = await node(consumer, ['express.mjs'], { CERTIFICATE: certificate })

    expect(stdout.trimEnd().split('\n')).to.deep.equal([
      '200 {"user":{"name":"alice"},"isValid":true}',
      '401 Unauthorized',
    ])
  })
})
