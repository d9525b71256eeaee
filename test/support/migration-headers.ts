import { createExtractor, type ExtractorOptions } from '../../src/extractor/index.js'
import * as helpers from '../../src/helpers/index.js'
import { certificateLike } from './certificates.js'
import { pathOf } from './extract-over.js'
import { toBase64Der, toRfc9440, toUrlPem, toXfcc } from './header-values.js'
import type { Difference } from './migration-page.js'
import { createSelfSigned, testPki, type TestPki } from './pki.js'

const NAME = 'x-cert'
type Encoding = NonNullable<ExtractorOptions['headerEncoding']>

/** The reason for which a header value is rejected, or the number of linked certificates. */
async function read(
  headerEncoding: Encoding,
  write: (pki: TestPki) => string,
  headers: (value: string) => Record<string, string> = (value) => ({ [NAME]: value }),
  options: ExtractorOptions = {},
): Promise<string | number> {
  const certificateHeader = 'X-Cert'
  const own = { certificateHeader, headerEncoding, trustedProxies: true, ...options } as const
  const found = pathOf(createExtractor(own)({ headers: headers(write(await testPki())) }))
  return typeof found === 'string' ? found : found.length
}

/** The reason for which a certificate is rejected if its base64 lacks the necessary padding. */
async function withoutPadding(): Promise<unknown> {
  for (let attempt = 0; attempt < 40; attempt += 1) {
    const issued = await createSelfSigned({ subject: `CN=${'a'.repeat(attempt + 1)}` })
    const value = toBase64Der(issued)
    if (value.endsWith('=')) return read('base64-der', () => value.replace(/=+$/, ''))
  }
  throw new Error('None of the certificates needs padding')
}

const MALFORMED = 'header_missing_or_malformed'
const WITH_CHAIN = { includeChain: true }

/** A PEM block with valid base64 of a damaged certificate. */
function damaged({ raw }: { raw: Buffer }) {
  const body = raw.subarray(0, -3)
  const lines = [
    '-----BEGIN CERTIFICATE-----',
    body.toString('base64'),
    '-----END CERTIFICATE-----',
  ]
  return { raw: body, cert: `${lines.join('\n')}\n` }
}

