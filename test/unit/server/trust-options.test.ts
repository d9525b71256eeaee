import type { ServerOptions } from 'node:https'
import { expect } from 'chai'
import { mtlsServerOptions, type TrustServerOptions } from '../../../src/server/index.js'
import { createTrustStore } from '../../../src/trust.js'
import { type TestPki, testPki } from '../../support/pki.js'

describe('the options of a TLS server with a trust store', () => {
  let pki: TestPki
  let options: TrustServerOptions

  before(async () => {
    pki = await testPki()
    const trust = createTrustStore({ ca: pki.root.cert, intermediates: pki.intermediate.cert })
    options = { trust, key: pki.server.key, cert: pki.server.cert }
  })

  const contextOf = (given: object): string =>
    mtlsServerOptions({ ...options, ...given }).sessionIdContext

  it('have the CAs and intermediates of the store as ca, and no trust', () => {
    const completed: ServerOptions & { trust?: unknown } = mtlsServerOptions(options)
    expect(completed).not.to.have.property('trust')
    expect(completed.ca).to.deep.equal(
      [pki.root.cert, pki.intermediate.cert].map((pem) => `${pem.trim()}\n`),
    )
    expect(completed).to.include({ requestCert: true, rejectUnauthorized: true })
  })

  it('are otherwise those of the same CAs without a store', () => {
    const { trust: _, ...rest } = options
    const { ca, ...completed } = mtlsServerOptions(options)
    expect(mtlsServerOptions({ ...rest, ca })).to.deep.equal({ ...completed, ca })
  })

  it('have a sessionIdContext that depends on the CAs and the intermediates', () => {
    const others = [
      { ca: pki.root.cert },
      { ca: pki.stranger.cert },
      { ca: [pki.root.cert, pki.stranger.cert] },
    ].map((given) => contextOf({ trust: createTrustStore(given) }))
    expect(new Set([contextOf({}), ...others]).size).to.equal(4)
    const same = createTrustStore({ ca: [pki.root.cert], intermediates: [pki.intermediate.cert] })
    expect(contextOf({ trust: same })).to.equal(contextOf({}))
  })

  it('have the CAs that the store has now', async () => {
    const trust = createTrustStore({ ca: pki.root.cert })
    const before = contextOf({ trust })
    await trust.replace({ ca: pki.stranger.cert })
    expect(contextOf({ trust })).not.to.equal(before)
  })

  const mistakes: [title: string, given: object, message: RegExp, code: string][] = [
    ['both ca and trust', { ca: '' }, /"ca" must not be given together with "trust"/, 'VALUE'],
    [
      'a sessionIdContext',
      { sessionIdContext: 'a' },
      /"sessionIdContext" .* change with the CAs/,
      'VALUE',
    ],
    [
      'options of a store',
      { trust: { ca: '' } },
      /"trust" must be a trust store of createTrustStore\(\). Received an object$/,
      'TYPE',
    ],
    ['a string', { trust: 'PEM' }, /"trust" must be a trust store .* a string$/, 'TYPE'],
    ['null', { trust: null }, /"trust" must be a trust store .* null$/, 'TYPE'],
  ]
  for (const [title, given, message, code] of mistakes) {
    it(`throw for ${title}`, () => {
      expect(() => contextOf(given))
        .to.throw(TypeError, message)
        .with.property('code', `ERR_INVALID_ARG_${code}`)
    })
  }

  it('throw for a CA that no handshake would accept', () => {
    const trust = createTrustStore({ ca: pki.intermediate.cert })
    expect(() => contextOf({ trust })).to.throw(TypeError, /CA certificate 1 of the trust store/)
  })
})
