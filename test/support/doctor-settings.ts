import { generateKeyPairSync } from 'node:crypto'
import { readSettings, type Settings } from '../../src/cli/doctor/settings.js'
import { writeFiles } from './doctor.js'
import { testPki } from './pki.js'

/** The options of the command. */
export type Values = Parameters<typeof readSettings>[0]['values']

/** The URL in these tests. */
export const URL_ = 'https://api.example.com/me'

/** Paths of files with certificates and keys. */
export interface Files {
  readonly cert: string
  readonly key: string
  readonly [name: string]: string
}

export async function files(): Promise<Files> {
  const { ec, rsa, chained, intermediate, root, expired } = await testPki()
  const passphrase = { cipher: 'aes-256-cbc', passphrase: 'x' }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return writeFiles({
    cert: ec.cert,
    key: ec.key,
    'chained.pem': chained.cert + intermediate.cert,
    'chained.key': chained.key,
    'combined.pem': rsa.key + rsa.cert,
    'ca.pem': root.cert,
    'expired.pem': expired.cert,
    'expired.key': expired.key,
    'encrypted.key': privateKey.export({ type: 'pkcs8', format: 'pem', ...passphrase }).toString(),
    'older.key': privateKey.export({ type: 'sec1', format: 'pem', ...passphrase }).toString(),
    'cut.pem': '-----BEGIN CERTIFICATE-----\nAAAA\n',
    'text.pem': 'hello\n',
    'most.pem': ' '.repeat(1024 * 1024),
    'large.pem': ' '.repeat(1024 * 1024 + 1),
    'broken.pem': ec.cert.replace('MII', 'AII'),
  })
}

export async function read(
  values: Values,
  url: string = URL_,
  now = Date.now(),
): Promise<Settings> {
  const { cert, key } = await files()
  return readSettings({ values: { cert, key, ...values }, positionals: [url] }, now)
}