export const HEADER_DIFFERENCES: readonly Difference<void>[] = [
  {
    what: 'A header that was sent twice',
    expected: [[MALFORMED, MALFORMED]],
    run: async () => {
      const { ec, rsa } = await testPki()
      const [first, second] = [toUrlPem(ec), toUrlPem(rsa)]
      const extract = createExtractor({
        certificateHeader: 'X-Cert',
        headerEncoding: 'url-pem',
        trustedProxies: true,
      })
      const rawHeaders = ['X-Cert', first, 'X-Cert', second]
      return [
        extract({ headers: { [NAME]: first }, rawHeaders }).reason,
        extract({ headers: { [NAME]: `${first}, ${second}` } }).reason,
      ]
    },
  },
  {
    what: 'A lookalike beside the header, such as `X_Cert` beside `X-Cert`',
    expected: [MALFORMED],
    run: () =>
      read(
        'url-pem',
        ({ ec }) => toUrlPem(ec),
        (value) => ({ [NAME]: value, x_cert: value }),
      ),
  },
  {
    what: 'A `Connection` header that names the certificate header',
    expected: [MALFORMED],
    run: () =>
      read(
        'url-pem',
        ({ ec }) => toUrlPem(ec),
        (value) => ({ [NAME]: value, connection: 'X-Cert' }),
      ),
  },
  {
    what: 'Text or white space around the PEM',
    expected: [[MALFORMED, MALFORMED, MALFORMED]],
    run: () =>
      Promise.all(
        ['%20', '%0A', 'subject%3Dalice%0A'].map((front) =>
          read('url-pem', ({ ec }) => front + toUrlPem(ec)),
        ),
      ),
  },
  {
    what: 'PEM blocks without a line break between them',
    expected: [MALFORMED],
    run: () =>
      read('url-pem', ({ chained, intermediate }) =>
        encodeURIComponent(chained.cert.trimEnd() + intermediate.cert),
      ),
  },
  {
    what: 'Base64 with white space, or without padding, in `base64-der`',
    expected: [[MALFORMED, MALFORMED]],
    run: async () => [
      await read('base64-der', ({ ec }) => toBase64Der(ec).replace(/.{64}/g, '$& ')),
      await withoutPadding(),
    ],
  },
  {
    what: 'A second certificate in `base64-der`, where the proxy sends the leaf only',
    expected: [MALFORMED],
    run: () => read('base64-der', ({ ec, rsa }) => toBase64Der(ec, rsa)),
  },
  {
    what: 'An empty entry behind the certificate in `base64-der`',
    expected: [[MALFORMED, MALFORMED]],
    run: () =>
      Promise.all(
        [{}, WITH_CHAIN].map((options) =>
          read('base64-der', ({ ec }) => `${toBase64Der(ec)},`, undefined, options),
        ),
      ),
  },
  {
    what: '`rfc9440` without its colons',
    expected: [MALFORMED],
    run: () => read('rfc9440', ({ ec }) => toRfc9440(ec).replaceAll(':', '')),
  },
  {
    what: 'Several elements in `X-Forwarded-Client-Cert`',
    expected: [[MALFORMED, 1]],
    run: async () => [
      await read('xfcc', ({ ec, rsa }) => `${toXfcc(ec)},${toXfcc(rsa)}`),
      await read(
        'xfcc',
        ({ ec, rsa }) => `${toXfcc(ec).replace(';URI=', '')},${toXfcc(rsa).replace(';URI=', '')}`,
        undefined,
        { xfccHop: 0 },
      ),
    ],
  },
  {
    what: "A `Hash` that isn't the certificate's, in `X-Forwarded-Client-Cert`",
    expected: [MALFORMED],
    run: () => read('xfcc', ({ ec }) => `Hash=abc123;Cert="${toUrlPem(ec)}"`),
  },
  {
    what: 'An unquoted `Cert`, or a part that is empty or has no `=`, in `X-Forwarded-Client-Cert`',
    expected: [[1, MALFORMED, MALFORMED, MALFORMED]],
    run: () =>
      Promise.all([
        read('xfcc', ({ ec }) => `Cert="${toUrlPem(ec)}";Subject="CN=a"`),
        read('xfcc', ({ ec }) => `Cert=${toUrlPem(ec)};Subject="CN=a"`),
        read('xfcc', ({ ec }) => `Cert="${toUrlPem(ec)}";;Subject="CN=a"`),
        read('xfcc', ({ ec }) => `invalid;Cert="${toUrlPem(ec)}"`),
      ]),
  },
  {
    what: 'A quoted value that ends in an escaped backslash, in `X-Forwarded-Client-Cert`',
    expected: [1],
    run: () => read('xfcc', ({ ec }) => `Subject="CN=a\\\\";Cert="${toUrlPem(ec)}"`),
  },
  {
    what: 'A chain with a damaged certificate, with `includeChain`',
    expected: [[MALFORMED, MALFORMED, 3]],
    run: () =>
      Promise.all([
        read(
          'url-pem',
          ({ chained, intermediate }) => toUrlPem(chained, damaged(intermediate)),
          undefined,
          WITH_CHAIN,
        ),
        read(
          'base64-der',
          ({ chained, intermediate }) => toBase64Der(chained, damaged(intermediate)),
          undefined,
          WITH_CHAIN,
        ),
        read(
          'url-pem',
          ({ chained, intermediate, root }) => toUrlPem(chained, intermediate, root),
          undefined,
          WITH_CHAIN,
        ),
      ]),
  },
  {
    what: 'A chain with something other than PEM or base64 in it, without `includeChain`',
    expected: [[MALFORMED, MALFORMED]],
    run: () =>
      Promise.all([
        read('url-pem', ({ chained }) => `${toUrlPem(chained)}x`),
        read('url-pem', ({ chained, intermediate }) =>
          toUrlPem(chained, { ...intermediate, cert: intermediate.cert.replace('\nM', '\n_') }),
        ),
      ]),
  },
  {
    what: "A chain whose certificates haven't signed each other",
    expected: [1],
    run: () => read('url-pem', ({ chained, ec }) => toUrlPem(chained, ec), undefined, WITH_CHAIN),
  },
  {
    what: '`chainHeader` with PEM blocks joined by commas',
    expected: [[MALFORMED, 3]],
    run: async () => {
      const { intermediate, root } = await testPki()
      const options = { ...WITH_CHAIN, chainHeader: 'X-Chain' }
      return Promise.all(
        [`${toUrlPem(intermediate)},${toUrlPem(root)}`, toUrlPem(intermediate, root)].map((chain) =>
          read(
            'url-pem',
            ({ chained }) => toUrlPem(chained),
            (value) => ({ [NAME]: value, 'x-chain': chain }),
            options,
          ),
        ),
      )
    },
  },
]

