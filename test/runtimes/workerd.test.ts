import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { createAuthority } from '../support/pki.js'
import {
  checkHeaderCase,
  createClients,
  type HeaderCase,
  listHeaderCases,
  seenOnNode,
} from './support/header-cases.js'
import { installRuntimes } from './support/install.js'
import { start, type Started, stopPrograms } from './support/program.js'

const { folder, workerd } = await installRuntimes()
const clients = await createClients(await createAuthority({ subject: 'CN=Test CA' }))
const seen = seenOnNode(clients)

/** The part of esbuild's API that this test uses. esbuild isn't a dependency of the package. */
interface Bundler {
  buildSync(options: object): { metafile: { inputs: Record<string, unknown> } }
}

/**
 * Bundles the Worker as wrangler does, with these conditions, and returns the names of the bundled
 * files.
 */
function bundle(conditions: readonly string[], outfile: string): string[] {
  const bundler = createRequire(join(folder, 'package.json'))('esbuild') as Bundler
  const { metafile } = bundler.buildSync({
    entryPoints: [fileURLToPath(new URL('programs/worker.ts', import.meta.url))],
    absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
    bundle: true,
    conditions,
    external: ['node:*'],
    format: 'esm',
    metafile: true,
    outfile,
    mainFields: ['module', 'main'],
    platform: 'neutral',
    // An application's own configuration has no aliases for this package.
    tsconfigRaw: {},
  })
  return Object.keys(metafile.inputs)
}

/** The configuration of a workerd that runs one Worker, with these variables. */
function configure(file: string, variables: Readonly<Record<string, string>>): string {
  const bindings = Object.entries(variables).map(
    ([name, value]) => `(name = "${name}", text = "${value}")`,
  )
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "${file}")],
  compatibilityDate = "2026-06-01",
  compatibilityFlags = ["nodejs_compat"],
  bindings = [${bindings.join(', ')}]
);
`
}

/** Starts workerd with the bundle. workerd writes its port to a separate file descriptor. */
async function startWorker(
  name: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Started<{ port: number }>> {
  const config = join(folder, 'worker', `${name}.capnp`)
  writeFileSync(config, configure('worker.js', variables))
  return start<{ port: number }>(folder, [workerd, 'serve', '--control-fd=3', config], {
    control: 3,
  })
}

describe('behind a proxy, on workerd: ./fetch', () => {
  let files: string[]
  let worker: Started<{ port: number }>
  before(async () => {
    mkdirSync(join(folder, 'worker'), { recursive: true })
    files = bundle(['workerd', 'worker', 'import'], join(folder, 'worker', 'worker.js'))
    worker = await startWorker('quiet')
  })
  after(stopPrograms)

  it('is bundled from the ES modules, without the condition "module"', () => {
    expect(files.filter((file) => file.includes('dist/bundler/'))).not.to.have.lengthOf(0)
    expect(files.filter((file) => file.includes('dist/cjs/'))).to.have.lengthOf(0)
  })

  for (const each of listHeaderCases(clients)) {
    it(each.title, async () => {
      await checkHeaderCase(worker.line.port, each, seen)
    })
  }

  it('writes nothing, not even the reason for a rejection', async () => {
    expect(await worker.stop()).to.equal('')
  })

  it('writes the reason for a rejection if NODE_DEBUG names the package', async () => {
    const traced = await startWorker('traced', { NODE_DEBUG: 'passport-client-certificate-auth' })
    const rejected = listHeaderCases(clients).find(({ lines }) => lines.length === 0) as HeaderCase
    await checkHeaderCase(traced.line.port, rejected, seen)
    expect(await traced.stop()).to.match(/header x-ssl-client-verify wasn't sent/)
  })
})
