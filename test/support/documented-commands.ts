import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dateOf, listByAuthority } from './authority-list.js'
import { crlToPem } from './crl-writer.js'
import { toUrlPem } from './header-values.js'
import { createAuthority } from './pki.js'
import { runCommand } from './run-command.js'
import { listenHttps } from './servers.js'

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'

const DAY_MS = 24 * 60 * 60 * 1000

/** Writes the files that docs/commands.md uses, and starts its server. */
export async function prepareDocumentedFiles(folder: string): Promise<{ readonly port: number }> {
  const root = await createAuthority({ subject: 'O=Example, CN=Example Clients CA' })
  const between = await root.createIntermediate({ subject: 'O=Example, CN=Example Clients CA 2' })
  const alice = await between.issue({
    subject: 'O=Example, CN=alice',
    subjectAltName: [{ type: 'email', value: 'alice@example.org' }],
    extendedKeyUsage: [CLIENT_AUTH],
    notAfter: new Date(Date.now() + 27.5 * DAY_MS),
  })
  const server = await root.issue({
    subject: 'CN=localhost',
    subjectAltName: [{ type: 'dns', value: 'localhost' }],
    extendedKeyUsage: [SERVER_AUTH],
  })
  const line = `10.0.0.7 "GET /orders HTTP/1.1" 401 x-ssl-client-cert="${toUrlPem(alice)}"`
  const dates = {
    thisUpdate: dateOf(Date.now() - DAY_MS),
    nextUpdate: dateOf(Date.now() + 30 * DAY_MS),
  }
  const files = {
    'client.pem': alice.cert,
    'client.key': alice.key,
    'clients-ca.pem': root.cert,
    'clients-intermediates.pem': between.cert,
    'clients-ca.crl': crlToPem(listByAuthority(root, dates)),
    'access.log': `10.0.0.8 "GET / HTTP/1.1" 200\n${line}\n`,
  }
  for (const [name, contents] of Object.entries(files))
    await writeFile(join(folder, name), contents)
  const { key, cert } = server
  return listenHttps((_req, res) => res.end(), { key, cert: cert + root.cert, ca: root.cert })
}

const COMMAND = /^(?:tail -n 1 (\S+) \| )?npx passport-client-certificate-auth (.*)$/

/** Runs a command as a page shows it, and returns its output and its error line. */
export async function runDocumented(
  command: string,
  folder: string,
  { port }: { readonly port: number },
): Promise<string> {
  const [, piped, words] = COMMAND.exec(command) ?? []
  if (words === undefined) throw new Error(`The test can't run this command: ${command}`)
  const argv = words.split(' ').map((word) => {
    if (word === 'localhost:8443') return `localhost:${port}`
    return /\.(?:pem|key|crl)$/.test(word) ? join(folder, word) : word
  })
  const lines =
    piped === undefined ? [] : (await readFile(join(folder, piped), 'utf8')).trim().split('\n')
  const { out, err } = await runCommand(argv, lines.at(-1))
  return (out + err).replaceAll(`${folder}/`, '').replaceAll(String(port), '8443')
}

/** Replaces the parts of an output that differ from run to run. */
export function mask(output: string): string {
  return output
    .replaceAll(/\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?/g, 'DATE')
    .replaceAll(/\d+ (?:year|day|hour|minute)s?\b/g, 'SPAN')
    .replaceAll(/(?:[0-9A-F]{2}:){31}[0-9A-F]{2}/g, 'FINGERPRINT')
    .replaceAll(/(?<=serial +)[0-9A-F]+/g, 'SERIAL')
    .replaceAll(/(?<="serialNumber": ")[0-9A-F]+/g, 'SERIAL')
}