function outcomeOf(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return (error as { code?: string }).code
  }
}

const THROWS = 'ERR_INVALID_ARG_VALUE'
const SHA1 = 'AB'.repeat(20)
const SHA256 = 'CD'.repeat(32)
const cert = certificateLike({
  subject: { CN: 'alice' },
  subjectaltname: 'DNS:api.example.com, email:Alice@example.com, DirName:CN=Alice',
  fingerprint: SHA1.replace(/..(?!$)/g, '$&:'),
  fingerprint256: SHA256.replace(/..(?!$)/g, '$&:'),
})

export const HELPER_DIFFERENCES: readonly Difference<void>[] = [
  {
    what: '`allowSAN` with a name that has no type',
    expected: [[THROWS, true]],
    run: () => [
      outcomeOf(() => helpers.allowSAN(['api.example.com'])),
      helpers.allowSAN(['DNS:api.example.com'])(cert),
    ],
  },
  {
    what: 'An empty list or object, `allOf()` or `anyOf()`',
    expected: [Array(6).fill(THROWS)],
    run: () =>
      [
        () => helpers.allowCN([]),
        () => helpers.allowFingerprints([]),
        () => helpers.allowSubject({}),
        () => helpers.allowIssuer({}),
        () => helpers.allOf(),
        () => helpers.anyOf(),
      ].map(outcomeOf),
  },
  {
    what: 'A fingerprint of neither 40 nor 64 hex digits, or with the prefix of the other',
    expected: [[THROWS, THROWS, THROWS, true]],
    run: () => [
      outcomeOf(() => helpers.allowFingerprints(['SHA256:AB:CD:EF:...'])),
      outcomeOf(() => helpers.allowFingerprints(['AB:CD'])),
      outcomeOf(() => helpers.allowFingerprints([`SHA256:${SHA1}`])),
      helpers.allowFingerprints([SHA1])(cert),
    ],
  },
  {
    what: 'A fingerprint with colons in odd places',
    expected: [[THROWS, true]],
    run: () => [
      outcomeOf(() => helpers.allowFingerprints([`ABAB:${SHA1.slice(4)}`])),
      helpers.allowFingerprints([SHA1.replace(/..(?!$)/g, '$&:')])(cert),
    ],
  },
  {
    what: 'A fingerprint of 64 hex digits without `SHA256:`',
    expected: [true],
    run: () => helpers.allowFingerprints([SHA256])(cert),
  },
  {
    what: 'An e-mail address without `@`',
    expected: [[THROWS, THROWS]],
    run: () => [
      outcomeOf(() => helpers.allowEmail(['alice'])),
      outcomeOf(() => helpers.allowSAN(['email:alice'])),
    ],
  },
  {
    what: 'The part of an e-mail address before `@`, in another case',
    expected: [[false, true]],
    run: () =>
      ['alice@example.com', 'Alice@EXAMPLE.com'].map((one) => helpers.allowEmail([one])(cert)),
  },
  {
    what: '`DirName:` in another case',
    expected: [[false, true]],
    run: () => ['DirName:CN=alice', 'DirName:CN=Alice'].map((one) => helpers.allowSAN([one])(cert)),
  },
  {
    what: 'Tests behind the one that decides, in `allOf` and `anyOf`',
    expected: [[false, true, 0]],
    run: async () => {
      let calls = 0
      const count = () => {
        calls += 1
        return true
      }
      const all = await helpers.allOf(() => false, count)(cert)
      const any = await helpers.anyOf(() => true, count)(cert)
      return [all, any, calls]
    },
  },
]
