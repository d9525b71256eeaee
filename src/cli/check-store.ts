import { type CertificateFields, readFields } from '../certificate/fields.js'
import { compileStore } from '../path/compiled-store.js'
import type { RevocationList } from '../path/crl/reader.js'
import { runAtOnce } from '../path/crl/slices.js'
import { readCanonicalName } from '../path/name.js'
import type { TrustStoreOptions } from '../path/options.js'
import { createTrustStore, type TrustStore } from '../path/trust-store.js'
import { type Streams, UsageError } from './command.js'
import { CERTIFICATE, quoteStart, readInput } from './input.js'
import { readName } from './inspect/describe.js'
import { findCertificates } from './inspect/find.js'
import { printable } from './run.js'

/** The files that the options of the command name. */
export interface StoreFiles {
  readonly ca: readonly string[]
  readonly intermediates: readonly string[]
  readonly crl: readonly string[]
}

/** A trust store, and the lists in it. */
interface CheckedStore {
  readonly store: TrustStore
  readonly lists: readonly RevocationList[]
}

/** @throws UsageError */
export function assertFiles(files: StoreFiles): void {
  if (files.ca.length === 0) {
    throw new UsageError('name the CAs that you trust, for example with --ca clients-ca.pem')
  }
  const [unnamed] = Object.entries({ ...files }).find(([, named]) => named.includes('')) ?? []
  if (unnamed !== undefined) {
    throw new UsageError(`--${unnamed} is empty; pass the name of a file with it`)
  }
  if (Object.values(files).flat().includes('-')) {
    throw new UsageError(
      'only the certificate can come from standard input; pass CAs and lists as files',
    )
  }
}

/**
 * Makes a trust store of files.
 *
 * @param sent - the certificates of the client in DER, which may be those of the issuers of lists
 * @throws UsageError that names the file which can't be used
 */
export async function readStore(
  files: StoreFiles,
  sent: readonly Buffer[],
  stdin: Streams['stdin'],
): Promise<CheckedStore> {
  const ca = await readCertificates(files.ca, 'ca', stdin, (ders) => createTrustStore({ ca: ders }))
  const intermediates = await readCertificates(
    files.intermediates,
    'intermediates',
    stdin,
    (ders) => createTrustStore({ ca, intermediates: ders }),
  )
  const options = { ca, intermediates }
  const { sources, lists } = await readLists(files.crl, options, sent, stdin)
  const crl = sources.length === 0 ? undefined : sources
  return { store: createTrustStore({ ...options, crl }), lists }
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
    const { ders } = nameFile(option, file, () => {
      const certificates = findCertificates(bytes)
      check(certificates.ders)
      return certificates
    })
    found.push(...ders)
  }
  return found
}

/** A list with a million entries has about 40 MiB in DER. */
const LIST = {
  ...CERTIFICATE,
  maxMiB: 128,
  wanted: 'a revocation list in PEM or DER',
  only: 'the list of one CA',
  missing: 'check the path',
}

interface ReadLists {
  readonly sources: readonly Buffer[]
  readonly lists: readonly RevocationList[]
}

async function readLists(
  files: readonly string[],
  options: TrustStoreOptions,
  sent: readonly Buffer[],
  stdin: Streams['stdin'],
): Promise<ReadLists> {
  const sources: Buffer[] = []
  const lists: RevocationList[] = []
  for (const file of files) {
    const bytes = await readInput(file, stdin, LIST)
    const found = nameFile('crl', file, () => loadLists(bytes, options, sent))
    sources.push(bytes)
    lists.push(...found)
  }
  return { sources, lists }
}

/** A store takes lists of other CAs too, but here they are the wrong files. */
function loadLists(
  crl: Buffer,
  options: TrustStoreOptions,
  sent: readonly Buffer[],
): readonly RevocationList[] {
  const { candidates, ...compiled } = runAtOnce(compileStore({ ...options, crl }))
  const lists = compiled.lists as readonly RevocationList[]
  const configured = [...candidates.configured].map(({ subject }) => subject)
  const names = new Set([...configured, ...sent.flatMap(listNames)])
  if (lists.some(({ issuer }) => names.has(issuer))) return lists
  const [{ bytes, issuerName }] = lists as [RevocationList]
  throw new UsageError(
    `the list is that of ${printable(readName(bytes, issuerName))}, which is no CA of this client; pass ` +
      'the list of a CA on its path',
  )
}

/** The canonical names in a certificate; `undefined` for a name that no list has. */
function listNames(der: Buffer): (string | undefined)[] {
  const { issuer, subject } = readFields(der) as CertificateFields
  return [issuer, subject].map((name) => readCanonicalName(der, name))
}

function nameFile<Result>(option: string, file: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    const [message = ''] = (error as Error).message
      .replace(/^passport-client-certificate-auth: /, '')
      .replace(/^(?:CRL 1 of )?option "crl" is (?=a certificate|truncated)/, 'this is ')
      .split('. Received')
    throw new UsageError(`--${option} ${quoteStart(file)}: ${message}`)
  }
}
