import { readChildren, readTagged, TAG } from '../../certificate/der.js'

/** Messages for the other kinds of files that people have at hand, with what to do instead. */
const PRIVATE_KEY = "this is a private key; don't share it, and pass the certificate instead"
const CSR =
  'this is a certificate signing request (CSR); pass the certificate that the CA made from it'
const PUBLIC_KEY = 'this is a public key without a certificate; pass the certificate'
const CRL =
  'this is a certificate revocation list (CRL); to look at it: openssl crl -in FILE -noout -text; ' +
  'to check a certificate against it: check --crl FILE'
const PKCS12 =
  'this is a PKCS#12 file, which may hold a private key; take the certificate out with: ' +
  'openssl pkcs12 -in FILE -clcerts -nokeys'
const PKCS7 =
  'this is a PKCS#7 file; take the certificates out with: openssl pkcs7 -in FILE -print_certs'
const TRUSTED =
  'this is a certificate with trust settings of OpenSSL; convert it with: openssl x509 -in FILE'
const OCSP = 'this is a response of an OCSP server; pass a certificate'

const LABELS: readonly (readonly [label: RegExp, message: string])[] = [
  [/PRIVATE KEY$/, PRIVATE_KEY],
  [/CERTIFICATE REQUEST$/, CSR],
  [/PUBLIC KEY$/, PUBLIC_KEY],
  [/CRL$/, CRL],
  [/^(?:PKCS7|PKCS #7 SIGNED DATA|CMS)$/, PKCS7],
  [/^PKCS12$/, PKCS12],
  [/^TRUSTED CERTIFICATE$/, TRUSTED],
]

/** @param label - of a PEM block */
export function describeLabel(label: string): string {
  const [, message] = LABELS.find(([pattern]) => pattern.test(label)) ?? []
  return message ?? 'this is PEM, but not of a certificate; pass a block with BEGIN CERTIFICATE'
}

/** The tags of the elements in the outer SEQUENCE; `*` is any number of further elements. */
const SHAPES: readonly (readonly [shape: RegExp, message: string])[] = [
  // PKCS #8, with and without encryption; PKCS #1; SEC 1.
  [/^02 30 04\b/, PRIVATE_KEY],
  [/^30 04$/, PRIVATE_KEY],
  [/^02 02 02\b/, PRIVATE_KEY],
  [/^02 04\b/, PRIVATE_KEY],
  [/^02 30(?: 30)?$/, PKCS12],
  [/^02 02$/, PUBLIC_KEY],
  [/^30 03$/, PUBLIC_KEY],
  [/^06 a0$/, PKCS7],
  [/^0a a0$/, OCSP],
]

/** The tags in the first element of something signed. */
const SIGNED_SHAPES: readonly (readonly [shape: RegExp, message: string])[] = [
  [/^02 30 30(?: a0)?$/, CSR],
  [/^(?:02 )?30 30 1[78]\b/, CRL],
]

/** BER without lengths, as Java and Windows write it: PKCS #12, and PKCS #7 by its object identifier. */
const BER: readonly (readonly [start: RegExp, message: string])[] = [
  [/^3080020103/, PKCS12],
  [/^308006092a864886f70d0107/, PKCS7],
]

/**
 * Recognizes something that isn't a certificate.
 *
 * @returns a message that says what it is and what to do; `undefined` if it is something else
 */
export function describeOtherDer(bytes: Buffer): string | undefined {
  const outer = readTagged(bytes, 0, bytes.length, TAG.sequence)
  if (outer === undefined) return find(BER, bytes.toString('hex', 0, 20))
  const children = readChildren(bytes, outer) ?? []
  const [signed] = children
  const found = find(SHAPES, showTags(children))
  if (found !== undefined || showTags(children) !== '30 30 03' || !signed) return found
  return find(SIGNED_SHAPES, showTags(readChildren(bytes, signed) ?? []))
}

function showTags(elements: readonly { readonly tag: number }[]): string {
  return elements.map(({ tag }) => tag.toString(16).padStart(2, '0')).join(' ')
}

function find(table: typeof SHAPES, text: string): string | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1]
}

/** `BEGIN ... PRIVATE KEY`, as it is or percent-encoded. */
const PRIVATE_ARMOUR =
  /BEGIN(?:[ +]|%(?:25){0,3}20)(?:[A-Z0-9]{1,20}(?:[ +]|%(?:25){0,3}20)){0,3}PRIVATE/i

const TEXTS: readonly (readonly [pattern: RegExp, message: string])[] = [
  [PRIVATE_ARMOUR, PRIVATE_KEY],
  [/^\s*(?:ssh-|ecdsa-sha2-)\S+ AAAA/, PUBLIC_KEY],
  [
    /^\s*<(?:!doctype|html|head|body|\?xml)\b/i,
    'this is a web page or XML, perhaps an error page; pass the certificate itself',
  ],
  [
    /END(?: |%20)CERTIFICATE/,
    'the beginning of the certificate is missing or damaged; copy the whole value',
  ],
  [/^\s*3082[0-9a-f]{100}/i, 'this is DER in hexadecimal digits; convert it with: xxd -r -p FILE'],
  // Base64 of `MII` and of `:MII`.
  [
    /(?:^|[\s"':])(?:TUlJ|Ok1JS)[A-Za-z0-9+/]{40}/,
    'this is base64 of base64, which no strategy reads; encode the certificate only once',
  ],
]

export function holdsPrivateKey(text: string): boolean {
  return PRIVATE_ARMOUR.test(text)
}

/** Like {@link describeOtherDer}, for text without PEM. It may end with base64. */
export function describeOtherText(text: string): string | undefined {
  const [, base64] =
    /(?<![A-Za-z0-9+/])([A-Za-z0-9+/]{40,}={0,2})\s*$/.exec(text.slice(-MAX_BASE64)) ?? []
  return find(TEXTS, text) ?? (base64 && describeOtherDer(Buffer.from(base64, 'base64')))
}

/** More than base64 of an RSA key takes. The limit keeps the search fast. */
const MAX_BASE64 = 20_000
