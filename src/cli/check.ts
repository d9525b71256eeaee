import { describeList, reportOn } from './check-report.js'
import { assertFiles, readStore, type StoreFiles } from './check-store.js'
import { type Arguments, type Command, type Report, type Streams, UsageError } from './command.js'
import { readAt } from './dates.js'
import { CERTIFICATE, readInput } from './input.js'
import { describeCertificate } from './inspect/describe.js'
import { findCertificates } from './inspect/find.js'

const HELP = `Usage: passport-client-certificate-auth check --ca FILE [options] [file | -]

Validates the path from a client's certificate to your CAs, as a strategy with the options ca and crl
does. Without --crl, it doesn't check whether a certificate is revoked.

  file       the client's certificate in PEM or DER, or a header value. Its chain may follow it,
             the client's certificate first.
  -          the same from standard input, which is also read without an argument

Options:
  --ca FILE             CAs that you trust, in PEM or DER; may be given more than once
  --intermediates FILE  CAs that may lie in between; may be given more than once
  --crl FILE            revocation lists of these CAs, in PEM or DER; may be given more than once
  --at DATE             validates for this time, such as 2027-01-31 or 2027-01-31T12:00:00Z, not for now
  --json                prints JSON
  --help                prints this help

Exit status: 0 if the path is valid, 1 if it isn't, 2 for files that can't be used.

Example:
  passport-client-certificate-auth check --ca clients-ca.pem client.pem
`

/** A client sends at most 10 certificates, and the first is the client's. */
const MAX_SENT = 10

export const check: Command = {
  summary: "validates the path from a client's certificate to your CAs",
  help: HELP,
  options: {
    ca: { type: 'string', multiple: true },
    intermediates: { type: 'string', multiple: true },
    crl: { type: 'string', multiple: true },
    at: { type: 'string' },
  },
  async run({ values, positionals }: Arguments, stdin): Promise<Report> {
    const [file, ...others] = positionals
    if (others.length > 0) throw new UsageError('check takes one file, or - for standard input')
    const now = readAt(values['at'])
    const files = {
      ca: listFiles(values['ca']),
      intermediates: listFiles(values['intermediates']),
      crl: listFiles(values['crl']),
    }
    assertFiles(files)
    const { ders } = findCertificates(await readSent(file, files, stdin))
    const [leaf, ...chain] = ders as [Buffer, ...Buffer[]]
    if (chain.length > MAX_SENT) {
      throw new UsageError(
        `the file holds ${chain.length + 1} certificates, but a client sends at most ${MAX_SENT + 1}; ` +
          'pass CAs with --ca or --intermediates',
      )
    }
    const { store, lists } = await readStore(files, ders, stdin)
    const verdict = store.validate(leaf, { intermediates: chain, now })
    return reportOn(
      verdict,
      describeCertificate(leaf, now),
      lists.map((list) => describeList(list, now)),
    )
  },
}

const NONE_LEFT =
  'no certificate to check is left, because every file that you named belongs to an option; name the ' +
  "client's certificate last"

/** Reads the certificates of the client. Doesn't wait for a terminal if an option took their file. */
async function readSent(
  file: string | undefined,
  { crl, intermediates }: StoreFiles,
  stdin: Streams['stdin'],
): Promise<Buffer> {
  if (file !== undefined) return readInput(file, stdin)
  if (stdin.isTTY === true && crl.length + intermediates.length > 0) {
    throw new UsageError(NONE_LEFT)
  }
  return readInput('-', stdin, { ...CERTIFICATE, empty: NONE_LEFT })
}

function listFiles(value: Arguments['values'][string]): string[] {
  return Array.isArray(value) ? value.map(String) : []
}
