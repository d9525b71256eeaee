import { expect } from 'chai'
import { describeLabel, describeOtherDer } from '../../../../src/cli/inspect/other-kinds.js'
import { describeDamage } from '../../../../src/cli/inspect/damage.js'
import { bits, int, octets, oid, seq, tlv, utcTime } from '../../../support/der-writer.js'
import { otherGarbage, Random } from '../../../support/garbage.js'
import { failureOf, runCommand } from '../../../support/run-command.js'

const PRIVATE_KEY = "this is a private key; don't share it, and pass the certificate instead"
const CSR =
  'this is a certificate signing request (CSR); pass the certificate that the CA made from it'
const PUBLIC_KEY = 'this is a public key without a certificate; pass the certificate'
const CRL =
  'this is a certificate revocation list (CRL); to look at it: openssl crl -in FILE -noout -text; ' +
  'to check a certificate against it: check --crl FILE'
const PKCS12 =
  'this is a PKCS#12 file, which may hold a private key; take the certificate out with: openssl pkcs12 -in FILE -clcerts -nokeys'
const PKCS7 =
  'this is a PKCS#7 file; take the certificates out with: openssl pkcs7 -in FILE -print_certs'
const TRUSTED =
  'this is a certificate with trust settings of OpenSSL; convert it with: openssl x509 -in FILE'
const OCSP = 'this is a response of an OCSP server; pass a certificate'
const OTHER_PEM = 'this is PEM, but not of a certificate; pass a block with BEGIN CERTIFICATE'

const ALGORITHM = seq(oid('1.2.840.10045.4.3.2'))
const SIGNED = [ALGORITHM, bits(Buffer.alloc(8))]
const TIME = utcTime('260101000000Z')

