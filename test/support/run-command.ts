import type { Command } from '../../src/cli/command.js'
import { check } from '../../src/cli/check.js'
import { inspect } from '../../src/cli/inspect/index.js'
import { run } from '../../src/cli/run.js'

export interface Outcome {
  readonly status: number
  readonly out: string
  readonly err: string
}

const COMMANDS: Readonly<Record<string, Command>> = { check, inspect }

/** Runs a command in this process, as the program would. */
export async function runCommand(
  argv: readonly string[],
  input: string | Uint8Array = '',
  { isTTY }: { readonly isTTY?: boolean } = {},
): Promise<Outcome> {
  let out = ''
  let err = ''
  const status = await run(argv, COMMANDS, {
    stdin: Object.assign(
      (async function* () {
        await Promise.resolve()
        yield input
      })(),
      { isTTY },
    ),
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  })
  return { status, out, err }
}

/** The line on standard error, without the program's name. Throws unless the command failed with 2. */
export function failureOf({ status, out, err }: Outcome): string {
  const [, line] = /^passport-client-certificate-auth: (.*)\n$/.exec(err) ?? []
  if (line === undefined || status !== 2 || out !== '') {
    throw new Error(`The command didn't fail in one line: ${JSON.stringify({ status, out, err })}`)
  }
  return line
}
