import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { certificates } from './certificates.js'
import type { Place, Proxy } from './proxies.js'

const STARTS_WITHIN_MS = 60_000
const STOPS_WITHIN_MS = 30_000
const POLL_MS = 20
/** A free port can be taken by somebody else before the proxy has it. */
const ATTEMPTS = 3

/** Where Debian has servers, whoever's PATH it is. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`

export interface RunningProxy {
  readonly port: number
  stop(): Promise<void>
}

/** The version that is installed. */
export function versionOf({ command, versionArguments, package: name }: Proxy): string {
  const { stdout, stderr, error } = spawnSync(command, versionArguments, {
    encoding: 'utf8',
    env: { ...process.env, PATH },
  })
  if (error) throw new Error(`${command} is not installed here: apt-get install ${name}`)
  const version = /\d+\.\d+\.\d+/.exec(stdout + stderr)?.[0]
  if (version === undefined) throw new Error(`${command} says no version: ${stdout}${stderr}`)
  return version
}

/** Starts the proxy with this very file, but for the literals of its table. */
export async function launch(proxy: Proxy, file: URL, backendPort: number): Promise<RunningProxy> {
  versionOf(proxy)
  for (let attempt = 1; ; attempt += 1) {
    const directory = mkdtempSync(join(tmpdir(), `${proxy.name}-`)) + sep
    const place: Place = { directory, port: await freePort(), backendPort }
    await writeFiles(proxy, file, place)
    const child = start(proxy, directory)
    const problem = await opened(child, place.port)
    if (problem === null) return { port: place.port, stop: () => stop(child, directory) }
    const log = `${problem}\n${readLog(directory)}`
    await stop(child, directory)
    if (attempt === ATTEMPTS || !/address already in use|Cannot bind|could not bind/i.test(log)) {
      throw new Error(`${proxy.command} does not start with ${file.pathname}: ${log}`)
    }
  }
}

/** Replaces addresses and paths, and nothing else. */
export function adapt(proxy: Proxy, configuration: string, place: Place): string {
  return proxy.literals(place).reduce((adapted, [literal, replacement]) => {
    if (!configuration.includes(literal)) throw new Error(`There is no "${literal}" in it`)
    return adapted.replaceAll(literal, replacement)
  }, configuration)
}

async function writeFiles(proxy: Proxy, file: URL, place: Place): Promise<void> {
  const { server, clientAuthority } = await certificates()
  const files = {
    // HAProxy takes both from one file, the others only the certificate.
    'server.pem': proxy.name === 'haproxy' ? server.cert + server.key : server.cert,
    'server.key': server.key,
    'ca.pem': clientAuthority.cert,
    configuration: adapt(proxy, readFileSync(file, 'utf8'), place),
  }
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(place.directory + name, content)
  }
}

/** With the folder of each. */
const running = new Map<ChildProcess, string>()

/** As the leader of a process group of its own, so that its workers end with it. */
function start(proxy: Proxy, directory: string): ChildProcess {
  const child = spawn(proxy.command, proxy.arguments(`${directory}configuration`), {
    cwd: directory,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory },
  })
  running.set(child, directory)
  return child
}

process.on('exit', () => {
  for (const [child, directory] of running) {
    kill(child, 'SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
})
// Which would otherwise end this process without a word to its proxies.
process.once('SIGTERM', () => process.exit(143))

/** Waits until the port is open; what the proxy said, if it has ended instead. */
async function opened(child: ChildProcess, port: number): Promise<string | null> {
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => (said += String(text)))
  }
  const closed = once(child, 'close')
  const deadline = Date.now() + STARTS_WITHIN_MS
  while (child.exitCode === null && child.signalCode === null) {
    if (await isOpen(port)) return null
    if (Date.now() > deadline) return `port ${port} is not open after ${STARTS_WITHIN_MS} ms`
    await delay(POLL_MS)
  }
  await closed
  return said
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function stop(child: ChildProcess, directory: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit')
    kill(child, 'SIGTERM')
    const deadline = setTimeout(kill, STOPS_WITHIN_MS, child, 'SIGKILL')
    await ended
    clearTimeout(deadline)
  }
  // Workers may be left when their leader has gone.
  kill(child, 'SIGKILL')
  running.delete(child)
  rmSync(directory, { recursive: true, force: true })
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // Nobody is left in the group.
  }
}

function readLog(directory: string): string {
  try {
    return readFileSync(`${directory}error.log`, 'utf8')
  } catch {
    return ''
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
