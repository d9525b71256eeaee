import { type Arguments, type Command, type Report, UsageError } from '../command.js'
import { readAt } from '../dates.js'
import { readInput } from '../input.js'
import { describeCertificate, type Description } from './describe.js'
import { findCertificates, type Found } from './find.js'
import { parseServerAddress } from './address.js'
import { showCertificates, showProblems, showRow } from './render.js'
import { inspectServer } from './server-report.js'
import { adviseHeader, type HeaderAdvice, isChainHeader, showOptions } from './strategy-options.js'

const HELP = `Usage: passport-client-certificate-auth inspect [file | - | host:port] [options]

Shows a certificate, how it is written, and which strategy options read it.

  file       a certificate in PEM or DER, a header value in any encoding, a header line, a line of
             curl -v, or a line of a log that holds a header value
  -          the same from standard input, which is also read without an argument
  host:port  a TLS server: shows its certificates, and whether it asks clients for one. https:// with a
             path works too. A file with this name comes first.

Options:
  --at DATE  judges dates for this time, such as 2027-01-31 or 2027-01-31T12:00:00Z, instead of now
  --json     prints JSON
  --help     prints this help

Exit status: 0 if a certificate was shown, even if it has problems; 2 if there is none.

Example:
  echo "$SSL_CLIENT_CERT" | passport-client-certificate-auth inspect
`

export const inspect: Command = {
  summary: 'shows a certificate in a file, a header value, a log line or a TLS server',
  help: HELP,
  options: { at: { type: 'string' } },
  async run({ values, positionals }: Arguments, stdin): Promise<Report> {
    const [source = '-', ...others] = positionals
    if (others.length > 0) {
      throw new UsageError('inspect takes one file, one host:port, or - for standard input')
    }
    const now = readAt(values['at'])
    const address = await parseServerAddress(source)
    if (address !== undefined) return inspectServer(address, now)
    return reportOn(findCertificates(await readInput(source, stdin)), now)
  },
}

const CHAIN_HEADER =
  "this header holds only the chain; the client's certificate is in another header, so inspect that too"

function reportOn(found: Found, now: number): Report {
  const { form, header = null } = found
  const certificates = found.ders.map((der, index) =>
    describeCertificate(der, now, index === 0 ? 'client' : 'other'),
  )
  const advice = adviseHeader(found)
  const problems = [...findGeneralProblems(found), ...checkOrder(certificates)]
  const text =
    showForm(found) +
    showCertificates(certificates) +
    (advice === undefined ? '' : showAdvice(form, advice)) +
    showProblems(problems, certificates)
  const source = isFile(found) ? form : 'header'
  const { needsCa: _, ...read } = advice ?? NOT_READ
  const encoding = isFile(found) ? null : form
  const data = { source, header, encoding, ...read, certificates, problems }
  return { text, data, exitCode: 0 }
}

const NOT_READ = { presets: [], strategyOptions: null, requiredHeaders: [], needsCa: false }

function findGeneralProblems({ problems, header, ders }: Found): string[] {
  const hasDuplicates = new Set(ders.map((der) => der.toString('latin1'))).size < ders.length
  return [
    ...problems,
    ...(isChainHeader(header) ? [CHAIN_HEADER] : []),
    ...(hasDuplicates ? ['the same certificate is there more than once'] : []),
  ]
}

function checkOrder([first, ...others]: readonly Description[]): string[] {
  return first?.isCa === true && others.some(({ isCa }) => !isCa)
    ? ["a chain must begin with the client's certificate, and this one begins with a CA"]
    : []
}

function isFile({ form }: Found): boolean {
  return form === 'pem' || form === 'der'
}

function showForm({ form, ...found }: Found): string {
  const where = found.header === undefined ? '' : `, in the header ${found.header}`
  return isFile({ form, ...found })
    ? `${form.toUpperCase()}${where}\n`
    : `a header value, ${form}${where}\n`
}

function showAdvice(form: Found['form'], advice: HeaderAdvice): string {
  const { presets, requiredHeaders } = advice
  const rules = requiredHeaders.map(({ header, value }) => `${header}: ${value}`)
  return (
    `\nread by\n` +
    showRow('encoding', form) +
    showRow('presets', presets.length === 0 ? 'none' : presets.join(', ')) +
    (rules.length === 0 ? '' : showRow('also needs', ...rules)) +
    `\n${showOptions(advice)}`
  )
}
