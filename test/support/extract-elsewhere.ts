import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { ExtractorOptions, RequestLike } from '../../src/extractor/index.js'

const STEPS = fileURLToPath(new URL('extract-steps.mjs', import.meta.url))

/** The options of an extractor, and the requests to extract from. */
export interface Step {
  readonly options?: ExtractorOptions
  readonly requests?: readonly RequestLike[]
}

/** The output of the process: one line for each request, and standard error. */
export interface Written {
  readonly reasons: string[]
  readonly stderr: string
}

/** Runs steps in a new process, because a process writes some lines only once. */
export async function extractElsewhere(
  steps: readonly Step[],
  { flags = [], debug = '' }: { flags?: readonly string[]; debug?: string } = {},
): Promise<Written> {
  const child = spawn(process.execPath, [...flags, STEPS], {
    env: { ...neutral(), NODE_DEBUG: debug },
  })
  child.stdin.end(JSON.stringify(steps))
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { reasons: stdout.split('\n').slice(0, -1), stderr }
}

/**
 * The environment without variables that change Node's output, such as `NODE_OPTIONS` and
 * `FORCE_COLOR`.
 */
function neutral(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => name === 'NODE_V8_COVERAGE' || !/^NODE_|COLOR/.test(name),
  )
  return Object.fromEntries(kept)
}
