import { createHash, generateKeyPairSync, webcrypto } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import * as x509 from '@peculiar/x509'
import { int, nested, octets, oid, seq, tlv, utf8, bits } from './der-writer.js'

/** Random numbers that a seed determines. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** A whole number from 0, below `limit` (mulberry32). */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)))
  }

  /** A string of these characters. */
  text(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet[this.below(alphabet.length)]).join('')
  }
}

type Input = string | Buffer
export type Mutate = (value: string, random: Random, other: string) => Input

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')

function replaceAt(text: string, at: number, length: number, by: string): string {
  return text.slice(0, at) + by + text.slice(at + length)
}

/** Damages the DER, and leaves the encoding around it intact. */
function withDer(value: string, change: (der: Buffer) => Buffer): string {
  const start = /MI[E-P]/.exec(value)?.index ?? 0
  const [digits = ''] = /^(?:[A-Za-z0-9+/=]|%[0-9A-Fa-f]{2}| (?!-))+/.exec(value.slice(start)) ?? []
  const plain = digits
    .replaceAll(/%0A| /gi, '')
    .replaceAll(/%../g, (escape) => decodeURIComponent(escape))
  const der = change(Buffer.from(plain, 'base64'))
  return (
    value.slice(0, start) +
    encodeURIComponent(der.toString('base64')) +
    value.slice(start + digits.length)
  )
}

/** Changes to the value of a header, by their names. */
export const MUTATIONS: Readonly<Record<string, Mutate>> = {
  'one flipped bit': (value, random) => {
    const at = random.below(value.length)
    return replaceAt(
      value,
      at,
      1,
      String.fromCharCode(value.charCodeAt(at) ^ (1 << random.below(7))),
    )
  },
  'ten flipped bits': (value, random) => {
    let text = value
    for (let times = 0; times < 10; times += 1) {
      const at = random.below(text.length)
      text = replaceAt(
        text,
        at,
        1,
        String.fromCharCode(text.charCodeAt(at) ^ (1 << random.below(7))),
      )
    }
    return text
  },
  'the end cut off': (value, random) => value.slice(0, random.below(value.length - 40)),
  'the beginning cut off': (value, random) => value.slice(1 + random.below(value.length - 1)),
  'the middle cut out': (value, random) =>
    replaceAt(value, 100 + random.below(200), 1 + random.below(100), ''),
  'the middle elided, as by a log': (value) => `${value.slice(0, 200)}...${value.slice(-100)}`,
  'a random byte inserted': (value, random) =>
    replaceAt(value, random.below(value.length), 0, String.fromCharCode(random.below(256))),
  'NUL inserted': (value, random) => replaceAt(value, random.below(value.length), 0, '\0'),
  'a control sequence inserted': (value, random) =>
    replaceAt(value, random.below(value.length), 0, '\u001b[2J\u0007'),
  'UTF-8 inserted': (value, random) =>
    replaceAt(value, random.below(value.length), 0, '\u00e9\u20ac'),
  'a right-to-left mark inserted': (value, random) =>
    replaceAt(value, random.below(value.length), 0, '\u202e'),
  'a quote inserted': (value, random) => replaceAt(value, random.below(value.length), 0, '"'),
  'a comma inserted': (value, random) => replaceAt(value, random.below(value.length), 0, ','),
  'a colon inserted': (value, random) => replaceAt(value, random.below(value.length), 0, ':'),
  'padding inserted': (value, random) => replaceAt(value, random.below(value.length), 0, '=='),
  'a percent sign inserted': (value, random) =>
    replaceAt(value, random.below(value.length), 0, '%'),
  'one character removed': (value, random) => replaceAt(value, random.below(value.length), 1, ''),
  'two neighbours swapped': (value, random) => {
    const at = random.below(value.length - 1)
    return replaceAt(value, at, 2, `${value.charAt(at + 1)}${value.charAt(at)}`)
  },
  'lower case': (value) => value.toLowerCase(),
  'upper case': (value) => value.toUpperCase(),
  'case swapped in a part': (value, random) => {
    const at = random.below(value.length - 60)
    const part = value.slice(at, at + 50)
    return replaceAt(
      value,
      at,
      50,
      part === part.toLowerCase() ? part.toUpperCase() : part.toLowerCase(),
    )
  },
  reversed: (value) => Array.from(value).reverse().join(''),
  'halves swapped': (value) => {
    const half = value.length >> 1
    return value.slice(half) + value.slice(0, half)
  },
  'rotated letters': (value) =>
    value.replaceAll(/[a-z]/gi, (letter) => {
      const code = letter.charCodeAt(0)
      const first = code & 0x60 ? (code >= 97 ? 97 : 65) : 65
      return String.fromCharCode(first + ((code - first + 13) % 26))
    }),
  'digits of base64url': (value) => value.replaceAll('+', '-').replaceAll('/', '_'),
  'doubled without a separator': (value) => value + value,
  'doubled with a comma': (value) => `${value}, ${value}`,
  'percent-encoded again': (value) => encodeURIComponent(value),
  'encoded in base64 again': (value) => Buffer.from(value).toString('base64'),
  'written in hexadecimal': (value) => Buffer.from(value).toString('hex'),
  'another armour': (value) =>
    value.replaceAll('CERTIFICATE', 'PRIVATE KEY').replace(/^:?MII/, 'MIA'),
  'a misspelt armour': (value, random) =>
    random.pick([
      value.replace('BEGIN', 'BEGN'),
      value.replace('-----', '----'),
      value.replace(/^:?M/, ''),
    ]),
  'wrapped in the armour of another encoding': (value, random) =>
    random.pick([
      `:${value.slice(0, 300)}:`,
      `Cert="${value.slice(0, 300)}"`,
      `Hash=00;Cert="${value.slice(9)}"`,
    ]),
  'spliced with another header': (value, random, other) =>
    value.slice(0, 100 + random.below(200)) + other.slice(400 + random.below(100)),
  'a flipped bit in the DER': (value, random) =>
    withDer(value, (der) => {
      const at = random.below(der.length)
      der.writeUInt8(der.readUInt8(at) ^ (1 << random.below(8)), at)
      return der
    }),
  'twenty random bytes in the DER': (value, random) =>
    withDer(value, (der) => {
      random.bytes(20).copy(der, random.below(der.length - 20))
      return der
    }),
  'DER cut off': (value, random) =>
    withDer(value, (der) => der.subarray(0, 10 + random.below(der.length - 20))),
  'DER with bytes after its end': (value, random) =>
    withDer(value, (der) => Buffer.concat([der, random.bytes(1 + random.below(20))])),
  'DER with another length': (value, random) =>
    withDer(value, (der) => {
      der.writeUInt16BE(random.below(65_536), 2)
      return der
    }),
  'DER of another type': (value, random) =>
    withDer(value, (der) => {
      der[random.pick([4, 8, 13])] = random.pick([0x02, 0x04, 0x31, 0x05])
      return der
    }),
}

