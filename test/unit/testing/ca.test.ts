import { createPrivateKey, X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { readFields } from '../../../src/certificate/fields.js'
import { readSubjectAltNames } from '../../../src/certificate/general-names.js'
import {
  type ChainedPeerCertificate,
  parseCertificate,
  toPeerCertificate,
} from '../../../src/certificate/peer-certificate.js'
import { createTrustStore } from '../../../src/path/trust-store.js'
import { createSelfSignedCertificate, createTestCa } from '../../../src/testing/ca.js'
import type { TestCertificateOptions } from '../../../src/testing/options.js'
import type { TestCertificate } from '../../../src/testing/test-certificate.js'
import { restoreClock, turnClock } from '../../support/clock.js'

const [CLIENT, SERVER] = ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1'] as const
const DAY_MS = 24 * 60 * 60 * 1000

/** The certificate as a request sees it; throws unless our strict reader accepts it. */
function show({ raw }: TestCertificate): ChainedPeerCertificate {
  const certificate = parseCertificate(raw)
  if (typeof certificate === 'string') throw new Error(certificate)
  return toPeerCertificate(certificate)
}

describe('a CA for tests', () => {
  const ca = createTestCa({ organization: 'Example' })

  it('is a root with a valid signature, which the path validation trusts', () => {
    const root = new X509Certificate(ca.cert)
    expect(root.verify(root.publicKey)).to.equal(true)
    expect({ ca: root.ca, subject: root.subject, issuer: root.issuer }).to.deep.equal({
      ca: true,
      subject: 'O=Example\nCN=Test CA',
      issuer: 'O=Example\nCN=Test CA',
    })
    expect(ca.ca).to.equal(ca.cert)
    expect(createTrustStore({ ca: ca.ca }).validate(ca.issue().raw).ok).to.equal(true)
  })

  it('issues a client certificate without any options', () => {
    const issued = ca.issue()
    const { subject, issuer, ext_key_usage: usage, ca: isCa } = show(issued)
    expect({ subject, issuer, usage, isCa }).to.deep.equal({
      subject: { CN: 'Test client' },
      issuer: { O: 'Example', CN: 'Test CA' },
      usage: [CLIENT],
      isCa: false,
    })
    expect(new X509Certificate(issued.raw).subjectAltName).to.equal(undefined)
  })

  it('has the same certificate in every form, and its fingerprint as Node shows it', () => {
    const { cert, raw, chain, fingerprint256 } = ca.issue()
    const parsed = new X509Certificate(cert)
    expect(parsed.raw.equals(raw)).to.equal(true)
    expect(chain).to.equal(cert)
    expect(fingerprint256).to.equal(parsed.fingerprint256)
    expect(cert).to.match(
      /^-----BEGIN CERTIFICATE-----\n([\w+/=]{1,64}\n)+-----END CERTIFICATE-----\n$/,
    )
  })

  it('has the key of the certificate', () => {
    for (const { cert, key } of [ca, ca.issue()]) {
      const parsed = new X509Certificate(cert)
      expect(key.startsWith('-----BEGIN PRIVATE KEY-----\n')).to.equal(true)
      expect(parsed.checkPrivateKey(createPrivateKey(key))).to.equal(true)
    }
  })

  it('makes a new key and a new serial number for every certificate', () => {
    const issued = [ca, ca.issue(), ca.issue(), createTestCa()]
    const serials = issued.map(({ cert }) => new X509Certificate(cert).serialNumber)
    expect(new Set(issued.map(({ key }) => key)).size).to.equal(4)
    expect(new Set(serials).size).to.equal(4)
    for (const serial of serials) expect(serial).to.match(/^4[0-9A-F]{31}$/)
  })

  it('writes every attribute of the subject, in order', () => {
    const { subject } = show(
      ca.issue({
        commonName: 'J\u00fcrgen',
        organization: ['A', 'B'],
        organizationalUnit: ['x', 'y', 'z'],
      }),
    )
    expect(subject).to.deep.equal({ O: ['A', 'B'], OU: ['x', 'y', 'z'], CN: 'J\u00fcrgen' })
    expect(new X509Certificate(createTestCa({ commonName: 'Mine' }).cert).subject).to.equal(
      'CN=Mine',
    )
  })

  it('writes subject alternative names of every type', () => {
    const san = [
      'DNS:api.example.com',
      'DNS:*.example.com',
      'URI:spiffe://example.com/api',
      'email:alice@example.com',
      'IP:192.0.2.7',
      'IP:2001:db8::1',
      'IP:::',
      'IP:1:2:3:4:5:6:192.0.2.7',
      'IP:fe80::',
    ]
    const names = readSubjectAltNames(ca.issue({ san }).raw)
    expect(names?.map(({ type, value }) => `${type}:${value}`)).to.deep.equal([
      ...san.slice(0, 4),
      'IP Address:192.0.2.7',
      'IP Address:2001:DB8:0:0:0:0:0:1',
      'IP Address:0:0:0:0:0:0:0:0',
      'IP Address:1:2:3:4:5:6:C000:207',
      'IP Address:FE80:0:0:0:0:0:0:0',
    ])
    expect(show(ca.issue({ san: 'DNS:a.test' })).subjectaltname).to.equal('DNS:a.test')
  })

  const usages: [TestCertificateOptions['usage'], string[] | undefined][] = [
    ['client', [CLIENT]],
    ['server', [SERVER]],
    ['both', [CLIENT, SERVER]],
    ['none', undefined],
  ]
  for (const [usage, expected] of usages) {
    it(`limits the certificate to its usage: ${String(usage)}`, () => {
      expect(show(ca.issue({ usage })).ext_key_usage).to.deep.equal(expected)
    })
  }

  it('writes the serial number that it is given', () => {
    for (const serialNumber of ['1', '0A1B', 'ff', '7fffffffffffffffffffffffffffffffffffffff']) {
      const shown = show(ca.issue({ serialNumber })).serialNumber
      expect(BigInt(`0x${shown}`)).to.equal(BigInt(`0x${serialNumber}`))
    }
    const own = createTestCa({ serialNumber: '0B' })
    expect(new X509Certificate(own.cert).serialNumber).to.equal('0B')
  })

  it('signs with RSA keys too, and mixes the kinds of keys', () => {
    const rsa = createTestCa({ keyType: 'rsa' })
    for (const [issuer, keyType] of [
      [rsa, 'ec'],
      [ca, 'rsa'],
    ] as const) {
      const issued = issuer.issue({ keyType })
      const { publicKey } = new X509Certificate(issuer.cert)
      const parsed = new X509Certificate(issued.cert)
      expect(parsed.verify(publicKey)).to.equal(true)
      expect(parsed.publicKey.asymmetricKeyType).to.equal(keyType)
      expect(createTrustStore({ ca: issuer.ca }).validate(issued.raw).ok).to.equal(true)
    }
    expect(new X509Certificate(rsa.cert).publicKey.asymmetricKeyDetails?.modulusLength).to.equal(
      2048,
    )
  })

  it('lets keys sign, and RSA keys also encrypt the keys of TLS 1.2', () => {
    const usageOf = ({ raw }: TestCertificate) =>
      /0603551d0f0101ff0404(030[0-9a-f]{5})/.exec(raw.toString('hex'))?.[1]
    expect(usageOf(ca)).to.equal('03020106')
    expect(usageOf(ca.issue())).to.equal('03020780')
    expect(usageOf(ca.issue({ keyType: 'rsa' }))).to.equal('030205a0')
  })

  it('names the key of the certificate, and the key of its issuer', () => {
    const idsOf = ({ raw }: TestCertificate) => {
      const hex = raw.toString('hex')
      return [
        /0603551d0e04160414([0-9a-f]{40})/.exec(hex)?.[1],
        /0603551d23041830168014([0-9a-f]{40})/.exec(hex)?.[1],
      ]
    }
    const [own, above] = idsOf(ca)
    expect(own).to.have.lengthOf(40)
    expect(above).to.equal(own)
    const [leaf, issuer] = idsOf(ca.issue())
    expect(issuer).to.equal(own)
    expect(leaf).to.have.lengthOf(40).and.not.equal(own)
  })
})

describe('the validity of a certificate for tests', () => {
  afterEach(restoreClock)
  const ca = createTestCa()
  const datesOf = (options: TestCertificateOptions) => {
    const { notBeforeMs = NaN, notAfterMs = NaN } =
      readFields(ca.issue(options).raw)?.validity ?? {}
    return [notBeforeMs, notAfterMs] as const
  }
  const NOW_MS = Date.UTC(2030, 0, 15, 12)
  const at = (ms: number) => new Date(NOW_MS + ms)

  const cases: [title: string, options: TestCertificateOptions, from: number, to: number][] = [
    ['from a day ago to tomorrow', {}, -DAY_MS, DAY_MS],
    ['as given', { notBefore: at(1000), notAfter: at(2000) }, 1000, 2000],
    ['a single second', { notBefore: at(0), notAfter: at(0) }, 0, 0],
    ['until a past date', { notAfter: at(-5000) }, -5000 - DAY_MS, -5000],
    ['until a future date', { notAfter: at(9 * DAY_MS) }, -DAY_MS, 9 * DAY_MS],
    ['from a past date', { notBefore: at(-9 * DAY_MS) }, -9 * DAY_MS, DAY_MS],
    ['from a future date', { notBefore: at(9 * DAY_MS) }, 9 * DAY_MS, 10 * DAY_MS],
  ]
  for (const [title, options, from, to] of cases) {
    it(`lasts ${title}: ${Object.keys(options).join(' and ') || 'no dates'}`, () => {
      turnClock(NOW_MS - Date.now())
      const dates = datesOf(options)
      // The clock goes on while a test runs.
      expect(dates.map((date) => Math.round((date - NOW_MS) / 60_000))).to.deep.equal(
        [from, to].map((ms) => Math.round(ms / 60_000)),
      )
    })
  }

  it('drops milliseconds', () => {
    expect(datesOf({ notBefore: at(1), notAfter: at(999) })).to.deep.equal([NOW_MS, NOW_MS])
  })

  it('can reach both ends of what a certificate can say', () => {
    const [first, last] = [new Date('0001-01-01T00:00:00Z'), new Date('9999-12-31T23:59:59Z')]
    expect(datesOf({ notAfter: first })[1]).to.equal(first.getTime())
    expect(datesOf({ notBefore: last })).to.deep.equal([last.getTime(), last.getTime()])
  })

  it('has to end after it begins', () => {
    expect(() => ca.issue({ notBefore: at(1000), notAfter: at(0) }))
      .to.throw(
        TypeError,
        'option "notAfter" must not be before "notBefore". Received 2030-01-15T12',
      )
      .with.property('code', 'ERR_INVALID_ARG_VALUE')
  })
})

describe('an intermediate CA for tests', () => {
  const root = createTestCa()
  const first = root.createIntermediate()
  const second = first.createIntermediate({ commonName: 'Second', organization: 'Example' })

  it('has its own name, and the root as what servers trust', () => {
    expect(new X509Certificate(first.cert).subject).to.equal('CN=Test intermediate CA')
    expect(new X509Certificate(second.cert).subject).to.equal('O=Example\nCN=Second')
    expect(new X509Certificate(first.cert).issuer).to.equal('CN=Test CA')
    expect([first.ca, second.ca]).to.deep.equal([root.cert, root.cert])
  })

  it('presents itself and the CAs above it, but not the root', () => {
    const leaf = second.issue()
    expect(leaf.chain).to.equal(leaf.cert + second.cert + first.cert)
    expect([first.chain, second.chain]).to.deep.equal([first.cert, second.cert + first.cert])
  })

  it('issues certificates whose path leads to the root', () => {
    const leaf = second.issue()
    const store = createTrustStore({ ca: root.ca })
    expect(store.validate(leaf.raw).ok).to.equal(false)
    const verdict = store.validate(leaf.raw, { intermediates: [second.raw, first.raw] })
    expect(verdict.ok && verdict.path).to.have.lengthOf(4)
  })
})

describe('a self-signed certificate for tests', () => {
  it('is its own issuer, but not a CA', () => {
    const self = createSelfSignedCertificate({ commonName: 'alice', usage: 'both' })
    const parsed = new X509Certificate(self.cert)
    expect(parsed.verify(parsed.publicKey)).to.equal(true)
    expect(parsed.ca).to.equal(false)
    expect(parsed.issuer).to.equal('CN=alice')
    expect(show(self).ext_key_usage).to.deep.equal([CLIENT, SERVER])
    expect(self.chain).to.equal(self.cert)
    expect(show(createSelfSignedCertificate()).subject).to.deep.equal({ CN: 'Test client' })
  })
})
