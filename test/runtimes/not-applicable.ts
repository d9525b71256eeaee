/** Tests of the suite that a runtime can't pass, and why. */
export interface NotApplicable {
  readonly runtime: 'bun' | 'deno'
  readonly reason: string
  /**
   * Files, relative to `test/unit`, that the runtime can't load, because they need the feature when
   * they are loaded.
   */
  readonly files?: readonly string[]
  /** How the full titles begin. */
  readonly titles?: readonly string[]
  /** The error with which each of the tests must fail. */
  readonly error: RegExp
}

const KEYS = "a header with a certificate whose public key can't be used"
const UNIX_SOCKETS = [
  'is trusted by the word unix: TLS inside of TLS',
  'is trusted also where another listener hands it over: TLS inside of TLS',
  'is not what the server listens on: TLS inside of TLS',
]

export const NOT_APPLICABLE: readonly NotApplicable[] = [
  {
    runtime: 'bun',
    reason: "a connection doesn't show that it is a Unix-domain socket",
    files: ['extractor/unix-socket.test.ts'],
    titles: [
      'the addresses from which a proxy is trusted are those of 192.0.2.1 and loopback and unix',
      'the addresses from which a proxy is trusted never include one that is not known',
      'the peer of a real connection is trusted by the word unix',
      'the peer of a real connection is known by its address',
      'the peer of a real connection is unknown once its connection is gone',
      'the peer of a real connection that a function decides about is over a Unix-domain socket',
      'the option "trustedProxies" does not trust a peer in another network',
      'the option "trustedProxies" beside clients that connect themselves treats a peer without',
    ],
    error: /'unix' isn't supported on Bun/,
  },
  {
    runtime: 'bun',
    reason: 'its node:http server has its own limit, and answers 431',
    titles: ['a request that reached the limit of header lines'],
    error: /expected 431/,
  },
  {
    runtime: 'bun',
    reason: "serverless-http doesn't work there",
    titles: ['the Strategy behind serverless-http'],
    error: /socket\.once is not a function/,
  },
  {
    runtime: 'bun',
    reason: "it can't make the keys of the test",
    titles: [KEYS],
    error: /INVALID_PARAMETERS/,
  },
  {
    runtime: 'bun',
    reason: "the sockets of node:https don't show certificates",
    titles: [
      'the header in which a proxy says that it verified the certificate is an answer',
      'extracting a certificate the certificate has the shape that a TLS socket gives it',
      'extracting a certificate without options the TLS socket is read and no header is',
      'extracting a certificate falling back from the header to the socket',
      'the peer of a real connection that a function decides about is shown with its address',
      'reading the certificate from the TLS socket of a real connection',
      'the option "trustedProxies" can trust a proxy by its own certificate',
      'the option "trustedProxies" beside clients that connect themselves',
      'a certificate outside its validity period is rejected on a connection',
    ],
    error:
      /certificate_not_retrievable|to equal true|null or undefined|untrusted_proxy|'error'|\[ Array/,
  },
  {
    runtime: 'deno',
    reason: "it can't make the keys of the test, or makes other keys",
    titles: [KEYS],
    error: /Invalid EC curve name|expected { success: true/,
  },
  {
    runtime: 'deno',
    reason: "it can't start TLS inside another connection",
    titles: UNIX_SOCKETS.map((title) => `a connection over a Unix-domain socket ${title}`),
    error: /TCPWrap/,
  },
  {
    runtime: 'deno',
    reason: "direct TLS isn't supported",
    files: ['extractor/socket-handshakes.test.ts', 'extractor/odd-requests.test.ts'],
    titles: [
      'reading the certificate from the TLS socket',
      'the trace of an extractor explains each result',
      'the option "cache" has no limits to set where no header is read',
      'the header in which a proxy says that it verified the certificate is an answer',
      'extracting a certificate the certificate has the shape that a TLS socket gives it',
      'extracting a certificate without options the TLS socket is read and no header is',
      'extracting a certificate falling back from the header to the socket',
      'options of an extractor are read once',
      'options of an extractor that are rejected no option is left unchecked',
      'options of an extractor that are accepted undefined means not given',
      'extraction options, checked by themselves are fine when an extractor can be made of them',
      'a request that reached the limit of header lines does not lead to the socket',
      'a request that reached the limit of header lines is no matter where the header is not read',
      'a certificate outside its validity period is not followed by another source',
      'a certificate outside its validity period is rejected on a connection',
      'an extractor with ca on a TLS socket',
      'trustedProxies with ca',
      'the option "trustedProxies" cannot be true beside clients',
      'the option "trustedProxies" beside clients that connect themselves',
    ],
    error: /direct TLS isn't supported on Deno|'TypeError: passport-client-|'passport-client-/,
  },
  {
    runtime: 'deno',
    reason: "direct TLS isn't supported, so a function never gets a peer's certificate",
    titles: [
      'the peer of a real connection that a function decides about is shown',
      'the option "trustedProxies" can trust a proxy by its own certificate',
    ],
    error: /expected undefined to equal true|expected null to|untrusted_proxy/,
  },
  {
    runtime: 'deno',
    reason: "the test compares with Node's own X509Certificate",
    titles: [
      ...['parseUrlPem', 'parseUrlPemAws', 'parseXfcc', 'parseBase64Der', 'parseRfc9440'].map(
        (parser) => `${parser} gives null for a certificate with bytes behind its end`,
      ),
      'allowing by serial number allows the number, given alone or in a list',
      'allowing by serial number that is negative is named as Node shows it',
    ],
    error: /expected Buffer|expected 'A00BC0D' to equal '0A00BC0D'|expected 'EE2B3D'/,
  },
]