async function keyPair(): Promise<CryptoKeyPair> {
  return webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** Input that never was a certificate, by names. Some of it is made once, because it takes long. */
export async function otherGarbage(): Promise<Readonly<Record<string, (random: Random) => Input>>> {
  const keys = await keyPair()
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=a',
    keys,
    signingAlgorithm: ALGORITHM,
  })
  const crl = await x509.X509CrlGenerator.create({
    issuer: 'CN=a',
    signingAlgorithm: ALGORITHM,
    signingKey: keys.privateKey,
  })
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ed = generateKeyPairSync('ed25519')
  const cipher = { cipher: 'aes-256-cbc', passphrase: 'x' }
  const privatePems = [
    rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }),
    ec.privateKey.export({ type: 'sec1', format: 'pem' }),
    ed.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ec.privateKey.export({ type: 'pkcs8', format: 'pem', ...cipher }),
    rsa.privateKey.export({ type: 'pkcs1', format: 'pem', ...cipher }),
  ].map(String)
  const privateDers = [
    rsa.privateKey.export({ type: 'pkcs8', format: 'der' }),
    rsa.privateKey.export({ type: 'pkcs1', format: 'der' }),
    ec.privateKey.export({ type: 'sec1', format: 'der' }),
    ed.privateKey.export({ type: 'pkcs8', format: 'der' }),
    ec.privateKey.export({ type: 'pkcs8', format: 'der', ...cipher }),
  ]
  const data = seq(oid('1.2.840.113549.1.7.1'))
  const words = (random: Random): string =>
    Array.from({ length: 20 }, () => random.text('etaoinshrdlu', 1 + random.below(9))).join(' ')
  return {
    'white space': (random) => random.text(' \n\t\r', 1 + random.below(50)),
    'random bytes': (random) => random.bytes(1 + random.below(2000)),
    'random printable characters': (random) => random.text(PRINTABLE, 1 + random.below(2000)),
    'random base64': (random) => random.text(BASE64, 1 + random.below(2000)),
    'random base64 after the start of a certificate': (random) =>
      `MII${random.text(BASE64, random.below(2000))}`,
    'random base64 between colons': (random) => `:${random.text(BASE64, random.below(2000))}:`,
    'random base64 in PEM': (random) =>
      `-----BEGIN CERTIFICATE-----\n${random.text(BASE64, random.below(800))}\n-----END CERTIFICATE-----\n`,
    'random hexadecimal digits': (random) => random.bytes(random.below(500) + 1).toString('hex'),
    words,
    'a log line without a certificate': (random) =>
      `10.0.0.${random.below(256)} - - [27/Nov/2026:01:02:03 +0000] "GET /${words(random)} HTTP/1.1" 200 ${random.below(9999)} "-" "curl/8.1"`,
    JSON: (random) => JSON.stringify({ level: 'info', msg: words(random), n: random.below(99) }),
    YAML: (random) =>
      `apiVersion: v1\nkind: Secret\ndata:\n  tls.crt: ${random.text(BASE64, 60)}\n`,
    'a web page': (random) => `<!DOCTYPE html>\n<html><body>${words(random)}</body></html>`,
    XML: (random) =>
      `<?xml version="1.0"?><X509Certificate>${random.text(BASE64, 80)}</X509Certificate>`,
    'a script': (random) => `#!/bin/sh\nopenssl x509 -in ${words(random)}\n`,
    'a private key in PEM': (random) => random.pick(privatePems),
    'a private key in DER': (random) => random.pick(privateDers),
    'a private key, percent-encoded': (random) => encodeURIComponent(random.pick(privatePems)),
    'a private key in PEM, in base64': (random) =>
      Buffer.from(random.pick(privatePems)).toString('base64'),
    'a private key in DER, in base64': (random) => random.pick(privateDers).toString('base64'),
    'a private key in a header line': (random) =>
      `X-SSL-Client-Cert: ${random.pick(privatePems).replaceAll('\n', ' ')}`,
    'a private key cut off': (random) => {
      const pem = random.pick(privatePems)
      return pem.slice(0, 40 + random.below(pem.length - 60))
    },
    'a CSR': (random) =>
      random.pick<Input>([csr.toString('pem'), Buffer.from(csr.rawData), csr.toString('base64')]),
    'a CRL': (random) =>
      random.pick<Input>([crl.toString('pem'), Buffer.from(crl.rawData), crl.toString('base64')]),
    'a public key': (random) => {
      const key = random.pick([rsa, ec, ed]).publicKey
      return random.pick<Input>([
        key.export({ type: 'spki', format: 'pem' }),
        key.export({ type: 'spki', format: 'der' }),
      ])
    },
    'an RSA public key': () => rsa.publicKey.export({ type: 'pkcs1', format: 'der' }),
    'an SSH key': (random) =>
      `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5${random.text(BASE64, 44)} someone@example`,
    'PKCS#12': (random) =>
      seq(int(3), seq(oid('1.2.840.113549.1.7.1'), tlv(0xa0, octets(random.bytes(300))))),
    'PKCS#12 in BER': (random) =>
      Buffer.concat([Buffer.from('3080020103', 'hex'), random.bytes(300)]),
    'PKCS#7': (random) =>
      seq(oid('1.2.840.113549.1.7.2'), tlv(0xa0, seq(int(1), data, bits(random.bytes(200))))),
    'other DER': (random) =>
      seq(utf8(words(random)), octets(random.bytes(200)), int(random.below(9999))),
    'nested DER': (random) => nested(50 + random.below(2000)),
    'a JWT': (random) =>
      `eyJhbGciOiJFUzI1NiJ9.eyJ${random.text(BASE64, 80)}.${random.text(BASE64, 86)}`,
    'XFCC without a certificate': (random) =>
      `Hash=${random.bytes(32).toString('hex')};Subject="CN=${random.text('abc', 9)}";URI=spiffe://a/b`,
    'a placeholder for no certificate': (random) =>
      random.pick([
        '(null)',
        '{http.request.tls.client.certificate_der_base64}',
        'SSL_CLIENT_CERT: (null)',
        'X-SSL-Client-Verify: NONE',
        '::',
        'Client-Cert: ::',
      ]),
    'a compressed file': (random) => gzipSync(random.bytes(200)),
    'a picture': (random) =>
      Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), random.bytes(400)]),
    'UTF-16 text': (random) => Buffer.from(`\ufeff${words(random)}`, 'utf16le'),
    'a fingerprint': (random) =>
      createHash('sha256')
        .update(random.bytes(9))
        .digest('hex')
        .toUpperCase()
        .replaceAll(/..(?!$)/g, '$&:'),
    'control sequences': (random) =>
      `\u001b]0;${words(random)}\u0007\u001b[31m${words(random)}\u001b[0m`,
    'armour around nothing': (random) =>
      random.pick([
        '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
        '-----BEGIN CERTIFICATE-----',
        '-----END CERTIFICATE-----',
        '-----BEGIN%20CERTIFICATE-----%0A-----END%20CERTIFICATE-----%0A',
        'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t',
        'Cert="";Chain=""',
      ]),
  }
}
