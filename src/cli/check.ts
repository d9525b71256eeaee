import type { X509Certificate } from 'node:crypto'
import { type CertificateFields, readFields } from '../certificate/fields.js'
import { explainPathFault } from '../path/explain.js'
import { createTrustStore, type TrustStore } from '../path/trust-store.js'
import type { TrustVerdict } from '../path/verdict.js'
import { type Arguments, type Command, type Report, type Streams, UsageError } from './command.js'
import { readAt } from './dates.js'
import { quoteStart, readInput } from './input.js'
import { describeCertificate, type Description, readName } from './inspect/describe.js'
import { findCertificates } from './inspect/find.js'
import { showName, showPurposes, showRow } from './inspect/render.js'
import { printable } from './run.js'

const HELP = `Usage: passport-client-certificate-auth check --ca FILE [options] [file | -]

Validates the path from a client's certificate to your CAs, as a strategy with the option ca does.

  file       the client's certificate in PEM or DER, or a header value. Its chain may follow, leaf first.
  -          the same from standard input, which is also read without an argument

Options:
  --ca FILE             CAs that you trust, in PEM or DER; may be given more than once
  --intermediates FILE  CAs that may lie in between; may be given more than once
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
    at: { type: 'string' },
  },
  async run({ values, positionals }: Arguments, stdin): Promise<Report> {
    const [file = '-', ...others] = positionals
    if (others.length > 0) throw new UsageError('check takes one file, or - for standard input')
    const now = readAt(values['at'])
    const store = await readStore(
      listFiles(values['ca']),
      listFiles(values['intermediates']),
      stdin,
    )
    const [leaf, ...chain] = findCertificates(await readInput(file, stdin)).ders as [
      Buffer,
      ...Buffer[],
    ]
    if (chain.length > MAX_SENT) {
      throw new UsageError(
        `the file holds ${chain.length + 1} certificates, but a client sends at most ${MAX_SENT + 1}; ` +
          'pass CAs with --ca or --intermediates',
      )
    }
    const verdict = store.validate(leaf, { intermediates: chain, now })
    return reportOn(verdict, describeCertificate(leaf, now))
  },
}

function listFiles(value: Arguments['values'][string]): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

async function readStore(
  cas: readonly string[],
  intermediates: readonly string[],
  stdin: Streams['stdin'],
): Promise<TrustStore> {
  if (cas.length === 0) {
    throw new UsageError('name the CAs that you trust, for example with --ca clients-ca.pem')
  }
  if ([...cas, ...intermediates].includes('-')) {
    throw new UsageError('only the certificate can come from standard input; pass CAs as files')
  }
  const ca = await readCertificates(cas, 'ca', stdin, (ders) => createTrustStore({ ca: ders }))
  const between = await readCertificates(intermediates, 'intermediates', stdin, (ders) =>
    createTrustStore({ ca, intermediates: ders }),
  )
  return createTrustStore({ ca, intermediates: between })
}

/** Tries each file by itself, so that the message names the file. */
async function readCertificates(
  files: readonly string[],
  option: string,
  stdin: Streams['stdin'],
  check: (ders: readonly Buffer[]) => unknown,
): Promise<Buffer[]> {
  const found: Buffer[] = []
  for (const file of files) {
    const bytes = await readInput(file, stdin)
    try {
      const { ders } = findCertificates(bytes)
      check(ders)
      found.push(...ders)
    } catch (error) {
      const [message = ''] = (error as Error).message
        .replace(/^passport-client-certificate-auth: /, '')
        .split('. Received')
      throw new UsageError(`--${option} ${quoteStart(file)}: ${message}`)
    }
  }
  return found
}

function reportOn(verdict: TrustVerdict, leaf: Description): Report {
  const reason = explain(verdict, leaf)
  const path = verdict.ok ? verdict.path.map(nameOf) : []
  const text =
    (reason === undefined ? 'valid\n' : `not valid: ${reason}\n`) +
    showRow('subject', showName(leaf.subject)) +
    showRow('validity', leaf.validityText) +
    showRow('purpose', showPurposes(leaf)) +
    showRow('SHA-256', leaf.fingerprint256) +
    (verdict.ok ? `\npath, from the client's certificate to your CA\n${showPath(path)}` : '')
  const data = {
    valid: verdict.ok,
    reason: verdict.ok ? null : verdict.reason,
    detail: (!verdict.ok && verdict.detail) || null,
    explanation: reason ?? null,
    path,
    certificate: leaf,
  }
  return { text, data, exitCode: verdict.ok ? 0 : 1 }
}

function explain(verdict: TrustVerdict, leaf: Description): string | undefined {
  if (verdict.ok) return undefined
  if (verdict.reason === 'certificate_chain_untrusted') {
    return `the client's certificate isn't trusted: ${explainPathFault(verdict.detail)}`
  }
  return `its path leads to your CA, but the certificate itself isn't valid at this time (${leaf.validityText})`
}

function nameOf({ raw }: X509Certificate): string {
  const { subject } = readFields(raw) as CertificateFields
  return readName(raw, subject)
}

function showPath(path: readonly string[]): string {
  return path.map((name, index) => `  ${index + 1}. ${printable(showName(name))}\n`).join('')
}
