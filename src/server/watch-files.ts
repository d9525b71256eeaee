import diagnosticsChannel from 'node:diagnostics_channel'
import { assertFunction, assertIntegerBetween, assertText } from '../util/assert.js'
import { invalidType, invalidValue, kindOf } from '../util/errors.js'
import { runHook } from '../util/hooks.js'
import { optional, type OptionTable, parseOptions, withDefault } from '../util/options.js'
import { FileReloader, type Load } from './file-reloader.js'
import { WatchedFiles } from './watched-files.js'

/** Options of {@link watchFiles}. */
export interface WatchFilesOptions<Name extends string> {
  /**
   * Puts the contents of all files in force, for example with `trust.replace()`. Called at the start and
   * after each change, never twice at once. If it throws or its promise is rejected, it is called again
   * later, so it must leave the old state in force. If its promise never settles, it isn't called again, so
   * give everything that it waits for a time limit.
   */
  load: (contents: Record<Name, Buffer>) => unknown
  /** Called after `load` has succeeded. */
  onReloaded?: (() => unknown) | undefined
  /**
   * Called when the files can't be read or loaded, and again only if the message of the error changes. Default:
   * the message is written to standard error.
   */
  onFailed?: ((error: Error) => unknown) | undefined
  /** How long nothing must have changed before the files are read, in milliseconds. Default: 100. */
  debounceMs?: number | undefined
  /**
   * How often to look at the files even if the file system reports no change, and how soon to try again
   * after a failure, in milliseconds: 10 to 86,400,000. Default: 10,000.
   */
  pollMs?: number | undefined
}

/** The message on the channels `passport-client-certificate-auth:reloaded` and `...:reload-failed`. */
export interface ReloadMessage {
  /** The paths, as they were given. */
  readonly files: readonly string[]
  /** Why the old state stays in force; `null` on the channel `reloaded`. */
  readonly error: Error | null
}

/** The result of {@link watchFiles}. */
export interface FileWatch {
  /** Stops watching. A `load` that is running still ends. */
  readonly close: () => void
}

const RELOADED = diagnosticsChannel.channel('passport-client-certificate-auth:reloaded')
const FAILED = diagnosticsChannel.channel('passport-client-certificate-auth:reload-failed')

interface Compiled {
  load: Load | undefined
  onReloaded: (() => unknown) | undefined
  onFailed: ((error: Error) => unknown) | undefined
  debounceMs: number
  pollMs: number
}

const OPTIONS: OptionTable<keyof WatchFilesOptions<string>, Compiled> = {
  load: optional((name, value) => assertFunction(name, value) as Load),
  onReloaded: optional((name, value) => assertFunction(name, value) as () => unknown),
  onFailed: optional((name, value) => assertFunction(name, value) as (error: Error) => unknown),
  debounceMs: withDefault(assertIntegerBetween(0, 60_000), 100),
  pollMs: withDefault(assertIntegerBetween(10, 86_400_000), 10_000),
}

/**
 * Reads files again whenever another program replaces them, and gives their contents to your function.
 * Works for files that are written in place or renamed, for the symbolic links of certbot, and for the
 * volumes of Kubernetes. Keeps no process alive.
 *
 * A file that is missing or half written leaves the old state in force. The failure is reported once to
 * `onFailed` and on the channel `passport-client-certificate-auth:reload-failed`, and loading is tried
 * again until it succeeds, which is reported to `onReloaded` and on `...:reloaded`.
 *
 * @param files - the path of each file, under the name that your function knows it by
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`
 * @example
 * import { watchFiles } from 'passport-client-certificate-auth/server'
 *
 * const watch = watchFiles(
 *   { ca: '/etc/clients/ca.crt' },
 *   { load: ({ ca }) => trust.replace({ ca }), onFailed: console.error },
 * )
 * server.on('close', () => watch.close())
 */
export function watchFiles<Name extends string>(
  files: Readonly<Record<Name, string>>,
  options: WatchFilesOptions<Name>,
): FileWatch {
  const paths = assertFiles(files)
  const { load, ...values } = parseOptions<WatchFilesOptions<string>, Compiled>(
    options,
    OPTIONS,
  ).values
  assertFunction('option "load"', load)
  const reloader = new FileReloader(new WatchedFiles<string>({ ...files }), {
    ...values,
    load: load as Load,
    report(error) {
      ;(error === null ? RELOADED : FAILED).publish({ files: paths, error } satisfies ReloadMessage)
      if (error === null) runHook('onReloaded', values.onReloaded)
      else runHook('onFailed', values.onFailed ?? printFailure, error)
    },
  })
  return Object.freeze({
    close: () => {
      reloader.close()
    },
  })
}

/** Otherwise, nothing would say that an old list or an old CA stays in force. */
function printFailure({ message }: Error): void {
  console.error(
    `passport-client-certificate-auth: watchFiles() couldn't load the files, so the old ones stay in force: ${message}`,
  )
}

function assertFiles(files: unknown): string[] {
  if (typeof files !== 'object' || files === null || Array.isArray(files)) {
    throw invalidType(
      'files',
      "an object with the path of each file, such as { crl: 'crl.pem' }",
      kindOf(files),
    )
  }
  const paths = Object.entries(files).map(([name, path]) => assertText(`files.${name}`, path))
  if (paths.length === 0) throw invalidValue('files', 'must name at least one file', files)
  return paths
}
