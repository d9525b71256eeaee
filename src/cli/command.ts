import type { ParseArgsConfig } from 'node:util'

/** The result of a command, as text for people and as data for `--json`. */
export interface Report {
  /** Complete lines, each with its line end. */
  readonly text: string
  /** A plain object, which `JSON.stringify()` can write. */
  readonly data: object
  /** 0: all is well; 1: the command found what it looks for, such as an invalid path. */
  readonly exitCode: 0 | 1
}

/** The streams of the process, so that tests can pass others. */
export interface Streams {
  readonly stdin: Input
  readonly stdout: Writer
  readonly stderr: Writer
}

interface Input extends AsyncIterable<Uint8Array | string> {
  readonly isTTY?: boolean | undefined
}

interface Writer {
  write(text: string): unknown
}

/** The arguments of a command, as `parseArgs()` of `node:util` returns them. */
export interface Arguments {
  readonly values: Readonly<Record<string, Value | undefined>>
  readonly positionals: readonly string[]
}

type Value = string | boolean | (string | boolean)[]

export interface Command {
  /** Completes the list of commands, in one line. */
  readonly summary: string
  /** Everything about the command, with its arguments and an example. */
  readonly help: string
  /** All its options. Every command also takes `--json` and `--help`. */
  readonly options: NonNullable<ParseArgsConfig['options']>
  /**
   * @throws UsageError for arguments or input that can't be used
   */
  run(args: Arguments, stdin: Streams['stdin']): Promise<Report>
}

/** Bad arguments or bad input. Its message is one line, and says what is wrong and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