describe('inspect recognizes by mistake', () => {
  const ders: [title: string, der: Buffer, message: string | undefined][] = [
    ['PKCS #8', seq(int(0), ALGORITHM, octets(Buffer.alloc(9))), PRIVATE_KEY],
    [
      'PKCS #8 with attributes',
      seq(int(1), ALGORITHM, octets(Buffer.alloc(9)), tlv(0xa0)),
      PRIVATE_KEY,
    ],
    ['encrypted PKCS #8', seq(ALGORITHM, octets(Buffer.alloc(9))), PRIVATE_KEY],
    ['PKCS #1', seq(int(0), int(9), int(3), int(4)), PRIVATE_KEY],
    ['SEC 1', seq(int(1), octets(Buffer.alloc(9)), tlv(0xa0)), PRIVATE_KEY],
    ['PKCS #12 without a MAC', seq(int(3), seq(int(1))), PKCS12],
    ['PKCS #12', seq(int(3), seq(int(1)), seq(int(1))), PKCS12],
    ['PKCS #12 in BER', Buffer.from('3080020103308000', 'hex'), PKCS12],
    ['an RSA key', seq(int(9), int(3)), PUBLIC_KEY],
    ['a public key', seq(ALGORITHM, bits(Buffer.alloc(9))), PUBLIC_KEY],
    ['PKCS #7', seq(oid('1.2.840.113549.1.7.2'), tlv(0xa0)), PKCS7],
    ['PKCS #7 in BER', Buffer.from('308006092a864886f70d010702a080', 'hex'), PKCS7],
    ['an OCSP response', seq(tlv(0x0a, Buffer.from([0])), tlv(0xa0)), OCSP],
    ['a CSR', seq(seq(int(0), seq(), seq(), tlv(0xa0)), ...SIGNED), CSR],
    ['a CSR without attributes', seq(seq(int(0), seq(), seq()), ...SIGNED), CSR],
    ['a CRL', seq(seq(int(1), ALGORITHM, seq(), TIME, TIME, seq()), ...SIGNED), CRL],
    ['a CRL of version 1', seq(seq(ALGORITHM, seq(), TIME), ...SIGNED), CRL],
    ['a CRL of the future', seq(seq(ALGORITHM, seq(), tlv(0x18)), ...SIGNED), CRL],
    ['something signed', seq(seq(int(1)), ...SIGNED), undefined],
    ['a CSR without its signature', seq(seq(int(0), seq(), seq())), undefined],
    ['something else', seq(int(1), int(2), octets()), undefined],
    ['an empty sequence', seq(), undefined],
    ['a sequence that is cut off', Buffer.from('3082010002', 'hex'), undefined],
    ['nothing', Buffer.alloc(0), undefined],
    ['BER of something else', Buffer.from('3080020104308000', 'hex'), undefined],
  ]
  for (const [title, der, message] of ders) {
    it(`DER: ${title}`, () => {
      expect(describeOtherDer(der)).to.equal(message)
      if (message !== undefined) expect(describeDamage(der)).to.equal(message)
    })
  }

  const labels: [label: string, message: string][] = [
    ['PRIVATE KEY', PRIVATE_KEY],
    ['ENCRYPTED PRIVATE KEY', PRIVATE_KEY],
    ['OPENSSH PRIVATE KEY', PRIVATE_KEY],
    ['CERTIFICATE REQUEST', CSR],
    ['NEW CERTIFICATE REQUEST', CSR],
    ['PUBLIC KEY', PUBLIC_KEY],
    ['RSA PUBLIC KEY', PUBLIC_KEY],
    ['X509 CRL', CRL],
    ['PKCS7', PKCS7],
    ['PKCS #7 SIGNED DATA', PKCS7],
    ['CMS', PKCS7],
    ['PKCS12', PKCS12],
    ['TRUSTED CERTIFICATE', TRUSTED],
    ['PKCS7 X', OTHER_PEM],
    ['X CMS', OTHER_PEM],
    ['XPKCS12', OTHER_PEM],
    ['PKCS12X', OTHER_PEM],
    ['NOT TRUSTED CERTIFICATE', OTHER_PEM],
    ['TRUSTED CERTIFICATES', OTHER_PEM],
    ['PGP MESSAGE', OTHER_PEM],
  ]
  for (const [label, message] of labels) {
    it(`PEM: ${label}`, async () => {
      expect(describeLabel(label)).to.equal(message)
      const pem = `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`
      expect(failureOf(await runCommand(['inspect'], pem))).to.equal(message)
    })
  }

  const NOTHING =
    'nothing in this text begins like a certificate; pass PEM, DER, or the value of a client certificate header'
  const NONE = 'the header says that the client presented no certificate'
  const BINARY =
    'this is neither text nor a certificate in DER; pass PEM, DER, or the value of a client certificate header'
  const WEB = 'this is a web page or XML, perhaps an error page; pass the certificate itself'
  const DAMAGED_PEM =
    'the PEM is damaged: the line -----BEGIN CERTIFICATE----- is misspelt or incomplete; copy it again'
  const texts: [title: string, text: string, message: string][] = [
    ['a key in a URL', '-----BEGIN%20RSA%20PRIVATE%20KEY-----%0AMII', PRIVATE_KEY],
    ['a key in a URL, encoded twice', '-----BEGIN%2520PRIVATE%2520KEY-----', PRIVATE_KEY],
    ['a key in a form', '----BEGIN+EC+PRIVATE+KEY', PRIVATE_KEY],
    [
      'a key beside a damaged certificate',
      '-----BEGIN CERTIFICATE-----\nMII\n-----BEGIN PRIVATE KEY-----\nM',
      PRIVATE_KEY,
    ],
    ['an SSH key', 'ssh-rsa AAAAB3NzaC1', PUBLIC_KEY],
    ['an SSH key of ECDSA', '  ecdsa-sha2-nistp256 AAAAE2', PUBLIC_KEY],
    ['a web page', '\n<!DOCTYPE html>', WEB],
    ['a web page without its type', '<html lang="en">', WEB],
    ['XML', '<?xml version="1.0"?>', WEB],
    [
      'the end of PEM',
      'AAAA\n-----END CERTIFICATE-----',
      'the beginning of the certificate is missing or damaged; copy the whole value',
    ],
    [
      'the end of a header',
      'AAAA%0A-----END%20CERTIFICATE-----',
      'the beginning of the certificate is missing or damaged; copy the whole value',
    ],
    [
      'hexadecimal digits',
      ` 3082${'0a'.repeat(60)}`,
      'this is DER in hexadecimal digits; convert it with: xxd -r -p FILE',
    ],
    [
      'base64 of base64',
      Buffer.from(`MII${'A'.repeat(60)}`).toString('base64'),
      'this is base64 of base64, which no strategy reads; encode the certificate only once',
    ],
    [
      'base64 of RFC 9440',
      `"${Buffer.from(`:MII${'A'.repeat(60)}`).toString('base64')}"`,
      'this is base64 of base64, which no strategy reads; encode the certificate only once',
    ],
    ['the null of Apache', 'SSL_CLIENT_CERT: (null)', NONE],
    ['the placeholder of Caddy', ':{http.request.tls.client.certificate_der_base64}:', NONE],
    ['the verdict of nginx', 'X-SSL-Client-Verify: NONE\n', NONE],
    ['an empty byte sequence', '::', NONE],
    ['an empty byte sequence in a line', 'Client-Cert: ::\n', NONE],
    ['words', 'NONE of this is a certificate', NOTHING],
    ['control characters', 'a\u0007b', BINARY],
    [
      'DER of something else',
      seq(octets(), octets(Buffer.from([0, 0, 0]))).toString('latin1') + 'x',
      "these bytes aren't a certificate in DER, or it is damaged; copy it again",
    ],
    ['lower-case armour', '-----begin%20certificate-----%0amiid', DAMAGED_PEM],
    [
      'a broken escape',
      '-----BEGIN%20CERTIFICATE-----%0AMII%2',
      "this looks like url-pem, but a % in it has no two hexadecimal digits after it, or the bytes aren't UTF-8; the value is damaged or cut off",
    ],
    [
      'XFCC that ten hops wrote without certificates',
      Array.from({ length: 10 }, (_, hop) => `Hash=${String(hop).repeat(64)}`).join(','),
      'this looks like xfcc, but it has 10 elements where one was expected. Set xfccHop to say which one to read',
    ],
    [
      'XFCC of more hops than there can be',
      Array.from({ length: 11 }, () => `Hash=${'0'.repeat(64)}`).join(','),
      'this looks like xfcc, but it has more than 10 elements',
    ],
    [
      'XFCC in which a hop hides another certificate',
      `Hash=${'0'.repeat(64)};Cert="x";URI=a,Hash=${'1'.repeat(64)};URI=b`,
      "this looks like xfcc, but Cert isn't percent-encoded PEM",
    ],
    [
      'XFCC that two hops wrote without certificates',
      `Hash=${'0'.repeat(64)},Hash=${'1'.repeat(64)}`,
      'this looks like xfcc, but it has 2 elements where one was expected. Set xfccHop to say which one to read',
    ],
    [
      'base64 that is cut off',
      `MIIDvDCC${'A'.repeat(40)}`,
      'the certificate is cut off: it has 960 bytes, and only 36 of them are there; copy the whole value, and check the limits of the log or header',
    ],
    [
      'base64 with a character that is not',
      `MIIDvDCC${'A'.repeat(40)}!AAAA`,
      "the certificate is damaged: it has 960 bytes, and only 36 of them are there before a character that doesn't belong there; copy it again",
    ],
    [
      'base64 with bytes behind it',
      `MIGA${'A'.repeat(300)}`,
      'the certificate is damaged: other bytes follow its end; copy it again',
    ],
    [
      'base64 with wrong padding',
      `MIGA${'A'.repeat(301)}`,
      "the certificate is damaged: its base64 isn't valid; copy it again",
    ],
    [
      'a byte sequence without its end',
      `:MIIDvDCC${'A'.repeat(40)}`,
      'this looks like rfc9440, but no colon follows its base64, so it is cut off or damaged',
    ],
  ]
  for (const [title, text, message] of texts) {
    it(`text: ${title}`, async () => {
      expect(failureOf(await runCommand(['inspect'], Buffer.from(text, 'latin1')))).to.equal(
        message,
      )
    })
  }

  it('real files of each kind', async () => {
    const kinds = await otherGarbage()
    const expected: Readonly<Record<string, string>> = {
      'a private key in DER': PRIVATE_KEY,
      'a private key in DER, in base64': PRIVATE_KEY,
      'a CSR': CSR,
      'a CRL': CRL,
      'a public key': PUBLIC_KEY,
      'an RSA public key': PUBLIC_KEY,
    }
    for (const [kind, message] of Object.entries(expected)) {
      const random = new Random(1)
      for (let times = 0; times < 20; times += 1) {
        const input = kinds[kind]?.(random) ?? ''
        expect(failureOf(await runCommand(['inspect'], input)), kind).to.equal(message)
      }
    }
  })
})
