import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const ENV = { PATH: process.env['PATH'] ?? '' }
const LISTEN = "server.listen(3443, () => console.log('listening on https://localhost:3443'))"
const LISTEN_ANYWHERE = "server.listen(0, () => console.log('port', server.address().port))"

/** A block of code of a page, and the name of the file that the page gives it. */
export interface Block {
  readonly file: string | undefined
  readonly language: string
  readonly text: string
}

export function listSteps(page: string): Block[] {
  return [...page.matchAll(/(?:^<!-- (\S+) -->\n\n)?^```(\w+)\n([^]*?)^```$/gm)].map(
    ([, file, language = '', text = '']) => ({ file, language, text }),
  )
}

/** Removes what differs between runs, and between releases of OpenSSL. */
function mask(text: string): string {
  return text
    .replace(/\b[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT\b/g, '<date>')
    .replace(/\b[\dA-F]{38,40}\b/g, '<serial number>')
    .replace(/ = /g, '=')
    .replace(/[ \t]+$/gm, '')
    .trim()
}

/** The client's address may be that of IPv4 or IPv6, and each process has another ID. */
const maskLine = (line: string): string =>
  line.replace(/, from [\d.:a-f]+,/, ',').replace(/^\(node:\d+\)/, '(node)')

/** The folder of a person who follows a page, whose program is `server.js`. */
export class DocumentedSteps {
  readonly #path = mkdtempSync(join(tmpdir(), 'documented-steps-'))
  readonly #lines: string[] = []
  #server: ChildProcess | undefined
  #port = '3443'
  #output = ''
  #onLine: () => void = () => undefined

  constructor() {
    const modules = join(this.#path, 'node_modules')
    mkdirSync(modules)
    symlinkSync(ROOT, join(modules, 'passport-client-certificate-auth'))
    for (const name of ['express', 'passport']) {
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
    }
    writeFileSync(join(this.#path, 'package.json'), '{ "type": "module" }')
  }

  remove(): void {
    this.#server?.removeAllListeners('exit').kill()
    rmSync(this.#path, { recursive: true, force: true })
  }

  /** Does what a block says, or compares the block with what was printed. */
  async follow({ file, language, text }: Block): Promise<void> {
    if (file !== undefined) this.#write(file, text)
    else if (language === 'sh') await this.#run(text)
    else if (!text.startsWith('npm ')) await this.#expect(text)
  }

  #write(file: string, text: string): void {
    if (file === 'server.js') expect(text).to.include(LISTEN)
    writeFileSync(join(this.#path, file), text.replace(LISTEN, LISTEN_ANYWHERE))
  }

  async #run(command: string): Promise<void> {
    if (command.includes('node server.js')) {
      await this.#start(command)
      return
    }
    const args = ['-ec', command.replaceAll('localhost:3443', `localhost:${this.#port}`)]
    const { stdout } = await promisify(execFile)('sh', args, { cwd: this.#path, env: ENV })
    this.#output = stdout
  }

  async #start(command: string): Promise<void> {
    const server = spawn('sh', ['-c', `exec env ${command}`], { cwd: this.#path, env: ENV })
    this.#server = server
    for (const stream of [server.stdout, server.stderr]) {
      createInterface(stream).on('line', (line) => {
        this.#lines.push(maskLine(line))
        this.#onLine()
      })
    }
    const line = await this.#waitFor((one) => one.startsWith('port '))
    this.#port = line.slice('port '.length)
    this.#lines.push('listening on https://localhost:3443')
  }

  /** The lines of the server may come in another order, and each is expected once. */
  async #expect(text: string): Promise<void> {
    const lines = text.trim().split('\n')
    if (
      lines.some((line) => /^(?:passport-client-certificate-auth:|crl\.pem|listening) /.test(line))
    ) {
      for (const expected of lines) {
        await this.#waitFor((line) => line === maskLine(expected))
      }
      return
    }
    const output = mask(this.#output)
    const parts = mask(text).split(/^\.\.\.$/m)
    let at = 0
    for (const part of parts.map((one) => one.trim())) {
      const found = output.indexOf(part, at)
      expect(found, `${part}\n\nisn't in\n\n${output}`).to.be.at.least(0)
      at = found + part.length
    }
    if (parts.length === 1) expect(output).to.equal(mask(text))
  }

  /** Takes a line out of what the server has printed. */
  async #waitFor(isExpected: (line: string) => boolean): Promise<string> {
    for (;;) {
      const index = this.#lines.findIndex(isExpected)
      if (index >= 0) return this.#lines.splice(index, 1)[0] as string
      await new Promise<void>((resolve, reject) => {
        this.#onLine = resolve
        this.#server?.once('exit', () => {
          reject(new Error(`The server ended:\n${this.#lines.join('\n')}`))
        })
      })
    }
  }
}
