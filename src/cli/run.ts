import { parseArgs, type ParseArgsConfig } from 'node:util'
import { printable } from '../util/printable.js'
import { suggest, suggestNear } from '../util/suggest.js'
import { type Arguments, type Command, type Report, type Streams, UsageError } from './command.js'

export { printable } from '../util/printable.js'

const PROGRAM = 'passport-client-certificate-auth'

const COMMON_OPTIONS: NonNullable<ParseArgsConfig['options']> = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
}

export type Commands = Readonly<Record<string, Command>>

/**
 * Runs the command that the arguments name.
 *
 * @param argv - without the names of Node and of the program
 * @returns the exit status: 0 or 1 as the command says, or 2 for arguments or input that can't be used
 */
export async function run(
  argv: readonly string[],
  commands: Commands,
  { stdin, stdout, stderr }: Streams,
): Promise<number> {
  const [name = '', ...rest] = argv
  if (['', 'help', '--help', '-h'].includes(name)) {
    stdout.write(listCommands(commands))
    return name === '' ? 2 : 0
  }
  try {
    const command = findCommand(name, commands)
    const args = parse(rest, command)
    if (args.values['help'] === true) {
      stdout.write(command.help)
      return 0
    }
    const report = await command.run(args, stdin)
    stdout.write(format(report, args.values['json'] === true))
    return report.exitCode
  } catch (error) {
    stderr.write(`${PROGRAM}: ${oneLine(error)}\n`)
    return 2
  }
}

function findCommand(name: string, commands: Commands): Command {
  const found = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (found !== undefined) return found
  const names = Object.keys(commands)
  throw new UsageError(
    `there is no command ${printable(name)}${suggest(name, names)}; run ${PROGRAM} --help for a list`,
  )
}

/** Node's messages tell how to pass a positional argument that begins with `-`, in further sentences. */
function parse(args: readonly string[], { options }: Command): Arguments {
  const known = { ...options, ...COMMON_OPTIONS }
  try {
    return parseArgs({ args: [...args], options: known, allowPositionals: true })
  } catch (error) {
    const message = messageOf(error).replace(/\. .*$/s, '')
    const [, typed] = /^Unknown option '(--\w[\w-]*)'$/.exec(message) ?? []
    const names = Object.keys(known).map((option) => `--${option}`)
    const hint = typed === undefined ? '' : suggestNear(typed, names)
    throw new UsageError(`${message.replace(/^Unknown/, 'unknown')}${hint}`)
  }
}

function format({ data, text }: Report, isJson: boolean): string {
  return isJson ? `${escapeControls(JSON.stringify(data, undefined, 2))}\n` : text
}

/** JSON escapes only some of the characters that a terminal obeys (RFC 8259 7). */
function escapeControls(json: string): string {
  return json.replaceAll(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

function listCommands(commands: Commands): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  const lines = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}\n`,
  )
  return (
    `Usage: ${PROGRAM} <command> [options]\n\nCommands:\n${lines.join('')}\n` +
    `Every command takes --json and --help.\n`
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/**
 * Shows a message in one line, without the control characters that it may quote, and without a private key
 * that was passed in place of a file's name: others may read the output, for instance in a CI system.
 */
function oneLine(error: unknown): string {
  return printable(messageOf(error)).replace(/(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----).*/i, '$1...')
}
