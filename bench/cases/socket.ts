import { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { compare, type Effort } from '../measure.js'
import type { Cell, Outcome } from '../results.js'
import { KEY_TYPES, type KeyType, type Pki } from '../support/pki.js'
import { openSockets } from '../support/sockets.js'
import {
  type Attempt,
  authenticating,
  floor,
  olderPackage,
  thisPackage,
  toSucceed,
} from '../support/strategies.js'

interface Rows {
  readonly plain: Cell[]
  readonly chain: Cell[]
}

/** Measures the certificate of a keep-alive TLS connection. */
export async function measureSocket(pki: Pki, effort: Effort): Promise<Outcome> {
  const { sockets, close } = await openSockets(pki)
  const results: (Rows & { keyType: KeyType })[] = []
  for (const keyType of KEY_TYPES) {
    const { fingerprint256 } = pki.clients[keyType]
    results.push({ keyType, ...(await measureOne(sockets[keyType], fingerprint256, effort)) })
  }
  close()
  return {
    sections: [
      {
        title: 'TLS socket, kept alive',
        about:
          'One real TLS connection, with a new request for each run. "Floor" is a strategy that only ' +
          'calls success(). Times in microseconds.',
        head: ['key', 'floor', 'this package', 'passport-client-cert', 'times faster'],
        rows: results.map(({ keyType, plain }) => [keyType, ...plain]),
      },
      {
        title: 'TLS socket with the chain',
        about:
          'The same requests with includeChain. passport-client-cert never reads the chain, so its socket ' +
          'shows the chain by getPeerCertificate(true).',
        head: ['key', 'this package', 'getPeerCertificate(true)', 'times faster'],
        rows: results.map(({ keyType, chain }) => [keyType, ...chain]),
      },
    ],
  }
}

async function measureOne(socket: TLSSocket, user: string, effort: Effort): Promise<Rows> {
  const attempt = (): Attempt => toSucceed(new IncomingMessage(socket), user)
  const older = olderPackage()
  const result = await compare(
    [
      authenticating('floor', floor(user), attempt),
      authenticating('this', thisPackage(), attempt),
      authenticating('older', older, attempt),
      authenticating('this, chain', thisPackage({ includeChain: true }), attempt),
      authenticating('older, chain', older, withChain(socket, user)),
    ],
    effort,
  )
  const [ours, theirs] = [result.microseconds('this'), result.microseconds('older')]
  const ourChain = result.microseconds('this, chain')
  const theirChain = result.microseconds('older, chain')
  const faster = result.ratio('older', 'this')
  const chainFaster = result.ratio('older, chain', 'this, chain')
  return {
    plain: [result.microseconds('floor'), ours, theirs, { value: faster, target: 'socket' }],
    chain: [ourChain, theirChain, { value: chainFaster, target: 'chain' }],
  }
}

/**
 * Requests whose socket shows the whole chain to the older package, which only asks for the leaf.
 */
function withChain(socket: TLSSocket, user: string): () => Attempt {
  const length = lengthOf(socket)
  if (length !== 3) throw new Error(`The chain has ${length} certificates instead of 3`)
  const shown = {
    authorized: socket.authorized,
    getPeerCertificate: () => socket.getPeerCertificate(true),
  }
  return () => toSucceed({ socket: shown }, user)
}

/** The number of certificates: leaf, intermediate and root, which is its own issuer. */
function lengthOf(socket: TLSSocket): number {
  let current = socket.getPeerCertificate(true)
  let length = 1
  while (current.issuerCertificate !== current) {
    current = current.issuerCertificate
    length += 1
  }
  return length
}
