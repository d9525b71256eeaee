import { Duplex } from 'node:stream'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import { issue } from '../../support/der-chain.js'
import { toPem } from '../../support/der-writer.js'
import { certificateMessage, CLIENT_HELLO } from './tls-messages.js'

/**
 * Asks the OpenSSL inside of Node what it thinks of a chain. No documented function does that, but
 * a TLS server verifies a client's certificates as soon as it reads them, before the client has
 * proved that it has the key. A handshake that stops there needs no key and no second connection.
 */

/** `'ok'`, or OpenSSL's message about what is wrong. */
export type Opinion = string

export interface Question {
  readonly anchors: readonly Buffer[]
  readonly leaf: Buffer
  readonly candidates: readonly Buffer[]
}

type CodedError = Error & { readonly code?: string }

/** The parts of Node's internal TLS object that this file needs. */
interface Handle {
  verifyError?: () => CodedError | null
  onerror?: (...args: unknown[]) => void
}

const SERVER = issue({ subject: 'server' })

/** At level 2, OpenSSL rejects SHA-1 and RSA keys below 2,048 bits, as this package does. */
const CIPHERS = 'ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=2'

const MAX_TURNS = 50
const MAX_CONTEXTS = 2000

const contexts = new Map<string, SecureContext>()

/** A context for these anchors. A new one takes longer than the verification. */
function contextFor(anchors: readonly Buffer[]): SecureContext {
  const id = anchors.map((anchor) => anchor.toString('latin1')).join('|')
  const known = contexts.get(id)
  if (known !== undefined) return known
  const options = {
    key: SERVER.key,
    cert: SERVER.pem,
    ca: anchors.map(toPem),
    ciphers: CIPHERS,
    maxVersion: 'TLSv1.2' as const,
    // An anchor doesn't have to be self-signed.
    allowPartialTrustChain: true,
  }
  const context = createSecureContext(options)
  if (contexts.size >= MAX_CONTEXTS) contexts.clear()
  contexts.set(id, context)
  return context
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Asks about the leaf and the candidates, which the client sends in this order. */
export async function askHandshake({ anchors, leaf, candidates }: Question): Promise<Opinion> {
  const wire = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
  const secureContext = contextFor(anchors)
  const options = { isServer: true, requestCert: true, rejectUnauthorized: false, secureContext }
  const socket = new TLSSocket(wire, options)
  let failure: CodedError | undefined
  const early = opinionOnError(socket)
  socket.on('error', (error: Error) => {
    failure = error
  })
  socket.resume()
  wire.push(Buffer.concat([CLIENT_HELLO, certificateMessage([leaf, ...candidates])]))
  try {
    for (let turns = 0; turns < MAX_TURNS; turns += 1) {
      await turn()
      if (failure !== undefined) return early() ?? failure.code ?? failure.message
      const opinion = opinionOf(socket)
      if (opinion !== undefined) return opinion
    }
  } finally {
    socket.destroy()
    wire.destroy()
  }
  throw new Error('Node has not read the certificate message')
}

function handleOf(socket: TLSSocket): Handle {
  const { _handle: handle } = socket as unknown as { _handle?: Handle | null }
  if (handle?.verifyError === undefined) throw new Error('Node has no verifyError')
  return handle
}

/** Node gives this message before OpenSSL has verified anything (X509_V_ERR_UNSPECIFIED). */
const NOTHING_YET = 'unspecified certificate verification error'

function opinionOf(socket: TLSSocket): Opinion | undefined {
  const error = handleOf(socket).verifyError?.()
  if (error === null) return 'ok'
  return error?.message === NOTHING_YET ? undefined : error?.message
}

/**
 * Where OpenSSL has left an error in its queue, for example about a candidate that it can't read,
 * Node takes it for a fault of the connection. That comes after the verification, so ask before Node
 * closes the connection.
 */
function opinionOnError(socket: TLSSocket): () => Opinion | undefined {
  const handle = handleOf(socket)
  const { onerror } = handle
  let opinion: Opinion | undefined
  handle.onerror = (...args) => {
    opinion = opinionOf(socket)
    onerror?.apply(handle, args)
  }
  return () => opinion
}

export interface Abilities {
  /** Whether an anchor may be a certificate that isn't self-signed. */
  readonly partialChains: boolean
}

/** Finds out what the judge can do on this Node, or why it can't do anything. */
export async function probeHandshake(): Promise<Abilities | string> {
  const root = issue({ subject: 'root', ca: true })
  const ca = issue({ subject: 'ca', ca: true, by: root })
  const leaf = issue({ subject: 'leaf', by: ca })
  const ask = (anchor: Buffer, ...candidates: readonly Buffer[]) =>
    askHandshake({ anchors: [anchor], leaf: leaf.der, candidates })
  try {
    if ((await ask(root.der, ca.der)) !== 'ok') return 'the half handshake rejects a valid path'
    if ((await ask(root.der)) === 'ok') return 'the half handshake accepts a path with a gap'
    return { partialChains: (await ask(ca.der)) === 'ok' }
  } catch (error) {
    return `the half handshake doesn't work on this Node: ${String(error)}`
  }
}
