import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** How to run a program: the runtime's binary, and the arguments before the program's name. */
export type Command = readonly [file: string, ...args: string[]]

export interface Started<Line> {
  readonly line: Line
  /** Ends the program, and returns its output since the first line. */
  stop(): Promise<string>
}

const running = new Set<ChildProcess>()

/** Call it in `after()`. Ends the programs that a test has left running. */
export async function stopPrograms(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      running.delete(child)
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    }),
  )
}

/** Keeps the runtimes from using the network and the user's folders. */
function environment(folder: string): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, NODE_DEBUG: __, ...env } = process.env
  return {
    ...env,
    NO_COLOR: '1',
    DENO_DIR: `${folder}/deno`,
    DENO_NO_UPDATE_CHECK: '1',
    BUN_RUNTIME_TRANSPILER_CACHE_PATH: '0',
    DO_NOT_TRACK: '1',
  }
}

/**
 * Starts a program, and reads the first line that it writes, which is JSON.
 *
 * @param control - the file descriptor on which the program writes the line, 1 or 3
 */
export async function start<Line>(
  folder: string,
  [file, ...args]: Command,
  { input = '', control = 1 }: { input?: string; control?: 1 | 3 } = {},
): Promise<Started<Line>> {
  const stdio = ['pipe', 'pipe', 'pipe', 'pipe'] as const
  const child = spawn(file, args, { cwd: ROOT, env: environment(folder), stdio: [...stdio] })
  running.add(child)
  let written = ''
  const lines = createInterface({ input: child.stdio[control] as Readable })
  const first = new Promise<string>((resolve, reject) => {
    lines.once('line', resolve)
    child.once('close', () => {
      reject(new Error(`${file} ${args.join(' ')} ended\n${written}`))
    })
  })
  for (const stream of control === 1 ? [child.stderr] : [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (written += text))
  }
  child.stdin.end(input)
  const line = JSON.parse(await first) as Line
  return {
    line,
    stop: async () => {
      running.delete(child)
      const closed = once(child, 'close')
      child.kill()
      await closed
      return written
    },
  }
}

/** Runs a program to its end, and returns its output. */
export async function run(folder: string, [file, ...args]: Command): Promise<Output> {
  const child = spawn(file, args, { cwd: ROOT, env: environment(folder) })
  running.add(child)
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.end()
  const [status] = (await once(child, 'close')) as [number | null]
  running.delete(child)
  return { status, stdout, stderr }
}

export interface Output {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}
