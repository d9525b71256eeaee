import { X509Certificate } from 'node:crypto'
import type { ExtractorOptions, RequestLike } from '../../src/extractor/index.js'
import { HOW_TO_SHOW_CERTIFICATES } from '../../src/util/runtime.js'
import { certificateOf, ecSpki, oid } from './der-writer.js'
import { toBase64Der, toBase64Pem, toUrlPem } from './header-values.js'
import { restEvent } from './lambda-events.js'
import { createAuthority, createSelfSigned, type Issued } from './pki.js'

/** A request, with the line that explains its result: a certificate, or why there is none. */
export type ExplainedCase = [line: string, options: ExtractorOptions, request: RequestLike]

/** Parts of names and headers that no explanation may contain. */
export const SECRETS: readonly string[] = ['secret-name', 'SUCCESS', 'FAILED', 'MII']

const options: ExtractorOptions = {
  certificateHeader: 'X-Cert',
  headerEncoding: 'base64-der',
  chainHeader: 'X-Chain',
  includeChain: true,
  trustedProxies: 'loopback',
}
const envoy: ExtractorOptions = { certificateSource: 'envoy', trustedProxies: 'loopback' }
const verified = { ...options, verifyHeader: 'X-Verify', verifyValue: 'SUCCESS' }

/** A request of the proxy with these headers, and with these lines if they are given. */
function withHeaders(headers: object | null, rawHeaders?: string[]): RequestLike {
  return { headers, rawHeaders, socket: { remoteAddress: '127.0.0.1' } } as unknown as RequestLike
}

/** As the trace shows a certificate. */
function shownAs({ raw }: Issued): string {
  const { fingerprint256, serialNumber } = new X509Certificate(raw)
  return `the certificate ${fingerprint256}, serial number ${serialNumber}`
}

const unusable = certificateOf({
  subject: 'secret-name',
  spki: ecSpki(oid('1.2.3'), Buffer.alloc(65, 4)),
}).toString('base64')

