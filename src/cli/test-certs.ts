import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import type { Arguments, Command, Report } from './command.js'
import { printable } from './run.js'
import { listFiles, writeFiles } from './test-certs-files.js'
import { quoteWord } from './shell.js'
import {
  readOptions,
  TEST_CERTS_OPTIONS,
  type TestCertsOptions,
  toName,
} from './test-certs-options.js'
import { makeTestIdentities, type TestVisitor } from './test-identities.js'

const HELP = `Usage: passport-client-certificate-auth test-certs [directory] [options]

Writes a CA, a server certificate and client certificates for tests into the directory (default:
test-certs), and prints a curl command for each client, with the answer to expect. Some clients are
accepted, others are rejected, each for another reason. Never use these certificates in production.

Options:
  --days NUMBER    how long the certificates are valid, 1 to 3650 (default: 30)
  --host NAME      another host name or IP address of the server; may be repeated. The server
                   certificate is always also for localhost, 127.0.0.1 and ::1
  --port NUMBER    the port in the curl commands (default: 3443)
  --password TEXT  of alice.p12, for browsers (default: test)
  --force          replace existing files

Example:
  passport-client-certificate-auth test-certs certs --host web.example.com
`

export const testCerts: Command = {
  summary: 'writes certificates for tests, and shows how to try them',
  help: HELP,
  options: TEST_CERTS_OPTIONS,
  run: (args) => Promise.resolve(args).then(writeCertificates),
}

/** A client to try, as the report shows it. */
interface Trial {
  readonly name: string
  readonly description: string
  /** Node's code for the reason why it rejects the client; missing if verify decides. */
  readonly code?: string
  readonly fingerprint256?: string
  /** The command to try it with. */
  readonly curl: string
}

function writeCertificates(args: Arguments): Report {
  const options = readOptions(args)
  const { directory, days, hosts, password } = options
  const identities = makeTestIdentities(days, hosts.map(toName))
  const files = listFiles(identities, password)
  writeFiles(directory, files, options.isForced)
  const clients = identities.clients.map((client) => toTrial(client, options))
  const names = files.map(({ name }) => name)
  return {
    text: describe(options, names, clients),
    data: { directory, files: names, days, hosts, password, clients },
    exitCode: 0,
  }
}

function toTrial(client: TestVisitor, options: TestCertsOptions): Trial {
  const { certificate, name, description, code } = client
  return {
    name,
    description,
    ...(code !== undefined && { code }),
    ...(certificate && { fingerprint256: certificate.fingerprint256 }),
    curl: writeCurl(client, options),
  }
}

function writeCurl({ name, certificate }: TestVisitor, options: TestCertsOptions): string {
  const { directory, hosts, port } = options
  const file = (suffix: string) => quoteWord(join(directory, suffix))
  const own = ['--cert', file(`${name}.pem`), '--key', file(`${name}.key`)]
  const [host = ''] = hosts
  const url = `https://${isIPv6(host) ? `[${host}]` : host}:${port}/me`
  return ['curl', '--cacert', file('ca.pem'), ...(certificate ? own : []), quoteWord(url)].join(' ')
}

function describe(
  { directory, days, hosts, password }: TestCertsOptions,
  names: readonly string[],
  clients: readonly Trial[],
): string {
  const accepted = clients.filter(({ code }) => code === undefined)
  return [
    `Wrote ${names.length} files to ${printable(directory)}, for tests only.`,
    `The certificates are valid for ${days} days, except expired.pem.`,
    '',
    'The server reads ca.pem, server.pem and server.key. Its names are:',
    `  ${hosts.join(', ')}`,
    'A browser reads alice.p12. Its password is:',
    `  ${password}`,
    'Verify compares cert.fingerprint256, which is:',
    ...accepted.map(({ name, fingerprint256 = '' }) => `  ${name.padEnd(5)}  ${fingerprint256}`),
    '',
    'Try each client:',
    ...clients.flatMap((client) => ['', ...describeTrial(client)]),
    '',
  ].join('\n')
}

function describeTrial({ name, description, code, curl }: Trial): string[] {
  const answer =
    code === undefined
      ? 'Node accepts it, so verify decides: 200 for a user, 401 otherwise'
      : `no answer, because Node ends the connection; with rejectUnauthorized: false, 401 and the code ${code}`
  return [`${name}, ${description}: ${answer}`, `  ${printable(curl)}`]
}
