// Throwaway CAs and certificates for examples, demo and tests, made in JavaScript. Don't use this
// module for anything else: it doesn't store any keys, and can't revoke certificates.
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

x509.cryptoProvider.set(/** @type {Crypto} */ (webcrypto))

const DAY_MS = 24 * 60 * 60 * 1000

const KEY_ALGORITHMS = {
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  },
}

/**
 * @typedef {'ec' | 'rsa'} KeyType
 *
 * @typedef {object} Issued A certificate with its key, in the forms Node's TLS options take
 * @property {string} cert PEM
 * @property {string} key PEM, PKCS #8
 * @property {Buffer} raw DER
 *
 * @typedef {object} CertificateOptions
 * @property {x509.JsonName | string} [subject] e.g. `'CN=alice, O=Example'`
 * @property {KeyType} [keyType] default `'ec'`
 * @property {Date} [notBefore] default a day ago
 * @property {Date} [notAfter] default in a day
 * @property {x509.JsonGeneralNames} [subjectAltName] default none
 * @property {string} [serialNumber] hex digits; default random
 * @property {string[]} [extendedKeyUsage] OIDs; default server and client authentication
 * @property {x509.Extension[]} [extensions] more of them; default none
 *
 * @typedef {Issued & { issue(options?: CertificateOptions): Promise<Issued>,
 *   createIntermediate(options?: CertificateOptions): Promise<Authority> }} Authority
 */

/**
 * Makes a self-signed root.
 *
 * @param {CertificateOptions} [options]
 * @returns {Promise<Authority>}
 */
export function createAuthority(options = {}) {
  return makeAuthority({ subject: 'CN=Throwaway root', ...options }, null)
}

/**
 * Makes a self-signed end entity certificate.
 *
 * @param {CertificateOptions} [options]
 * @returns {Promise<Issued>}
 */
export async function createSelfSigned(options = {}) {
  const keys = await generateKeys(options.keyType)
  const certificate = await sign(options, keys, null, false)
  return toIssued(certificate, keys)
}

/**
 * @typedef {{ certificate: x509.X509Certificate, keys: CryptoKeyPair, keyType: KeyType }} Signer
 *
 * @param {CertificateOptions} options
 * @param {Signer | null} issuer
 * @returns {Promise<Authority>}
 */
async function makeAuthority(options, issuer) {
  const keys = await generateKeys(options.keyType)
  const certificate = await sign(options, keys, issuer, true)
  const signer = { certificate, keys, keyType: options.keyType ?? 'ec' }
  return {
    ...(await toIssued(certificate, keys)),
    async issue(leaf = {}) {
      const leafKeys = await generateKeys(leaf.keyType)
      return toIssued(await sign(leaf, leafKeys, signer, false), leafKeys)
    },
    createIntermediate: (next = {}) =>
      makeAuthority({ subject: 'CN=Throwaway intermediate', ...next }, signer),
  }
}

/** @param {KeyType} [keyType] */
function generateKeys(keyType = 'ec') {
  return /** @type {Promise<CryptoKeyPair>} */ (
    webcrypto.subtle.generateKey(KEY_ALGORITHMS[keyType], true, ['sign', 'verify'])
  )
}

/**
 * @param {CertificateOptions} options
 * @param {CryptoKeyPair} keys
 * @param {Signer | null} issuer `null`: self-signed
 * @param {boolean} isAuthority
 */
async function sign(options, keys, issuer, isAuthority) {
  const now = Date.now()
  const subject = options.subject ?? 'CN=client'
  const signingKey = issuer?.keys.privateKey ?? keys.privateKey
  return x509.X509CertificateGenerator.create({
    subject,
    issuer: issuer?.certificate.subjectName.toJSON() ?? subject,
    serialNumber: options.serialNumber ?? randomSerialNumber(),
    notBefore: options.notBefore ?? new Date(now - DAY_MS),
    notAfter: options.notAfter ?? new Date(now + DAY_MS),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: KEY_ALGORITHMS[issuer?.keyType ?? options.keyType ?? 'ec'],
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, undefined, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer?.keys.publicKey ?? keys.publicKey),
      ...(isAuthority ? [] : [extendedKeyUsage(options.extendedKeyUsage)]),
      ...(options.subjectAltName
        ? [new x509.SubjectAlternativeNameExtension(options.subjectAltName)]
        : []),
      ...(options.extensions ?? []),
    ],
  })
}

/** @param {string[]} [oids] */
function extendedKeyUsage(oids) {
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage
  return new x509.ExtendedKeyUsageExtension(oids ?? [serverAuth, clientAuth])
}

/** Positive and at most 20 octets (RFC 5280 4.1.2.2). */
function randomSerialNumber() {
  return `4${Buffer.from(webcrypto.getRandomValues(new Uint8Array(15))).toString('hex')}0`
}

/**
 * @param {x509.X509Certificate} certificate
 * @param {CryptoKeyPair} keys
 * @returns {Promise<Issued>}
 */
async function toIssued(certificate, keys) {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`,
    raw: Buffer.from(certificate.rawData),
  }
}
