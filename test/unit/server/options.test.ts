import { constants } from 'node:crypto'
import { expect } from 'chai'
import { mtlsServerOptions } from '../../../src/server/options.js'
import { revoke } from '../../attacks/support/socket-crl.js'
import { type TestPki, testPki } from '../../support/pki.js'

type Given = Parameters<typeof mtlsServerOptions>[0]

describe('the options of a server for client certificates', () => {
  let pki: TestPki
  let material: { key: string; cert: string; ca: string }

  before(async () => {
    pki = await testPki()
    material = { key: pki.server.key, cert: pki.server.cert, ca: pki.root.cert }
  })

  const refused = (given: object): TypeError & { code: string } => {
    try {
      mtlsServerOptions(given as Given)
    } catch (error) {
      return error as TypeError & { code: string }
    }
    throw new Error('The options were accepted')
  }

  it('are complete with a key, a certificate and CAs', () => {
    const { sessionIdContext, ...options } = mtlsServerOptions(material)
    expect(options).to.deep.equal({
      ...material,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    })
    expect(sessionIdContext).to.match(/^[0-9a-f]{32}$/)
  })

  it("can't have the certificate of a client among the CAs", () => {
    const { rsa, root, chained, intermediate } = pki
    const error = refused({ ...material, ca: [root.cert, rsa.cert] })
    expect(error.code).to.equal('ERR_INVALID_ARG_VALUE')
    expect(error.message).to.equal(
      'passport-client-certificate-auth: CA certificate 2 of option "ca" is not a CA certificate, so no ' +
        'client would be accepted because of it; pass the certificate of the CA that issued it. ' +
        'Received a string',
    )
    expect(refused({ ...material, ca: chained.cert }).message).to.include('CA certificate 1 of')
    mtlsServerOptions({ ...material, ca: intermediate.cert })
  })

  it('can have a self-signed certificate of a client among the CAs, and any with partial chains', () => {
    mtlsServerOptions({ ...material, ca: pki.selfSigned.cert })
    mtlsServerOptions({ ...material, ca: pki.rsa.cert, allowPartialTrustChain: true })
    refused({ ...material, ca: pki.rsa.cert, allowPartialTrustChain: false })
  })

  it('keep your own values', () => {
    const given = {
      ...material,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
      secureOptions: constants.SSL_OP_NO_TICKET,
      sessionIdContext: 'mine',
      ALPNProtocols: ['h2'],
      handshakeTimeout: 5000,
    } as const
    const secureOptions = constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION
    expect(mtlsServerOptions(given)).to.deep.equal({ ...given, secureOptions })
  })

  it('treat undefined like a missing option', () => {
    const nothing = {
      rejectUnauthorized: undefined,
      requestCert: undefined,
      minVersion: undefined,
      secureOptions: undefined,
      sessionIdContext: undefined,
      crl: undefined,
    }
    const options = mtlsServerOptions({ ...material, ...(nothing as object) })
    expect(options).to.deep.include(mtlsServerOptions(material))
  })

  it('separate sessions by CAs and revocation lists, even if everything else is equal', async () => {
    const contextOf = (given: Partial<Given>) =>
      mtlsServerOptions({ ...material, ...given }).sessionIdContext
    const crl = await revoke(pki.root, pki.ec)
    const contexts = [contextOf({}), contextOf({ ca: pki.stranger.cert }), contextOf({ crl })]
    expect(new Set(contexts).size).to.equal(3)
    expect(contextOf({ cert: pki.ec.cert, key: pki.ec.key, crl: [crl] })).to.equal(contexts[2])
  })

  it('separate revocation lists in one string', async () => {
    const lists = [await revoke(pki.root), await revoke(pki.stranger)]
    const { crl } = mtlsServerOptions({ ...material, crl: lists.join('') })
    expect(crl).to.deep.equal(lists.map((list) => list.trim()))
  })

  it('disable session tickets if contexts may have other CAs', () => {
    const flags = (given: Partial<Given>) =>
      mtlsServerOptions({ ...material, ...given }).secureOptions
    const { SSL_OP_NO_TICKET, SSL_OP_NO_RENEGOTIATION } = constants
    const without = SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION
    const SNICallback = () => undefined
    expect(flags({ SNICallback })).to.equal(without)
    expect(flags({ contextsShareCa: false })).to.equal(without)
    expect(flags({ SNICallback, contextsShareCa: undefined })).to.equal(without)
    expect(flags({ SNICallback, contextsShareCa: true })).to.equal(SSL_OP_NO_RENEGOTIATION)
    for (const given of [{}, { SNICallback: undefined }, { contextsShareCa: true }]) {
      expect(flags(given)).to.equal(SSL_OP_NO_RENEGOTIATION)
    }
    const options = mtlsServerOptions({ ...material, SNICallback, contextsShareCa: true })
    expect(options).to.have.property('SNICallback', SNICallback)
    expect(options).not.to.have.property('contextsShareCa')
  })

  it('have secure options that are not negative', () => {
    const { SSL_OP_ALL, SSL_OP_NO_RENEGOTIATION } = constants
    const sum = SSL_OP_ALL + SSL_OP_NO_RENEGOTIATION
    for (const secureOptions of [SSL_OP_ALL, SSL_OP_ALL | 0]) {
      expect(mtlsServerOptions({ ...material, secureOptions }).secureOptions).to.equal(sum)
    }
  })

  it('may omit the certificate if a PSK or another context replaces it', () => {
    const { cert: _, ...rest } = material
    expect(mtlsServerOptions(rest)).not.to.have.property('cert')
  })

  const CONTRADICTIONS: Record<string, [given: object, code: string, message: string]> = {
    'requestCert: false': [
      { requestCert: false },
      'ERR_INVALID_ARG_VALUE',
      'option "requestCert" must not be false. Received false',
    ],
    "a rejectUnauthorized that isn't a boolean": [
      { rejectUnauthorized: 'false' },
      'ERR_INVALID_ARG_TYPE',
      'option "rejectUnauthorized" must be a boolean. Received \'false\'',
    ],
    'an old version of TLS': [
      { minVersion: 'TLSv1.1' },
      'ERR_INVALID_ARG_VALUE',
      "option \"minVersion\" must be one of 'TLSv1.2', 'TLSv1.3' (did you mean 'TLSv1.2'?)",
    ],
    "a version of TLS that isn't a string": [
      { minVersion: null },
      'ERR_INVALID_ARG_TYPE',
      "option \"minVersion\" must be one of 'TLSv1.2', 'TLSv1.3'. Received null",
    ],
    'a fixed protocol': [
      { secureProtocol: 'TLSv1_method' },
      'ERR_INVALID_ARG_VALUE',
      'option "secureProtocol" is replaced by "minVersion". Received \'TLSv1_method\'',
    ],
    'an empty session context, which Node would replace by its own': [
      { sessionIdContext: '' },
      'ERR_INVALID_ARG_VALUE',
      'option "sessionIdContext" must not be empty',
    ],
    'a PKCS #12 file, because Node would accept clients of its CAs': [
      { pfx: Buffer.from('secret') },
      'ERR_INVALID_ARG_VALUE',
      'option "pfx" is not supported: pass "key" and "cert" instead',
    ],
    "a contextsShareCa that isn't a boolean": [
      { contextsShareCa: 'no' },
      'ERR_INVALID_ARG_TYPE',
      'option "contextsShareCa" must be a boolean. Received \'no\'',
    ],
    'a file name instead of CAs': [
      { ca: 'ca.pem' },
      'ERR_INVALID_ARG_VALUE',
      'option "ca" must hold at least one CA certificate in PEM, but looks like a file name: ' +
        'pass its contents. Received a string',
    ],
    'a file name instead of a certificate': [
      { cert: Buffer.from('/etc/ssl/server.pem\n') },
      'ERR_INVALID_ARG_VALUE',
      'option "cert" must hold at least one certificate in PEM, but looks like a file name: ' +
        'pass its contents. Received an object',
    ],
    'a file name instead of revocation lists': [
      { crl: ['crl.pem'] },
      'ERR_INVALID_ARG_VALUE',
      'option "crl" must hold at least one revocation list in PEM, but looks like a file name: ' +
        'pass its contents. Received an array',
    ],
    'no CAs': [
      { ca: undefined },
      'ERR_INVALID_ARG_VALUE',
      'option "ca" must hold at least one CA certificate in PEM. Received undefined',
    ],
    'no CAs, although there is a session context': [
      { ca: [], sessionIdContext: 'mine' },
      'ERR_INVALID_ARG_VALUE',
      'option "ca" must hold at least one CA certificate in PEM',
    ],
    "revocation lists that aren't PEM": [
      { crl: '' },
      'ERR_INVALID_ARG_VALUE',
      'option "crl" must hold at least one revocation list in PEM',
    ],
  }

  for (const [what, [given, code, message]] of Object.entries(CONTRADICTIONS)) {
    it(`reject ${what}`, () => {
      const error = refused({ ...material, ...given })
      expect(error).to.be.instanceOf(TypeError)
      expect(error.code).to.equal(code)
      expect(error.message).to.include(`passport-client-certificate-auth: ${message}`)
    })
  }

  it('reject inherited CAs, because the server would ignore them', () => {
    const { ca, ...rest } = material
    expect(refused(Object.assign(Object.create({ ca }) as object, rest)).message).to.include('"ca"')
  })

  it('never show key material in the error', () => {
    const { key } = pki.server
    const secret = key.split('\n')[1]?.slice(0, 20) ?? ''
    const mistakes: unknown[] = [
      key,
      undefined,
      null,
      { key },
      { key, ca: key },
      { key, ca: [key] },
      { key, ca: key.replaceAll('PRIVATE KEY', 'CERTIFICATE') },
      { ...material, crl: key },
      { ...material, pfx: key },
      { ...material, requestCert: false },
    ]
    for (const given of mistakes) {
      const { message, stack } = refused(given as object)
      expect(secret).to.have.lengthOf(20)
      expect(`${message} ${stack ?? ''}`).not.to.include(secret)
    }
  })
})
