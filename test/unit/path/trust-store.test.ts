import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { createTrustStore, type TrustStoreOptions } from '../../../src/trust.js'
import { generate, type Holder, issue } from '../../support/der-chain.js'
import { utcTime } from '../../support/der-writer.js'
import { issuePath, NOW, outcome } from '../../support/paths.js'

const [root, ca, leaf] = issuePath({ subject: 'root' }, { subject: 'ca' }, { subject: 'leaf' }) as [
  Holder,
  Holder,
  Holder,
]

const other = issue({ subject: 'other', ca: true })

describe('a trust store', () => {
  const forms: [title: string, form: (holder: Holder) => string | Uint8Array | X509Certificate][] =
    [
      ['PEM in a string', ({ pem }) => pem],
      ['PEM in a buffer', ({ pem }) => Buffer.from(pem)],
      ['DER in a buffer', ({ der }) => der],
      ['DER in an array of bytes', ({ der }) => new Uint8Array(der)],
      ['an X509Certificate', ({ der }) => new X509Certificate(der)],
    ]
  for (const [title, form] of forms) {
    it(`takes CAs and certificates as ${title}`, () => {
      const store = createTrustStore({ ca: [form(root)] })
      const verdict = store.validate(form(leaf), { intermediates: form(ca), now: NOW })
      expect(outcome(verdict)).to.equal('ok')
      const configured = createTrustStore({ ca: form(root), intermediates: [form(ca)] })
      expect(outcome(configured.validate(form(leaf), { now: NOW }))).to.equal('ok')
    })
  }

  it('takes bundles', () => {
    const store = createTrustStore({ ca: ca.pem + root.pem })
    expect(outcome(store.validate(leaf.pem, { now: NOW }))).to.equal('ok')
    const only = createTrustStore({ ca: root.pem })
    expect(
      outcome(only.validate(leaf.pem, { intermediates: ca.pem + root.pem, now: NOW })),
    ).to.equal('ok')
  })

  it('takes an empty list of intermediates', () => {
    const store = createTrustStore({ ca: ca.pem, intermediates: [] })
    expect(outcome(store.validate(leaf.pem, { intermediates: [], now: NOW }))).to.equal('ok')
  })

  it('takes the current time by default', () => {
    expect(outcome(createTrustStore({ ca: ca.pem }).validate(leaf.pem))).to.equal('ok')
  })

  it('rejects what is not one certificate as malformed', () => {
    const store = createTrustStore({ ca: ca.pem })
    for (const wrong of ['', 'x', leaf.pem + leaf.pem, leaf.der.subarray(0, -1), Buffer.alloc(0)]) {
      expect(outcome(store.validate(wrong))).to.equal('malformed')
    }
    expect(
      outcome(createTrustStore({ ca: root.pem }).validate(leaf.pem, { intermediates: ['x'] })),
    ).to.equal('malformed')
  })

  const wrong: [title: string, options: unknown, message: RegExp][] = [
    ['no options', undefined, /options must be an object/],
    ['no CA', {}, /option "ca" must be the CAs/],
    ['an empty list', { ca: [] }, /option "ca" must hold at least one CA certificate/],
    ['another type', { ca: 1 }, /option "ca" must be PEM, DER/],
    [
      'a leaf in the second place',
      { ca: [root.pem, leaf.pem] },
      /CA certificate 2 of option "ca" isn't a CA.*CN=leaf/,
    ],
    [
      'damaged DER',
      { ca: [root.der, ca.der.subarray(0, -1)] },
      /CA certificate 2 of option "ca" can't be read/,
    ],
    [
      'a weak CA',
      { ca: issue({ subject: 'a', ca: true, privateKey: generate('prime192v1') }).pem },
      /too weak/,
    ],
    ['damaged PEM', { ca: `${root.pem.trim()}${ca.pem}` }, /each on its own line/],
    [
      'a damaged intermediate',
      { ca: root.pem, intermediates: ca.der.subarray(0, -1) },
      /certificate 1 of option "intermediates" can't be read/,
    ],
    ['an option of the future', { ca: root.pem, ocsp: '' }, /no member "ocsp"/],
    ['no policy', { ca: root.pem, policies: [] }, /must not be empty/],
    [
      "a policy that isn't an object identifier",
      { ca: root.pem, policies: ['1.50'] },
      /object identifiers such as/,
    ],
    ['policies in a string', { ca: root.pem, policies: '1.2' }, /list of object identifiers/],
    ['anyPolicy', { ca: root.pem, policies: ['2.5.29.32.0'] }, /anyPolicy/],
    ['a depth above ten', { ca: root.pem, maxDepth: 11 }, /maxDepth/],
  ]
  for (const [title, options, message] of wrong) {
    it(`throws for ${title}`, () => {
      expect(() => createTrustStore(options as TrustStoreOptions)).to.throw(TypeError, message)
    })
  }

  it('throws for wrong arguments of validate()', () => {
    const store = createTrustStore({ ca: root.pem })
    expect(() => store.validate(1 as unknown as string)).to.throw(TypeError, /certificate must be/)
    expect(() => store.validate(leaf.pem, { now: NaN })).to.throw(TypeError, /"now"/)
    expect(() => store.validate(leaf.pem, { intermediates: 1 as unknown as string })).to.throw(
      TypeError,
      /"intermediates"/,
    )
    expect(() => store.validate(leaf.pem, { time: 1 } as object)).to.throw(TypeError, /"time"/)
  })

  it('warns about a CA that has expired', async () => {
    const expired = issue({ subject: 'old', ca: true, notAfter: utcTime('250101000000Z') })
    const warned = new Promise<Error>((resolve) => {
      process.on('warning', function listen(warning: Error & { code?: string }) {
        if (warning.code !== 'CLIENT_CERT_CA_EXPIRED') return
        process.off('warning', listen)
        resolve(warning)
      })
    })
    createTrustStore({ ca: [root.pem, expired.pem] })
    const warning = await warned
    expect(warning.message).to.include('CA certificate 2 of option "ca" has expired')
  })

  it('does not take a CA of the store for a client, unless it has a path as well', () => {
    const result = (ca: readonly string[], client: Holder) =>
      outcome(createTrustStore({ ca }).validate(client.pem, { now: NOW }))
    expect(result([ca.pem], ca)).to.equal('unknown_issuer')
    expect(result([ca.pem, root.pem], ca)).to.equal('ok')
    // A root signed itself, so it is a path of one certificate.
    expect(result([root.pem], root)).to.equal('ok')
  })

  const changes: [
    title: string,
    make: () => { ca: TrustStoreOptions['ca']; change: () => void },
  ][] = [
    [
      'a list',
      () => {
        const list = [ca.pem]
        return { ca: list, change: () => void list.splice(0, 1, other.pem) }
      },
    ],
    [
      'a buffer',
      () => {
        const bytes = Buffer.from(ca.der)
        return { ca: [bytes], change: () => void bytes.fill(0) }
      },
    ],
    ['nothing', () => ({ ca: new X509Certificate(ca.der), change: () => undefined })],
  ]
  for (const [title, make] of changes) {
    it(`keeps its CAs when it gets other options after the caller changed ${title}`, async () => {
      const { ca: given, change } = make()
      const store = createTrustStore({ ca: given })
      change()
      await store.replace({ maxDepth: 4 })
      expect(outcome(store.validate(leaf.pem, { now: NOW }))).to.equal('ok')
    })
  }

  it('replaces options as a whole or not at all, and keeps the others', async () => {
    const store = createTrustStore({ ca: ca.pem, maxDepth: 0 })
    const check = () => outcome(store.validate(leaf.pem, { intermediates: ca.pem, now: NOW }))
    expect([check(), store.generation]).to.deep.equal(['ok', 1])
    let error: unknown
    await store.replace({ ca: leaf.pem }).catch((thrown: unknown) => (error = thrown))
    expect(error).to.be.instanceOf(TypeError)
    expect([check(), store.generation]).to.deep.equal(['ok', 1])
    await store.replace({ ca: root.pem })
    expect([check(), store.generation]).to.deep.equal(['path_too_long', 2])
    await store.replace({ maxDepth: 5 })
    expect([check(), store.generation]).to.deep.equal(['ok', 3])
    await store.replace(undefined as unknown as object).catch((thrown: unknown) => (error = thrown))
    expect(String(error)).to.match(/options must be an object/)
  })
})
