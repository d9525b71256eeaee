import { createExtractor, type ExtractionResult } from '../../src/extractor/index.js'
import {
  allOf,
  allowCN,
  allowEmail,
  allowFingerprints,
  allowIssuer,
  allowOrganization,
  allowOU,
  allowSAN,
  allowSerial,
  allowSubject,
  type CertificatePredicate,
  type CertificateTest,
} from '../../src/helpers/index.js'
import { extractClientCertificateFromLambdaEvent } from '../../src/lambda.js'
import {
  type ChainedPeerCertificate,
  derToCertificate,
  type HeaderParser,
  parseApachePem,
  parseBase64Der,
  parseBase64Pem,
  parseRfc9440,
  parseUrlPem,
  parseUrlPemAws,
  parseXfcc,
  pemToCertificate,
} from '../../src/parsers/index.js'
import { chainOf } from './chain-of.js'
import { toPem } from './der-writer.js'
import {
  toApachePem,
  toBase64Der,
  toBase64Pem,
  toRfc9440,
  toUrlPem,
  toUrlPemAws,
  toXfcc,
} from './header-values.js'
import { httpEvent, restEvent } from './lambda-events.js'

interface Certificate {
  readonly raw: Buffer
  readonly cert: string
}

type Reader = (leaf: Certificate, others: readonly Certificate[]) => ChainedPeerCertificate | null

const parsing =
  (parse: HeaderParser, write: (...all: Certificate[]) => string): Reader =>
  (leaf, others) =>
    parse(write(leaf, ...others))

const TRUST = { certificateSource: 'traefik', trustedProxies: 'loopback' } as const
const FIELD = 'x-forwarded-tls-client-cert'

function extracting(options: object): Reader {
  const extract = createExtractor({ ...TRUST, ...options })
  return (leaf, others) => {
    const value = toBase64Der(leaf, ...others)
    const socket = { remoteAddress: '127.0.0.1' }
    const result = extract({ headers: { [FIELD]: value }, rawHeaders: [FIELD, value], socket })
    return certificateOf(result)
  }
}

function certificateOf(result: Pick<ExtractionResult, 'certificate' | 'reason'>) {
  if ((result.certificate === null) === (result.reason === null))
    throw new Error('The result has both a certificate and a reason, or neither')
  return result.certificate
}

/** These functions throw a TypeError with this code for anything but exactly one certificate. */
function orNull(read: () => ChainedPeerCertificate): ChainedPeerCertificate | null {
  try {
    return read()
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_INVALID_ARG_VALUE') return null
    throw error
  }
}

/** All the ways in which the package gets a certificate as bytes. */
const READERS: readonly (readonly [name: string, read: Reader])[] = [
  ['derToCertificate', ({ raw }) => orNull(() => derToCertificate(raw))],
  ['extractor with its chain', extracting({ includeChain: true, checkValidity: false })],
  ['extractor', extracting({})],
  ['extractor without a cache', extracting({ includeChain: true, cache: false })],
  ['parseBase64Der', parsing(parseBase64Der, toBase64Der)],
  ['parseUrlPem', parsing(parseUrlPem, toUrlPem)],
  ['parseUrlPemAws', parsing(parseUrlPemAws, toUrlPemAws)],
  ['parseRfc9440', parsing(parseRfc9440, toRfc9440)],
  ['parseApachePem', parsing(parseApachePem, toApachePem)],
  ['parseBase64Pem', parsing(parseBase64Pem, toBase64Pem)],
  ['parseXfcc', parsing(parseXfcc, (leaf, ...others) => toXfcc(leaf, ...others))],
  ['pemToCertificate', ({ cert }) => orNull(() => pemToCertificate(cert))],
  ['REST event', (leaf) => certificateOf(extractClientCertificateFromLambdaEvent(restEvent(leaf)))],
  ['HTTP event', (leaf) => certificateOf(extractClientCertificateFromLambdaEvent(httpEvent(leaf)))],
]

/** The number of readers. Every certificate goes through the first two. */
export const READER_COUNT = READERS.length
export const MAIN_READERS = 2

/** Rules that never match here. Each looks at another part of a certificate. */
const RULES: readonly CertificatePredicate[] = [
  allowCN('nobody'),
  allowOU('nobody'),
  allowOrganization('nobody'),
  allowSubject({ CN: 'nobody', O: 'nobody' }),
  allowIssuer({ CN: 'nobody', O: 'nobody' }),
  allowSerial(['ABCDEF0123456789', '-7']),
  allowFingerprints('00'.repeat(32)),
  allowFingerprints('00'.repeat(20)),
  allowEmail('nobody@example.org'),
  allowSAN(['DNS:nobody.example.org', 'URI:urn:nobody', 'IP:192.0.2.99', 'DirName:/CN=nobody']),
]
/** Returns a promise, so a strategy alone wouldn't report that it rejects. */
const ALL: CertificateTest = allOf(...RULES)

/**
 * Reads a certificate in some or all ways, with the others after it if the encoding allows it.
 *
 * @returns the number of readers that accepted the certificate
 * @throws if a reader throws or shows a certificate that wasn't sent, or if a rule matches
 */
export async function readEverywhere(
  leaf: Buffer,
  others: readonly Buffer[],
  which: (index: number) => boolean = () => true,
): Promise<number> {
  const first = toCertificate(leaf)
  const rest = others.map(toCertificate)
  const sent = new Set([leaf, ...others].map((der) => der.toString('base64')))
  let accepted = 0
  for (const [index, [name, read]] of READERS.entries()) {
    if (!which(index)) continue
    try {
      const certificate = read(first, rest)
      if (certificate === null) continue
      accepted += 1
      await inspect(certificate, leaf, sent)
    } catch (error) {
      throw new Error(`${name}: ${String(error)}`, { cause: error })
    }
  }
  return accepted
}

/** Writes PEM only when a reader needs it. */
function toCertificate(raw: Buffer): Certificate {
  return {
    raw,
    get cert() {
      return toPem(raw)
    },
  }
}

async function inspect(
  certificate: ChainedPeerCertificate,
  leaf: Buffer,
  sent: ReadonlySet<string>,
): Promise<void> {
  const path = chainOf(certificate)
  if (Buffer.compare(leaf, certificate.raw) !== 0)
    throw new Error("The certificate isn't the one that was sent")
  const isSent = path.every((raw) => sent.has(raw.toString('base64')))
  if (!isSent) throw new Error("An issuer isn't one that was sent")
  for (const rule of RULES) {
    if (rule(certificate)) throw new Error("A rule matches a certificate that it doesn't name")
  }
  // Calls the rules for a certificate directly, and not only in a strategy.
  if (await ALL(certificate, {} as never)) throw new Error('All rules match')
}
