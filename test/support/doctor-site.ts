import { X509Certificate } from 'node:crypto'
import { diagnoseDeployment, writeFiles } from './doctor.js'
import type { HeaderLine, Rewrite } from './node-proxy.js'
import { testPki } from './pki.js'
import type { RunningServer } from './servers.js'

/** The headers of the proxies in these tests. */
export const CERT = 'x-ssl-client-cert'
export const VERIFY = 'x-ssl-client-verify'

/** The arguments for a server, with the certificate that gets in. */
export async function argumentsFor({ port }: RunningServer): Promise<string[]> {
  const { ec, root } = await testPki()
  const { cert, key, ca } = writeFiles({ cert: ec.cert, key: ec.key, ca: root.cert })
  return [`https://127.0.0.1:${port}/me`, '--cert', cert, '--key', key, '--ca', ca]
}

/** The checks that find something. */
export async function findingsAt(server: RunningServer, ...more: string[]): Promise<string[]> {
  const data = await diagnoseDeployment(...(await argumentsFor(server)), ...more)
  return data.findings.map(({ check }) => check)
}

/** The DER in the header, which is percent-encoded PEM. */
export function decode(value: string | undefined): string {
  return decodeURIComponent(value ?? '').replaceAll(/-----[^-]*-----|\s/g, '')
}

/** Percent-encoded PEM, and an empty string without a certificate. */
export function encode(certificate: Buffer | undefined): string {
  const base64 = certificate?.toString('base64') ?? ''
  return base64 === ''
    ? ''
    : encodeURIComponent(`-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`)
}

/** The value of the first line with this name. */
export const first = (lines: readonly HeaderLine[], name: string): string | undefined =>
  lines.find(([line]) => line.toLowerCase() === name)?.[1]

/** The lines with other names. */
export const without = (lines: readonly HeaderLine[], ...names: string[]): HeaderLine[] =>
  lines.filter(([line]) => !names.includes(line.toLowerCase()))

/** A name in a certificate, as Node writes it. */
export function nameOf(role: 'subject' | 'issuer', certificate: Buffer | undefined): string {
  return certificate === undefined ? '' : new X509Certificate(certificate)[role]
}

/** Sets both headers, and removes those of the client. */
export const safeProxy: Rewrite = (lines, { certificate, isVerified }) => [
  ...without(lines, CERT, VERIFY),
  [CERT, encode(certificate)],
  [VERIFY, isVerified ? 'SUCCESS' : 'NONE'],
]
