import { execFile, execFileSync, spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { listBlocks } from '../../support/code-blocks.js'
import { mask, readPage } from './seen-text.js'

/** Replaces the first string, which has to occur, with the second. */
export type Edit = readonly [string, string]

export interface Trial {
  /** Of the example's code. */
  readonly code?: readonly Edit[]
  /** Of the README's curl command. */
  readonly curl?: readonly Edit[]
  /** Added to the environment of the application. */
  readonly env?: Readonly<Record<string, string>>
}

/** The output that a person sees, without the parts that differ from run to run. */
export interface Seen {
  readonly stdout: string
  readonly stderr: string
  /** `undefined` if the application ended before it could be asked. */
  readonly curl: string | undefined
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const SECTION = /^## First example[^]*?(?=^## )/m
const [README = ''] = SECTION.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? []
const [CODE = ''] = listBlocks(README, 'js')
/** The verify callback of the example. */
export const [CALLBACK = ''] = /\(cert\) => \{\n[^]*?\n {2}\}/.exec(CODE) ?? []
const CURL = /^curl (.+)$/m.exec(README)?.[1] ?? ''
/** Leaves out variables that change the output, such as those for a proxy or with options of Node. */
const ENV = { PATH: process.env['PATH'] ?? '' }

/** Lets the example end by itself when its last connection is closed, so that no output is lost. */
const END = "\nprocess.once('SIGTERM', () => server.close())\n"
const PORT: readonly Edit[] = [
  ['server.listen(3443', 'server.listen(0'],
  [`'listening on https://localhost:3443'`, '`listening on port ${server.address().port}`'],
]

/** The README says to replace `import` by `require` in CommonJS. */
export function toCommonJs(code: string): string {
  return code.replace(/^import (\{[^}]*\}|\w+) from ('[^']+')$/gm, 'const $1 = require($2)')
}

/** The folder of a person who follows the first example. */
export class ExampleFolder {
  readonly #path = mkdtempSync(join(tmpdir(), 'first-example-'))
  readonly #names = new Map<string, string>()

  /** Installs the packages, and makes the certificates with the README's command. */
  constructor() {
    const modules = join(this.#path, 'node_modules')
    mkdirSync(modules)
    symlinkSync(ROOT, join(modules, 'passport-client-certificate-auth'))
    for (const name of ['express', 'passport']) {
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
    }
    const [, name = '', ...words] = /^npx (.+)$/m.exec(README)?.[1]?.split(' ') ?? []
    const program = join(ROOT, 'dist', 'cjs', 'cli', 'main.js')
    execFileSync(process.execPath, [program, name, ...words], { cwd: this.#path, env: ENV })
    for (const client of ['alice', 'bob']) {
      const { fingerprint256 } = new X509Certificate(readFileSync(this.#file(`${client}.pem`)))
      this.#names.set(fingerprint256, client)
    }
  }

  remove(): void {
    rmSync(this.#path, { recursive: true, force: true })
  }

  fingerprintOf(client: string): string {
    for (const [fingerprint, name] of this.#names) if (name === client) return fingerprint
    throw new Error(`There is no ${client}`)
  }

  /** Starts the edited example, sends the edited request, and ends the example. */
  async run({ code = [], curl = [], env = {} }: Trial, commonJs = false): Promise<Seen> {
    const edited = [...code, ...PORT].reduce(replace, CODE).replace('<alice>', () => {
      return this.fingerprintOf('alice')
    })
    const name = commonJs ? 'app.cjs' : 'app.mjs'
    writeFileSync(this.#file(name), (commonJs ? toCommonJs(edited) : edited) + END)
    const child = spawn(process.execPath, [name], { cwd: this.#path, env: { ...ENV, ...env } })
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
    const closed = once(child, 'close')
    const port = await portOf(child.stdout, stdout)
    const answer = port === undefined ? undefined : await this.#ask(curl, port)
    child.kill()
    await closed
    const show = (text: string) => mask(text, this.#names)
    return {
      stdout: show(stdout().replace(/^listening on port \d+\n/, '')),
      stderr: show(stderr()),
      curl: answer === undefined ? undefined : show(answer),
    }
  }

  #file(name: string): string {
    return join(this.#path, name)
  }

  async #ask(edits: readonly Edit[], port: string): Promise<string> {
    const command = [...edits, ['localhost:3443', `localhost:${port}`] as const].reduce(
      replace,
      CURL,
    )
    // Without the file of a person's defaults, and without the progress of a transfer.
    const words = ['--disable', '--silent', '--show-error', ...command.split(' ')]
    return new Promise((resolve, reject) => {
      execFile('curl', words, { cwd: this.#path, env: ENV }, (error, stdout, stderr) => {
        if (error?.code === 'ENOENT') {
          reject(new Error("curl isn't installed; run apt-get install curl"))
        } else {
          resolve(stderr === '' ? readPage(stdout) : stderr)
        }
      })
    })
  }
}

function replace(text: string, [found, replacement]: Edit): string {
  if (!text.includes(found)) throw new Error(`The README's first example doesn't contain: ${found}`)
  return text.replace(found, () => replacement)
}

function collect(stream: Readable): () => string {
  let text = ''
  stream.setEncoding('utf8').on('data', (part: string) => (text += part))
  return () => text
}

async function portOf(stream: Readable, read: () => string): Promise<string | undefined> {
  for (;;) {
    const port = /^listening on port (\d+)\n/m.exec(read())?.[1]
    if (port !== undefined) return port
    if (stream.readableEnded) return undefined
    await Promise.race([once(stream, 'data'), once(stream, 'end')])
  }
}
