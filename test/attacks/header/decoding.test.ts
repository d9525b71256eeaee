import type { StrategyOptions } from '../../../src/index.js'
import {
  toBase64Der,
  toRfc9440,
  toUrlPem,
  toUrlPemAws,
  toXfcc,
} from '../../support/header-values.js'
import { type Issued, testPki } from '../../support/pki.js'
import { closeServers } from '../../support/servers.js'
import { expectAcceptance, expectRejections, type Line } from '../support/header-backend.js'

const trustedProxies = 'loopback'

let client: Issued
let victim: Issued

before(async () => {
  ;({ ec: client, rsa: victim } = await testPki())
})

afterEach(closeServers)

/** A certificate in all forms, made from these bytes. */
function fromDer(raw: Buffer): Issued {
  const lines = raw.toString('base64').match(/.{1,64}/g) ?? []
  const cert = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
  return { raw, cert, key: '' }
}

describe('B9 a damaged leaf in front of a good certificate', () => {
  const sources: readonly [StrategyOptions, string, (...certificates: Issued[]) => string][] = [
    [{ certificateSource: 'aws-alb' }, 'X-Amzn-Mtls-Clientcert', toUrlPemAws],
    [{ certificateSource: 'traefik' }, 'X-Forwarded-Tls-Client-Cert', toBase64Der],
    [
      { certificateSource: 'envoy' },
      'X-Forwarded-Client-Cert',
      (...chain) => `Chain="${toUrlPem(...chain)}"`,
    ],
    [{ certificateHeader: 'X-Cert', headerEncoding: 'url-pem' }, 'X-Cert', toUrlPem],
  ]

  for (const includeChain of [false, true]) {
    for (const [source, name, encode] of sources) {
      it(`B9 doesn't take the next certificate for the leaf, with ${JSON.stringify(source)}, includeChain: ${String(includeChain)}`, async () => {
        const options = { ...source, trustedProxies, includeChain }
        const notDer = Buffer.from(client.raw)
        notDer[0] = 0x31
        await expectRejections(options, {
          'not DER': [[name, encode(fromDer(notDer), victim)]],
          truncated: [[name, encode(fromDer(client.raw.subarray(0, -20)), victim)]],
          empty: [[name, encode(fromDer(Buffer.alloc(0)), victim)]],
          'three zeros': [[name, encode(fromDer(Buffer.alloc(3)), victim)]],
        })
        await expectAcceptance(options, [[name, encode(client, victim)]], 'ec-client')
      })
    }
  }

  it("B9 doesn't take a certificate of the chain header for the leaf", async () => {
    const chain: Line = ['Client-Cert-Chain', toRfc9440(victim)]
    await expectRejections(
      { certificateSource: 'cloudflare-rfc9440', includeChain: true, trustedProxies },
      {
        damaged: [['Client-Cert', toRfc9440(fromDer(client.raw.subarray(0, -20)))], chain],
        empty: [['Client-Cert', ''], chain],
        absent: [chain],
      },
    )
  })
})

