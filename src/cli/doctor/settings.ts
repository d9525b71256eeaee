import { assertHeaderName } from '../../util/assert.js'
import { type Arguments, UsageError } from '../command.js'
import type { Identity } from '../forge.js'
import type { Line } from './forgeries.js'
import { type Identities, loadIdentities, readCa } from './identity.js'
import type { Target } from './request.js'
import { listVariants, type Variant } from './variants.js'

/** Everything that a run needs to know. */
export interface Settings {
  /** The URL, without a query. */
  readonly url: string
  readonly target: Target
  readonly direct: Target | undefined
  readonly identities: Identities
  readonly other: Identity | undefined
  readonly variants: readonly Variant[]
  /** Header lines that go along with every forged certificate. */
  readonly extra: readonly Line[]
}

const DEFAULT_TIMEOUT = '10'
/** They say where the request ends and who gets it, so a forged one would be another attack. */
const RESERVED =
  /^(?:host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|keep-alive)$/

/**
 * Reads the arguments and the files that they name.
 *
 * @throws UsageError
 */
export function readSettings({ values, positionals }: Arguments, now: number): Settings {
  const option = (name: string): string | undefined => values[name] as string | undefined
  const url = readUrl(positionals)
  const cert = required('--cert', option('cert'))
  const key = required('--key', option('key'))
  const ca = option('ca')
  const common = {
    name: bare(url.hostname),
    path: url.pathname + url.search,
    authority: url.host,
    ca: ca === undefined ? undefined : readCa(ca),
    isInsecure: values['insecure'] === true,
    timeoutMs: readTimeout(option('timeout') ?? DEFAULT_TIMEOUT),
  }
  const headers = ((values['header'] ?? []) as string[]).map(readHeader)
  return {
    url: url.origin + url.pathname,
    target: { ...common, ...addressOf(url), host: option('connect') ?? bare(url.hostname) },
    direct: readDirect(option('direct'), common),
    identities: loadIdentities({ cert, key }, { cert: '--cert', key: '--key' }, now),
    other: readOther(option('other-cert'), option('other-key'), now),
    variants: listVariants(headers.filter(({ value }) => value === '').map(({ name }) => name)),
    extra: headers.filter(({ value }) => value !== '').map(({ name, value }) => [name, value]),
  }
}

function required(name: string, value: string | undefined): string {
  if (value === undefined) throw new UsageError(`${name} FILE is missing; see doctor --help`)
  return value
}

function readUrl([text, ...more]: readonly string[]): URL {
  if (text === undefined || more.length > 0) {
    throw new UsageError('name one URL, such as https://api.example.com/me')
  }
  const url = parseUrl(text, 'the URL')
  if (url.protocol === 'https:') return url
  throw new UsageError(
    `the URL must begin with https://, because client certificates need TLS: ${text}; ` +
      'test a port without TLS with --direct',
  )
}

function parseUrl(text: string, name: string): URL {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw new UsageError(`${name} must be like https://api.example.com/me: ${text}`)
  }
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(`${name} must not hold a user name or a password`)
  }
  return url
}

function readDirect(
  text: string | undefined,
  common: Omit<Target, 'host' | 'port' | 'isTls'>,
): Target | undefined {
  if (text === undefined) return undefined
  const url = parseUrl(text, '--direct')
  const path = url.pathname === '/' ? common.path : url.pathname + url.search
  // The application may serve several names, and finds this one in the requests of the proxy.
  return { ...common, ...addressOf(url), host: bare(url.hostname), name: bare(url.hostname), path }
}

function addressOf({ protocol, port }: URL): Pick<Target, 'isTls' | 'port'> {
  const isTls = protocol === 'https:'
  return { isTls, port: port === '' ? (isTls ? 443 : 80) : Number(port) }
}

/** An IPv6 address has brackets in a URL only. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

function readTimeout(text: string): number {
  const seconds = Number(text)
  if (/^\d{1,2}$/.test(text) && seconds >= 1 && seconds <= 60) return seconds * 1000
  throw new UsageError(`--timeout must be a whole number of seconds from 1 to 60: ${text}`)
}

/** @param text - a name, or a name and a value */
function readHeader(text: string): { name: string; value: string } {
  const [, before = '', value = ''] = /^([^:]*):?(.*)$/s.exec(text) as RegExpExecArray
  const name = before.trim().toLowerCase()
  assertName(name)
  if (RESERVED.test(name)) throw new UsageError(`--header can't forge ${name}; name another header`)
  if (!/^[\t\x20-\x7e]*$/.test(value)) {
    throw new UsageError('the value in --header must be printable ASCII')
  }
  return { name, value: value.trim() }
}

function assertName(name: string): void {
  try {
    assertHeaderName('--header', name)
  } catch {
    throw new UsageError(`--header must be the name of a header, or 'NAME: VALUE': ${name}`)
  }
}

function readOther(
  cert: string | undefined,
  key: string | undefined,
  now: number,
): Identity | undefined {
  if (cert === undefined && key === undefined) return undefined
  const files = { cert: required('--other-cert', cert), key: required('--other-key', key) }
  return loadIdentities(files, { cert: '--other-cert', key: '--other-key' }, now).good
}
