import { expect } from 'chai'
import { mtlsServerOptions } from '../../../src/server/options.js'
import { createTrustStore } from '../../../src/trust.js'
import { testPki } from '../../support/pki.js'

const CHECKED_NAMES = [
  ...['key', 'cert', 'crl', 'requestCert', 'rejectUnauthorized', 'SNICallback', 'contextsShareCa'],
  ...['sessionIdContext', 'allowPartialTrustChain'],
]
/** Options of Node's servers that aren't far from those that are checked, and some of frameworks. */
const OTHER_NAMES = [
  ...['ciphers', 'dhparam', 'ecdhCurve', 'ticketKeys', 'sessionTimeout', 'maxVersion'],
  ...['ALPNCallback', 'ALPNProtocols', 'requestOCSP', 'requestTimeout', 'pskCallback'],
  ...[
    'secureContext',
    'sigalgs',
    'passphrase',
    'enableTrace',
    'http2',
    'host',
    'port',
    'keepAlive',
  ],
]

describe('the options of a server, mistyped', () => {
  let material: { key: string; cert: string; ca: string }

  before(async () => {
    const { server, root } = await testPki()
    material = { key: server.key, cert: server.cert, ca: root.cert }
  })

  const accept = (given: object) => mtlsServerOptions({ ...material, ...given })
  const expectError = (given: object, message: string): void => {
    expect(() => accept(given))
      .to.throw(TypeError, `passport-client-certificate-auth: ${message}`)
      .with.property('code', 'ERR_INVALID_ARG_VALUE')
  }

  for (const name of ['revocation', 'revocationPolicy', 'intermediates', 'policies', 'maxDepth']) {
    it(`belong to a trust store: ${name}`, () => {
      expectError({ [name]: 'soft' }, `option "${name}" is an option of a trust store: pass`)
    })
  }

  it('say that a trust store is passed as trust', () => {
    const trust = createTrustStore({ ca: material.ca })
    expectError({ ca: trust }, 'option "ca" is a trust store: pass it as "trust"')
  })

  const wrong: [name: string, value: unknown, hint: string][] = [
    ['rejectUnauthorised', false, "(did you mean 'rejectUnauthorized'?). Received a boolean"],
    ['crls', [], "(did you mean 'crl'?). Received an array"],
  ]
  for (const [name, value, hint] of wrong) {
    it(`are rejected, because Node would ignore ${name}`, () => {
      expectError({ [name]: value }, `option "${name}" is unknown ${hint}`)
    })
  }

  it('are rejected with any checked name and a letter too many', () => {
    for (const name of CHECKED_NAMES) {
      expectError({ [`${name}x`]: 1 }, `option "${name}x" is unknown (did you mean '${name}'?)`)
    }
  })

  it('are accepted with every other name', () => {
    for (const name of OTHER_NAMES) expect(accept({ [name]: undefined })).to.have.property(name)
  })

  for (const key of ['server.key', [Buffer.from('a key'), 'server.key\n']]) {
    it(`are rejected with a file name for the key, in ${typeof key === 'string' ? 'a string' : 'a list'}`, () => {
      expectError(
        { key },
        'option "key" must hold a private key in PEM, but looks like a file name: pass its contents. ' +
          'Received a string',
      )
    })
  }

  it('are accepted with every other mistake in a key, about which Node has its own error', () => {
    const keys = ['-----BEGIN KEY-----', 'x'.repeat(256), 'two\nlines', '', Buffer.from('a.key')]
    for (const key of [...keys, keys, { pem: 'a.key' }]) {
      expect(accept({ key }).key).to.equal(key)
    }
  })
})