describe("B10 values that OpenSSL and Node accept, and this package doesn't", () => {
  /** Each value as a request with one header. */
  function requests(name: string, values: Readonly<Record<string, string>>) {
    const entries = Object.entries(values).map(([title, value]): [string, Line[]] => [
      title,
      [[name, value]],
    ])
    return Object.fromEntries(entries)
  }

  it('B10 rejects malformed PEM', async () => {
    const options: StrategyOptions = { certificateSource: 'aws-alb-verify', trustedProxies }
    const name = 'X-Amzn-Mtls-Clientcert-Leaf'
    const { cert, raw } = client
    const values = {
      'text before the certificate': `subject=CN=admin\n${cert}`,
      'text after the certificate': `${cert}subject=CN=admin`,
      'two certificates': `${victim.cert}${cert}`,
      'a key before the certificate': `${client.key}${cert}`,
      'bytes after the DER': fromDer(Buffer.concat([raw, Buffer.from([0])])).cert,
      'two certificates in one': fromDer(Buffer.concat([raw, victim.raw])).cert,
      'another label': cert.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'),
      'a blank line': cert.replace('-----\n', '-----\n\n'),
      'a header line': cert.replace('-----\n', '-----\nProc-Type: 4\n\n'),
      'spaces instead of line breaks': cert.replaceAll('\n', ' '),
      'characters that are not base64': cert.replace('-----\n', '-----\n!'),
      'more padding': cert.replace('\n-----END', '====\n-----END'),
    }
    const encoded = Object.entries(values).map(([title, text]) => [title, encodeURIComponent(text)])
    await expectRejections(
      options,
      requests(name, Object.fromEntries(encoded) as Record<string, string>),
    )
    await expectAcceptance(options, [[name, encodeURIComponent(cert)]], 'ec-client')
  })

  it('B10 rejects malformed base64', async () => {
    const options: StrategyOptions = { certificateSource: 'azure-app-service', trustedProxies }
    const name = 'X-ARR-ClientCert'
    const good = toBase64Der(client)
    const padded = Buffer.concat([client.raw, Buffer.alloc(3 - (client.raw.length % 3))])
    await expectRejections(
      options,
      requests(name, {
        'characters that are not base64': `!${good}`,
        'a space inside': `${good.slice(0, 40)} ${good.slice(40)}`,
        'more padding': `${good}====`,
        'the base64url alphabet': good.replaceAll('+', '-').replaceAll('/', '_'),
        'bytes after the DER': padded.toString('base64'),
        'PEM instead of DER, in base64': Buffer.from(client.cert).toString('base64'),
        'percent-encoded PEM': encodeURIComponent(client.cert),
        'a list': `${toBase64Der(victim)},${good}`,
        'hexadecimal digits': client.raw.toString('hex'),
      }),
    )
    await expectAcceptance(options, [[name, good]], 'ec-client')
  })

  it('B10 rejects malformed Byte Sequences', async () => {
    const options: StrategyOptions = { certificateSource: 'cloudflare-rfc9440', trustedProxies }
    const good = toRfc9440(client)
    await expectRejections(
      options,
      requests('Client-Cert', {
        'without colons': good.slice(1, -1),
        'one colon': good.slice(1),
        'a parameter': `${good};a=1`,
        'a list': `${toRfc9440(victim)}, ${good}`,
        'a space inside': `: ${good.slice(1)}`,
        'bytes after the DER': toRfc9440({
          ...client,
          raw: Buffer.concat([client.raw, Buffer.alloc(1)]),
        }),
      }),
    )
    await expectAcceptance(options, [['Client-Cert', good]], 'ec-client')
  })
})

/** Sets a property of Object.prototype, as a library with a prototype pollution flaw would. */
async function whilePolluted(name: string, value: string, run: () => Promise<void>) {
  Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
  try {
    await run()
  } finally {
    Reflect.deleteProperty(Object.prototype, name)
  }
}

describe('B12 headers named like a property of Object.prototype', () => {
  const pem: StrategyOptions = { headerEncoding: 'url-pem', trustedProxies }

  for (const certificateHeader of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    it(`B12 rejects a request without the header ${certificateHeader}`, async () => {
      await expectRejections({ ...pem, certificateHeader }, { nothing: [], another: [['X', 'y']] })
    })
  }

  it('B12 ignores properties that an attacker added to Object.prototype', async () => {
    const certificateHeader = 'X-SSL-Client-Cert'
    const verify = { verifyHeader: 'X-SSL-Client-Verify', verifyValue: 'SUCCESS' }
    await whilePolluted('x-ssl-client-cert', toUrlPem(victim), () =>
      expectRejections({ ...pem, certificateHeader }, { 'no certificate': [] }),
    )
    await whilePolluted('x-ssl-client-verify', 'SUCCESS', () =>
      expectRejections(
        { ...pem, certificateHeader, ...verify },
        { 'no verification': [[certificateHeader, toUrlPem(client)]] },
        'verification_header_mismatch',
      ),
    )
  })

  it('B12 reads a header or an XFCC key with such a name when it was sent', async () => {
    const options = { ...pem, certificateHeader: 'constructor' }
    await expectAcceptance(options, [['Constructor', toUrlPem(client)]], 'ec-client')
    const envoy: StrategyOptions = { certificateSource: 'envoy', trustedProxies }
    await expectRejections(envoy, {
      'XFCC keys': [['X-Forwarded-Client-Cert', 'constructor=a;__proto__=b']],
    })
    const element = `toString="a";${toXfcc(client)}`
    await expectAcceptance(envoy, [['X-Forwarded-Client-Cert', element]], 'ec-client')
  })
})
