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
/** Another process can take a free port before the proxy does. */
const ATTEMPTS = 3

/** Debian's folders for servers, which the PATH of a normal user doesn't have. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`

export interface RunningProxy {
  readonly port: number
  stop(): Promise<void>
}

/** The installed version. */
export function versionOf({ command, versionArguments, package: name }: Proxy): string {
  const { stdout, stderr, error } = spawnSync(command, versionArguments, {
    encoding: 'utf8',
    env: { ...process.env, PATH },
  })
  if (error) throw new Error(`${command} isn't installed; run apt-get install ${name}`)
  const version = /\d+\.\d+\.\d+/.exec(stdout + stderr)?.[0]
  if (version === undefined) throw new Error(`${command} printed no version: ${stdout}${stderr}`)
  return version
}

/** Starts the proxy with this file, after replacing the proxy's literals. */
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
      throw new Error(`${proxy.command} doesn't start with ${file.pathname}: ${log}`)
    }
  }
}

/** Replaces the proxy's literals, and nothing else. */
export function adapt(proxy: Proxy, configuration: string, place: Place): string {
  return proxy.literals(place).reduce((adapted, [literal, replacement]) => {
    if (!configuration.includes(literal))
      throw new Error(`The configuration doesn't contain "${literal}"`)
    return adapted.replaceAll(literal, replacement)
  }, configuration)
}

async function writeFiles(proxy: Proxy, file: URL, place: Place): Promise<void> {
  const { server, clientCa } = await certificates()
  const files = {
    // HAProxy reads the certificate and its key from one file. The others have a file for each.
    'server.pem': proxy.name === 'haproxy' ? server.cert + server.key : server.cert,
    'server.key': server.key,
    'ca.pem': clientCa.cert,
    configuration: adapt(proxy, readFileSync(file, 'utf8'), place),
  }
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(place.directory + name, content)
  }
}

/** Each running proxy, with its folder. */
const running = new Map<ChildProcess, string>()

/** Starts the proxy in a separate process group, as its leader, so that its workers end with it. */
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
// Without a handler, SIGTERM would end this process and leave the proxies running.
process.once('SIGTERM', () => process.exit(143))

/** Waits until the port is open. If the proxy ends first, resolves to its output. */
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
  // Workers may still run after their leader has ended.
  kill(child, 'SIGKILL')
  running.delete(child)
  rmSync(directory, { recursive: true, force: true })
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // The group is already empty.
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
