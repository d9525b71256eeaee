import { isIP } from 'node:net'
import { parseSubjectName } from '../testing/subject-name.js'
import { parsePassword } from '../testing/test-certificate.js'
import { type Arguments, type Command, UsageError } from './command.js'

/** The options of `test-certs`, checked. */
export interface TestCertsOptions {
  readonly directory: string
  readonly days: number
  /** The first one is in the lines for curl. */
  readonly hosts: readonly string[]
  readonly password: string
  readonly port: number
  readonly isForced: boolean
}

export const TEST_CERTS_OPTIONS: Command['options'] = {
  days: { type: 'string' },
  force: { type: 'boolean' },
  host: { type: 'string', multiple: true },
  password: { type: 'string' },
  port: { type: 'string' },
}

const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '::1']
const MAX_DAYS = 3650
const MAX_PORT = 65_535

export function readOptions({ values, positionals }: Arguments): TestCertsOptions {
  const [directory = 'test-certs', ...others] = positionals
  if (others.length > 0) throw new UsageError('name one directory; test-certs --help explains it')
  if (directory === '') throw new UsageError('the name of the directory is empty; name one')
  const hosts = (values['host'] ?? []) as string[]
  const options = {
    directory,
    days: readInteger('days', values['days'] ?? '30', MAX_DAYS),
    hosts: [...new Set([...hosts, ...LOOPBACK_HOSTS])],
    password: String(values['password'] ?? 'test'),
    port: readInteger('port', values['port'] ?? '3443', MAX_PORT),
    isForced: values['force'] === true,
  }
  const usable = 'must be a host name or an IP address, such as web.example.com'
  for (const host of hosts) check(`--host ${usable}`, () => parseSubjectName('host', toName(host)))
  check('--password must consist of one or more printable ASCII characters', () =>
    parsePassword('password', options.password),
  )
  return options
}

function readInteger(name: string, value: unknown, max: number): number {
  const number = Number(value)
  if (/^\d+$/.test(String(value)) && number >= 1 && number <= max) return number
  throw new UsageError(`--${name} must be a whole number from 1 to ${max}, but is ${String(value)}`)
}

function check(problem: string, parse: () => unknown): void {
  try {
    parse()
  } catch {
    throw new UsageError(problem)
  }
}

/** The subject alternative name of a host. */
export function toName(host: string): string {
  return isIP(host) === 0 ? `DNS:${host}` : `IP:${host}`
}