/** Requests of every kind, with the whole explanation of each result. */
export async function explainedCases(): Promise<ExplainedCase[]> {
  const genuine = await createSelfSigned({ subject: 'CN=secret-name' })
  const [notBefore, notAfter] = [new Date('2020-01-01'), new Date('2021-01-01')]
  const expired = await createSelfSigned({ subject: 'CN=secret-name', notBefore, notAfter })
  const root = await createAuthority()
  const cert = toBase64Der(genuine)
  const sent = { 'x-cert': cert }
  const withCa = { ...options, ca: root.cert }
  const malformed = (sentence: string, detail: string): string =>
    `${sentence} (header_missing_or_malformed, ${detail})`
  const notSent = 'header_missing_or_malformed, not_sent'
  return [
    [shownAs(genuine), options, withHeaders(sent)],
    [
      "the client's certificate isn't trusted: its issuer is neither in ca nor among the " +
        'intermediates; add the missing CA to intermediates, or to ca if you trust it ' +
        '(certificate_chain_untrusted, unknown_issuer)',
      withCa,
      withHeaders(sent),
    ],
    [
      `the address of the peer is unknown, so it may not set the header; its connection ` +
        "has ended, or is a Unix-domain socket, which needs trustedProxies: 'unix' " +
        '(untrusted_proxy, address_unknown)',
      options,
      { headers: sent },
    ],
    [
      `the peer 192.0.2.7 isn't in trustedProxies, so it may not set the header; add it if it ` +
        'is your proxy (untrusted_proxy, address_not_listed)',
      options,
      { headers: sent, socket: { remoteAddress: '192.0.2.7' } },
    ],
    [
      `header x-cert wasn't sent; the client presented no certificate to the proxy, or the ` +
        `proxy doesn't set this header (${notSent})`,
      options,
      withHeaders({}),
    ],
    [
      `header x-cert says that there is no certificate; the client presented no certificate to ` +
        `the proxy, or the proxy doesn't set this header (${notSent})`,
      options,
      withHeaders({ 'x-cert': '(null)' }),
    ],
    [
      `header x-cert can't be read, because the request has no ordinary headers; the client ` +
        `presented no certificate to the proxy, or the proxy doesn't set this header (${notSent})`,
      options,
      withHeaders(null),
    ],
    ...[withHeaders({ 'x-cert': [cert] }), withHeaders(sent, ['X-Cert', cert, 'X-Cert', cert])].map(
      (request): [string, ExtractorOptions, RequestLike] => [
        malformed(
          "header x-cert was sent more than once; let the proxy replace the client's header, not add " +
            'to it',
          'sent_more_than_once',
        ),
        options,
        request,
      ],
    ),
    [
      malformed(
        "header x_cert resembles x-cert, and some servers can't tell them apart; let the proxy remove it",
        'lookalike_header',
      ),
      options,
      withHeaders(sent, ['X-Cert', cert, 'X_Cert', cert]),
    ],
    [
      malformed(
        'a Connection header names x-chain, so that a proxy may drop it; let the first proxy remove ' +
          "the client's Connection header",
        'named_in_connection',
      ),
      options,
      withHeaders({ ...sent, connection: 'X-Chain' }),
    ],
    [
      malformed(
        "header x-cert isn't valid base64-der; it begins as such a value, so it may be cut off or damaged",
        'wrong_encoding',
      ),
      options,
      withHeaders({ 'x-cert': `${cert}!` }),
    ],
    [
      malformed(
        "header x-cert isn't valid base64-der; it looks like url-pem, which the preset 'nginx' reads",
        'wrong_encoding',
      ),
      options,
      withHeaders({ 'x-cert': toUrlPem(genuine) }),
    ],
    [
      malformed(
        "header x-cert isn't valid base64-der; it looks like base64-pem, which headerEncoding " +
          "'base64-pem' reads",
        'wrong_encoding',
      ),
      options,
      withHeaders({ 'x-cert': toBase64Pem(genuine) }),
    ],
    [
      malformed(
        "header x-cert isn't valid base64-der; it looks like none of the known encodings",
        'wrong_encoding',
      ),
      options,
      withHeaders({ 'x-cert': 'secret-name' }),
    ],
    [
      malformed(
        'header x-cert holds more certificates than the options allow; a client may have sent it too',
        'too_many_certificates',
      ),
      options,
      withHeaders({ 'x-cert': `${cert},${cert}` }),
    ],
    [
      malformed(
        "header x-chain holds a chain that can't be read, or a part of the chain is missing or was " +
          'sent twice',
        'chain_malformed',
      ),
      options,
      withHeaders({ ...sent, 'x-chain': `${cert},` }),
    ],
    [
      malformed(
        "header x-cert holds something that isn't a certificate; it may be cut off or damaged",
        'not_a_certificate',
      ),
      options,
      withHeaders({ 'x-cert': cert.slice(0, -4) }),
    ],
    [
      malformed(
        "header x-cert holds a certificate whose public key can't be used: its elliptic curve is unknown",
        'unsupported_key',
      ),
      options,
      withHeaders({ 'x-cert': unusable }),
    ],
    [
      malformed(
        'header x-forwarded-client-cert is rejected: it has 2 elements where one was expected. ' +
          'Set xfccHop to say which one to read',
        'several_elements',
      ),
      envoy,
      withHeaders({ 'x-forwarded-client-cert': 'By=secret-name,By=secret-name' }),
    ],
    [
      malformed(
        "header x-forwarded-client-cert isn't valid xfcc: Cert isn't percent-encoded PEM: it looks " +
          'like base64 of DER',
        'wrong_encoding',
      ),
      { ...envoy, xfccHop: 0, forwardedIdentity: true },
      withHeaders({ 'x-forwarded-client-cert': `By=secret-name;Cert="${cert}"` }),
    ],
    [
      `header x-verify doesn't say that the proxy verified the certificate; the client ` +
        'presented none, or the proxy rejected it, and its log says why ' +
        '(verification_header_mismatch, wrong_value)',
      verified,
      withHeaders({ ...sent, 'x-verify': 'FAILED:secret-name' }),
    ],
    [
      "header x_verify resembles x-verify, and some servers can't tell them apart; let the proxy remove it " +
        '(verification_header_mismatch, lookalike_header)',
      verified,
      withHeaders({ ...sent, 'x-verify': 'SUCCESS' }, [
        'X-Verify',
        'SUCCESS',
        'X_Verify',
        'SUCCESS',
      ]),
    ],
    [
      `header x-verify wasn't sent, so the proxy doesn't say that it verified the certificate; ` +
        'let the proxy set it (verification_header_mismatch, not_sent)',
      verified,
      withHeaders(sent),
    ],
    [
      `the client's certificate has expired; renew it (certificate_expired)`,
      options,
      withHeaders({ 'x-cert': toBase64Der(expired) }),
    ],
    [
      `the client's certificate is self-signed; use one from a CA that is in the server's ` +
        'option ca (socket_not_authorized, self_signed, DEPTH_ZERO_SELF_SIGNED_CERT)',
      {},
      { socket: { authorizationError: 'DEPTH_ZERO_SELF_SIGNED_CERT' } },
    ],
    [
      `${HOW_TO_SHOW_CERTIFICATES} (certificate_not_retrievable, unsupported_server)`,
      {},
      { socket: { authorized: true } },
    ],
    [
      `this request came over plain HTTP, so there is no client certificate; if a proxy ` +
        "terminates TLS, set certificateSource; before that, header x-cert wasn't sent; the client " +
        "presented no certificate to the proxy, or the proxy doesn't set this header " +
        '(socket_not_authorized, not_tls)',
      { certificateHeader: 'X-Cert', headerEncoding: 'base64-der', fallbackToSocket: true },
      withHeaders({}),
    ],
    [
      `the event has no client certificate; API Gateway adds one if its domain uses mutual TLS ` +
        '(lambda_event_missing_clientcert)',
      { certificateSource: 'api-gateway' },
      {},
    ],
    [
      `the event holds several certificates, and only one belongs in it ` +
        '(lambda_event_clientcert_malformed, too_many_certificates)',
      { certificateSource: 'api-gateway' },
      { apiGateway: { event: restEvent({ cert: genuine.cert.repeat(2) }) } } as object,
    ],
  ]
}
