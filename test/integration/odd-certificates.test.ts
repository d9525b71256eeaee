import { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { expect } from 'chai'
import { createExtractor, type ExtractionResult } from '../../src/extractor/index.js'
import { allowSerial } from '../../src/helpers/index.js'
import { type Holder, issue, type Request } from '../support/der-chain.js'
import {
  basicConstraints,
  bits,
  bool,
  extension,
  generalizedTime,
  int,
  name,
  octets,
  oid,
  seq,
  tlv,
  utcTime,
} from '../support/der-writer.js'
import { closeServers, getHttps, listenHttps } from '../support/servers.js'
import { tlsSocketOf } from '../support/tls-visit.js'

const root = issue({ subject: 'root', ca: true })

const client = (parts: Partial<Request>): Holder => issue({ subject: 'client', by: root, ...parts })

interface Verdicts {
  /** OpenSSL's error code, or `undefined` if OpenSSL accepts the client. */
  readonly openssl: string | undefined
  readonly ours: ExtractionResult
}

/** Sends a request over TLS to a server that leaves the decision to the extractor. */
async function overTls({ pem, key }: Holder): Promise<Verdicts> {
  const extract = createExtractor({ includeChain: true })
  let verdicts: Verdicts | undefined
  const look = (req: IncomingMessage) => {
    const { authorized, authorizationError } = tlsSocketOf(req)
    // An empty code would mean that Node rejected the client, and not OpenSSL.
    const openssl = authorized ? undefined : String(authorizationError)
    verdicts = { openssl, ours: extract(req) }
  }
  const { port } = await listenHttps(
    (req, res) => {
      look(req)
      res.end()
    },
    { ca: root.pem },
  )
  await getHttps(port, { cert: pem, key })
  if (verdicts === undefined) throw new Error('The server received no request')
  return verdicts
}

function overHeader({ der }: Holder, options = {}): ExtractionResult {
  const value = der.toString('base64')
  const plan = { certificateHeader: 'x-cert', headerEncoding: 'base64-der', trustedProxies: true }
  return createExtractor({ ...plan, ...options } as never)({
    headers: { 'x-cert': value },
    rawHeaders: ['x-cert', value],
  })
}

function isReadByOpenssl(der: Buffer): boolean {
  try {
    return new X509Certificate(der).subject === 'CN=client'
  } catch {
    return false
  }
}

afterEach(closeServers)

describe('an unusual certificate that every OpenSSL accepts in a handshake', () => {
  const v1 = { version: null, extensions: [] }
  const unusual: [what: string, parts: Partial<Request>][] = [
    ['an ordinary certificate', {}],
    [
      'an explicit FALSE in basicConstraints',
      { extensions: [extension('2.5.29.19', seq(bool(false)))] },
    ],
    ['an explicit FALSE for critical', { extensions: [extension('2.5.29.19', seq(), false)] }],
    [
      'a critical flag that is 1',
      { extensions: [seq(oid('2.5.29.19'), tlv(1, Buffer.from([1])), octets(seq()))] },
    ],
    ['a negative serial number', { serialNumber: int(-0x11d4c3) }],
    ['the serial number zero', { serialNumber: int(0) }],
    ['a serial number of 30 bytes', { serialNumber: int(1n << 238n) }],
    ['version 1', v1],
    ['an explicit version 1', { ...v1, version: tlv(0xa0, int(0)) }],
    ['version 1 with extensions', { version: null }],
    ['unique ids', { uniqueIds: [tlv(0x81, Buffer.alloc(4)), tlv(0x82, Buffer.alloc(4))] }],
    [
      'zero bits at the end of keyUsage',
      { extensions: [extension('2.5.29.15', bits(Buffer.from([0x80, 0])), true)] },
    ],
    ['an empty extension list', { uniqueIds: [tlv(0xa3, seq())], extensions: [] }],
    ['an unknown extension', { extensions: [extension('1.2.3.4', Buffer.from('any'))] }],
    [
      'GeneralizedTime before 2050',
      {
        notBefore: generalizedTime('20240101000000Z'),
        notAfter: generalizedTime('20490101000000Z'),
      },
    ],
    [
      'a notBefore in the year 1 (DateTime.MinValue of .NET)',
      { notBefore: generalizedTime('00010101000000Z') },
    ],
    ['a notBefore in the year 0', { notBefore: generalizedTime('00000101000000Z') }],
    ['a notBefore in the year 49', { notBefore: generalizedTime('00490101000000Z') }],
    ['a notBefore in the year 99', { notBefore: generalizedTime('00990101000000Z') }],
    ['no end of the validity period', { notAfter: generalizedTime('99991231235959Z') }],
    [
      'a subject of a hundred names',
      {
        subject: 'client',
        extensions: [
          extension(
            '2.5.29.17',
            seq(...Array.from({ length: 100 }, (_, index) => tlv(0xa4, name(`${index}`)))),
          ),
        ],
      },
    ],
  ]
  for (const [what, parts] of unusual) {
    it(`is accepted over TLS and from a header: ${what}`, async () => {
      const holder = client(parts)
      const { openssl, ours } = await overTls(holder)
      expect(openssl).to.equal(undefined)
      expect(ours.reason).to.equal(null)
      expect(ours.certificate?.raw).to.deep.equal(holder.der)
      expect(ours.certificate?.issuerCertificate?.subject.CN).to.equal('root')
      expect(overHeader(holder).certificate?.raw).to.deep.equal(holder.der)
    })
  }
})

describe('a certificate that only some versions of OpenSSL accept', () => {
  const unusual: [what: string, parts: Partial<Request>][] = [
    ['UTCTime without seconds', { notBefore: utcTime('2401010000Z') }],
    ['UTCTime with an offset', { notBefore: utcTime('240101000000+0100') }],
    ['GeneralizedTime with a fraction', { notBefore: generalizedTime('20240101000000.5Z') }],
    ['GeneralizedTime without seconds', { notAfter: generalizedTime('204901010000Z') }],
    ['a padded serial number', { serialNumber: tlv(2, Buffer.from([0, 0, 5])) }],
    ['basicConstraints twice', { extensions: [basicConstraints(false), basicConstraints(false)] }],
    ['an unknown critical extension', { extensions: [extension('1.2.3.4', octets(), true)] }],
    ['version 4', { version: tlv(0xa0, int(3)) }],
  ]
  for (const [what, parts] of unusual) {
    it(`is accepted if OpenSSL accepts it over TLS, or can read it from a header: ${what}`, async () => {
      const holder = client(parts)
      expect(overHeader(holder).success).to.equal(isReadByOpenssl(holder.der))
      // On such a version, Node's client can't load the certificate either.
      if (!isReadByOpenssl(holder.der)) return
      const { openssl, ours } = await overTls(holder)
      expect(ours.reason).to.equal(openssl === undefined ? null : 'socket_not_authorized')
    })
  }
})

describe('a certificate from the first centuries', () => {
  const expired: Partial<Request>[] = ['00990101000000Z', '00500101000000Z', '00490101000000Z'].map(
    (notAfter) => ({
      notBefore: generalizedTime('00010101000000Z'),
      notAfter: generalizedTime(notAfter),
    }),
  )
  for (const parts of expired) {
    it(`has expired: ${String(parts.notAfter?.subarray(2))}`, async () => {
      const holder = client(parts)
      expect(overHeader(holder).reason).to.equal('certificate_expired')
      expect(overHeader(holder, { checkValidity: false }).success).to.equal(true)
      const { openssl, ours } = await overTls(holder)
      expect(openssl).to.equal('CERT_HAS_EXPIRED')
      expect(ours.reason).to.equal('socket_not_authorized')
    })
  }

  it("isn't dated in our own century", () => {
    const { certificate } = overHeader(client({ notBefore: generalizedTime('00240101000000Z') }))
    expect(certificate?.valid_from).to.match(/^Jan {2}1 00:00:00 0*24( GMT)?$/)
  })
})

describe('a negative serial number', () => {
  it('is accepted by allowSerial() as the certificate shows it, over TLS and from a header', async () => {
    const holder = client({ serialNumber: int(-0x11d4c3) })
    const { ours } = await overTls(holder)
    for (const { certificate } of [ours, overHeader(holder)]) {
      if (certificate === null) throw new Error("The certificate wasn't accepted")
      expect(certificate.serialNumber).to.equal('-11D4C3')
      expect(allowSerial(certificate.serialNumber)(certificate)).to.equal(true)
      expect(allowSerial('11D4C3')(certificate)).to.equal(false)
    }
  })
})
