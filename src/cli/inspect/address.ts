import { stat } from 'node:fs/promises'
import { UsageError } from '../command.js'
import { quoteStart } from '../input.js'

/** A TLS server, and the path of a request to it. */
export interface ServerAddress {
  /** A name or an address, which has no brackets if it is IPv6. */
  readonly host: string
  readonly port: number
  readonly path: string
}

const HOST_AND_PORT = /^(?:\[([0-9a-fA-F:.]+(?:%\w+)?)\]|([^\s:/?#@[\]\\]+)):(\d{1,5})$/

/**
 * Reads `host:port` or `https://host:port/path`.
 *
 * @returns `undefined` for anything else, and if there is a file with this name
 * @throws UsageError for another protocol, and for a port that can't be
 */
export async function parseServerAddress(text: string): Promise<ServerAddress | undefined> {
  const isUrl = /^https?:\/\//i.test(text)
  const [, ipv6, name, port = ''] = HOST_AND_PORT.exec(text) ?? []
  const host = ipv6 ?? name
  if ((!isUrl && host === undefined) || (await isFile(text))) return undefined
  return isUrl ? parseUrl(text) : { host: host as string, port: readPort(port), path: '/' }
}

function parseUrl(text: string): ServerAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) throw new UsageError(`${quoteStart(text)} isn't a valid address`)
  if (url.protocol !== 'https:') {
    throw new UsageError('plain HTTP has no certificates; pass host:port or an https:// address')
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return { host, port: url.port === '' ? 443 : readPort(url.port), path: url.pathname }
}

function readPort(digits: string): number {
  const port = Number(digits)
  if (port >= 1 && port <= 65_535) return port
  throw new UsageError(`${digits} isn't a port; ports are 1 to 65535`)
}

async function isFile(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}
