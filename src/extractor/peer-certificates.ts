import type { X509Certificate } from 'node:crypto'
import { linkChain, parseIssuers, PathEvidence } from '../certificate/chain.js'
import { readChildren, readElement } from '../certificate/der.js'
import { showOwnNames } from '../certificate/own-names.js'
import {
  type CertificateFault,
  type ChainedPeerCertificate,
  parseCertificate,
} from '../certificate/peer-certificate.js'
import { NODE_MAJOR } from '../certificate/legacy-object.js'
import { MAX_CHAIN_CERTS } from '../parsers/limits.js'

/** The members of a TLS socket that are read here. A wrapper around Node's socket may have fewer. */
export interface CertificateSocket {
  getPeerCertificate: (detailed: boolean) => ChainedPeerCertificate | null | undefined
  getPeerX509Certificate?: () => SentCertificate | undefined
  getSession?: () => Uint8Array | undefined
  readonly server?: { readonly ca?: unknown } | null
}

interface SentCertificate {
  readonly raw: Uint8Array
  readonly issuerCertificate?: SentCertificate | undefined
}

/** Where the issuers that a client sent are kept, since Node shows them once only. */
export interface Evidence {
  sentIssuers?: readonly Uint8Array[]
}

/**
 * Reads the client's certificate from a connection, without its issuers. Our own reader sees it
 * before Node does: every version of Node ends the process when it shows certain certificates.
 *
 * @param major - the major version of Node
 * @returns a fault when it can't be shown; `undefined` when there is none
 */
export function readLeaf(
  socket: CertificateSocket,
  major: number = NODE_MAJOR,
): ChainedPeerCertificate | CertificateFault | undefined {
  const der = findLeafDer(socket)
  const fault = der && findFault(der, major)
  if (fault !== undefined) return fault
  const leaf = withoutIssuer(socket.getPeerCertificate(false))
  if (leaf === undefined || !hasDer(leaf)) return leaf
  return (der === undefined ? findFault(leaf.raw, major) : undefined) ?? showOwnNames(leaf)
}

/** Node shows an empty object where there is no certificate. */
function withoutIssuer(shown: unknown): ChainedPeerCertificate | undefined {
  if (typeof shown !== 'object' || shown === null || Object.keys(shown).length === 0) {
    return undefined
  }
  const certificate = shown as ChainedPeerCertificate
  // Node adds no issuer unless asked; a wrapper around its socket may.
  if (!('issuerCertificate' in certificate)) return certificate
  const { issuerCertificate: _, ...leaf } = certificate
  return leaf
}

function findFault(der: Uint8Array, major: number): CertificateFault | undefined {
  const certificate = parseCertificate(der, major)
  return typeof certificate === 'string' ? certificate : undefined
}

/** A test double may have no DER. */
function hasDer({ raw }: { readonly raw?: unknown }): boolean {
  return raw instanceof Uint8Array
}

/** The tag of the peer's certificate in OpenSSL's encoding of a TLS session (SSL_SESSION_ASN1). */
const SESSION_PEER = 0xa3

/**
 * The DER of the client's certificate. It is taken from the session, because asking Node for an
 * `X509Certificate` makes most versions forget the issuers that the client sent.
 */
export function findLeafDer(socket: CertificateSocket): Uint8Array | undefined {
  const session = socket.getSession?.()
  const whole = session && readElement(session, 0, session.length)
  const peer = whole && readChildren(session, whole)?.find(({ tag }) => tag === SESSION_PEER)
  return peer === undefined
    ? socket.getPeerX509Certificate?.()?.raw
    : (session as Uint8Array).subarray(peer.start, peer.end)
}

/**
 * Links a client's certificate to its issuers, within the limits that hold for a header too: at most
 * ten certificates, each signed by the next, which is a CA. Whatever else the client sent is left out.
 *
 * @param leaf - of the same connection, as {@link readLeaf} found it
 * @param major - the major version of Node
 */
export function readChain(
  socket: CertificateSocket,
  leaf: ChainedPeerCertificate,
  evidence: Evidence,
  major: number = NODE_MAJOR,
): ChainedPeerCertificate {
  const certificate = hasDer(leaf) ? parseCertificate(leaf.raw, major) : 'not_a_certificate'
  if (typeof certificate === 'string') return leaf
  evidence.sentIssuers ??= listSentIssuers(socket)
  const sent = evidence.sentIssuers.flatMap(parseIssuer)
  const { issuerCertificate } = linkChain(certificate, sent, listConfiguredIssuers(socket))
  return issuerCertificate === undefined ? leaf : { ...leaf, issuerCertificate }
}

/**
 * Reads what the path of a client's certificate is validated with: the certificate, and those that the
 * client sent after it. Node loses the others when a session is resumed.
 *
 * @param leaf - of the same connection, as {@link readLeaf} found it
 */
export function readEvidence(
  socket: CertificateSocket,
  leaf: ChainedPeerCertificate,
  evidence: Evidence,
): PathEvidence | ChainedPeerCertificate {
  const certificate = hasDer(leaf) ? parseCertificate(leaf.raw) : 'not_a_certificate'
  if (typeof certificate === 'string') return leaf
  evidence.sentIssuers ??= listSentIssuers(socket)
  return new PathEvidence(certificate, evidence.sentIssuers.flatMap(parseIssuer))
}

/** A client may send anything behind its own certificate, which must not cost it the handshake. */
function parseIssuer(der: Uint8Array): X509Certificate[] {
  return parseIssuers([der]) ?? []
}

/** The issuers as Node found them by their names, without showing any of them. */
function listSentIssuers(socket: CertificateSocket): Uint8Array[] {
  const issuers: Uint8Array[] = []
  let last: SentCertificate | undefined = socket.getPeerX509Certificate?.()
  while (last?.issuerCertificate && issuers.length < MAX_CHAIN_CERTS - 1) {
    last = last.issuerCertificate
    if (hasDer(last)) issuers.push(last.raw)
  }
  return issuers
}

interface ConfiguredIssuers {
  readonly ca: unknown
  readonly issuers: readonly X509Certificate[]
}

const configured = new WeakMap<object, ConfiguredIssuers>()

/**
 * The CAs that the server was given, with which Node completes a chain whose root the client didn't
 * send. Node would show them unseen, so they are taken from the server's options.
 */
function listConfiguredIssuers({ server }: CertificateSocket): readonly X509Certificate[] {
  if (!server) return []
  const known = configured.get(server)
  if (known !== undefined && known.ca === server.ca) return known.issuers
  const issuers = [server.ca].flat().flatMap(decodeBlocks).flatMap(parseIssuer)
  configured.set(server, { ca: server.ca, issuers })
  return issuers
}

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g

function decodeBlocks(pem: unknown): Buffer[] {
  const text = pem instanceof Uint8Array ? Buffer.from(pem).toString('latin1') : pem
  return typeof text === 'string'
    ? [...text.matchAll(PEM_BLOCK)].map(([, base64]) => Buffer.from(base64 as string, 'base64'))
    : []
}
