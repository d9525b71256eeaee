// The binaries of the runtimes, from npm, in a folder that is deleted at the end.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface Runtimes {
  readonly folder: string
  readonly bun: string
  readonly deno: string
  readonly workerd: string
}

/**
 * Installed without their install scripts, which only look for these packages, or else download
 * them.
 */
const PACKAGES = {
  bun: { name: '@oven/bun-linux-x64', version: '1.4.5', file: 'bin/bun' },
  deno: { name: '@deno/linux-x64-glibc', version: '2.9.6', file: 'deno' },
  workerd: { name: '@cloudflare/workerd-linux-64', version: '1.20261117.1', file: 'bin/workerd' },
} as const
const BUNDLER = 'esbuild@0.28.2'

let installed: Promise<Runtimes> | undefined

/** Installs the runtimes once. With `RUNTIMES_FOLDER`, the folder is kept for the next run. */
export function installRuntimes(): Promise<Runtimes> {
  return (installed ??= install())
}

async function install(): Promise<Runtimes> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('These tests can only install the runtimes for Linux on x64')
  }
  const folder = process.env['RUNTIMES_FOLDER'] ?? makeTemporaryFolder()
  const packages = Object.values(PACKAGES).map(({ name, version }) => `${name}@${version}`)
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--save-exact']
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  await promisify(execFile)('npm', ['install', ...flags, ...packages, BUNDLER], { cwd: folder })
  const fileOf = ({ name, file }: { name: string; file: string }): string =>
    join(folder, 'node_modules', name, file)
  const { bun, deno, workerd } = PACKAGES
  return { folder, bun: fileOf(bun), deno: fileOf(deno), workerd: fileOf(workerd) }
}

function makeTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'runtimes-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}
