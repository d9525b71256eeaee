import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { argumentsFor, CERT, first, safeProxy, VERIFY, without } from '../support/doctor-site.js'
import { removeFiles, runDoctor } from '../support/doctor.js'
import { startNodeProxy } from '../support/node-proxy.js'
import { closeServers, listenHttps, type RunningServer } from '../support/servers.js'

const ROOT = new URL('../../', import.meta.url)

describe('the documentation of doctor', () => {
  const page = readFileSync(new URL('docs/commands/doctor.md', ROOT), 'utf8')
  afterEach(closeServers)
  after(removeFiles)

  it('shows the output of the command', async () => {
    const { proxy } = await startNodeProxy(
      (lines, client) => [
        ...(client.certificate === undefined ? lines : without(lines, CERT, VERIFY)),
        ...(client.certificate === undefined ? [] : safeProxy([], client)),
      ],
      (lines) =>
        first(lines, CERT)?.includes('%0A') && first(lines, VERIFY) === 'SUCCESS' ? 200 : 401,
      { rejectUnauthorized: false },
    )
    const { out } = await runDoctor(...(await argumentsFor(proxy)))
    const masked = (text: string): string => text.replaceAll(/, \d+ requests/g, ', N requests')
    const shown = out.replace(`https://127.0.0.1:${proxy.port}`, 'https://api.example.com')
    expect(masked(page)).to.include(masked(`\`\`\`text\n${shown}\`\`\``))
  })

  it('names every option', async () => {
    const { out } = await runDoctor('--help')
    const options = [...out.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option as string)
    expect(options).to.have.lengthOf(11)
    for (const option of options) expect(page).to.include(`\`${option}`)
  })
})

describe('the program', () => {
  const main = fileURLToPath(new URL('dist/cjs/cli/main.js', ROOT))
  afterEach(closeServers)
  after(removeFiles)

  it('has the command doctor', () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' })
    expect(run('help').stdout).to.match(/^ {2}doctor {2,}tests a deployment of yours from outside/m)
    expect(run('doctor', '--help').stdout).to.match(
      /^Usage: passport-client-certificate-auth doctor URL/,
    )
    const { status, stdout, stderr } = run('doctor', 'http://127.0.0.1/')
    expect({ status, stdout }).to.deep.equal({ status: 2, stdout: '' })
    expect(stderr).to.match(
      /^passport-client-certificate-auth: the URL must begin with https:.*\n$/,
    )
  })

  it('tests a deployment, and exits with what it found', async () => {
    const run = async (server: RunningServer): Promise<[code: unknown, out: string]> => {
      const args = await argumentsFor(server)
      const child = spawn(process.execPath, [main, 'doctor', ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let out = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
      const [code] = (await once(child, 'close')) as [unknown]
      return [code, out]
    }
    const safe = await listenHttps((_req, res) => res.end(), { rejectUnauthorized: true })
    const [code, out] = await run(safe)
    expect(out).to.include("No client got in that shouldn't.\n")
    expect(code).to.equal(0)
    const open = await listenHttps((_req, res) => res.end())
    expect((await run(open))[0]).to.equal(1)
  })
})
