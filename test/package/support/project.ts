// The package as its users get it: packed, and installed with npm into other projects.
import { execFile } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import manifest from '../../../package.json' with { type: 'json' }

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const FIXTURES = fileURLToPath(new URL('../consumers', import.meta.url))

interface Output {
  stdout: string
  stderr: string
}

/** Rejects if the exit code isn't 0, with everything that the program printed. */
async function run(cwd: string, file: string, args: string[], env = {}): Promise<Output> {
  try {
    const options = { cwd, env: { ...process.env, ...env }, shell: file.endsWith('.cmd') }
    return await promisify(execFile)(file, args, options)
  } catch (error) {
    const { stdout, stderr } = error as Output
    throw new Error(`${file} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error })
  }
}

export const node = (cwd: string, args: string[], env = {}): Promise<Output> =>
  run(cwd, process.execPath, args, env)

const npm = (cwd: string, ...args: string[]): Promise<Output> =>
  run(cwd, process.platform === 'win32' ? 'npm.cmd' : 'npm', args)

let workspace: string
let tarball: Promise<string> | undefined

/** The folder of all projects, after the first one exists. */
export const workspaceFolder = (): string => workspace

/** Packs the package once, and deletes the workspace when the process ends. */
async function pack(): Promise<string> {
  workspace = mkdtempSync(join(tmpdir(), 'consumers-'))
  process.once('exit', () => rmSync(workspace, { recursive: true, force: true }))
  await npm(ROOT, 'pack', '--pack-destination', workspace)
  const [name] = readdirSync(workspace)
  return join(workspace, name ?? '')
}

/** Makes a project with the packed package and the given packages, and returns its folder. */
export async function createConsumer(name: string, ...packages: string[]): Promise<string> {
  const file = await (tarball ??= pack())
  const folder = join(workspace, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  await npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund', file, ...packages)
  return folder
}

/** The given packages in the versions that this package is developed with. */
export function pinned(names: readonly (keyof typeof manifest.devDependencies)[]): string[] {
  return names.map((name) => `${name}@${manifest.devDependencies[name]}`)
}

export function addFixture(folder: string, fixture: string, as = fixture): string {
  copyFileSync(join(FIXTURES, fixture), join(folder, as))
  return as
}

/** Copies the files of a folder of fixtures. */
export function addFixtures(folder: string, fixtures: string): void {
  cpSync(join(FIXTURES, fixtures), folder, { recursive: true })
}

/**
 * Compiles in strict mode and checks the packages' declarations too, without any `@types` that
 * aren't imported.
 */
export async function compile(folder: string, files: string[], options: object): Promise<void> {
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

export function installedFiles(consumer: string): Map<string, string> {
  const folder = join(consumer, 'node_modules', manifest.name)
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => statSync(join(folder, name)).isFile())
  return new Map(files.map((name) => [name.split(sep).join('/'), join(folder, name)]))
}
