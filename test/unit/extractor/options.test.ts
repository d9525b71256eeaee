import { expect } from 'chai'
import { createExtractor, type ExtractorOptions } from '../../../src/extractor/index.js'
import { EXTRACTOR_OPTIONS } from '../../../src/extractor/options.js'
import { ENCODINGS } from '../../../src/parsers/encodings.js'
import { PRESETS } from '../../../src/parsers/presets.js'
import type { TrustStoreOptions } from '../../../src/trust.js'
import { issue } from '../../support/der-chain.js'

/** The options that the extractor checks by itself. A trust store checks the others. */
type OwnOption = Exclude<keyof ExtractorOptions, keyof TrustStoreOptions | 'cache'>
type Code = 'ERR_INVALID_ARG_TYPE' | 'ERR_INVALID_ARG_VALUE'

/** Options that are complete, so that one wrong member is the only thing wrong. */
const complete: ExtractorOptions = {
  certificateSource: 'cloudflare-rfc9440',
  certificateHeader: 'X-Cert',
  chainHeader: 'X-Chain',
  headerEncoding: 'base64-der',
  fallbackToSocket: true,
  includeChain: true,
  verifyHeader: 'X-Verify',
  verifyValue: 'SUCCESS',
  trustedProxies: 'loopback',
  checkValidity: true,
}

function expectRefusal(options: unknown, code: Code, message: string): void {
  expect(() => createExtractor(options as ExtractorOptions), message)
    .to.throw(TypeError)
    .that.includes({ code, message: `passport-client-certificate-auth: ${message}` })
}

describe('options of an extractor that are rejected', () => {
  const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ')
  const sources = quoted([...Object.keys(PRESETS), 'api-gateway'])
  const encodings = quoted(ENCODINGS)
  const types: Readonly<Record<OwnOption, string>> = {
    certificateSource: `one of ${sources}`,
    certificateHeader: 'a string',
    chainHeader: 'a string',
    headerEncoding: `one of ${encodings}`,
    fallbackToSocket: 'a boolean',
    includeChain: 'a boolean',
    verifyHeader: 'a string',
    verifyValue: 'a string',
    trustedProxies:
      'true, an address, a network, a list of those, an object with "ca", or a function',
    xfccHop: 'a number',
    forwardedIdentity: 'a boolean',
    checkValidity: 'a boolean',
  }
  const trustTypes: Readonly<Record<keyof TrustStoreOptions, string>> = {
    ca: 'PEM, DER, an X509Certificate, or a list of these',
    intermediates: 'PEM, DER, an X509Certificate, or a list of these',
    policies: 'a list of object identifiers',
    requireExplicitPolicy: 'a boolean',
    inhibitPolicyMapping: 'a boolean',
    inhibitAnyPolicy: 'a boolean',
    extendedKeyUsage: 'a list of object identifiers',
    anyExtendedKeyUsage: 'a boolean',
    maxDepth: 'a number',
    crl: 'PEM, DER, or a list of these',
    revocation: 'a function',
    revocationPolicy: "one of 'require', 'soft'",
  }
  const wrong: [value: unknown, shown: string][] = [
    [null, 'null'],
    [{}, '{}'],
    [Symbol('x'), 'Symbol(x)'],
  ]
  const alsoWrong = (type: string): typeof wrong => [
    type === 'a number' ? ['0', "'0'"] : [7, '7'],
    type.startsWith('true') ? [false, 'false'] : [['envoy'], "[ 'envoy' ]"],
    type === 'a boolean' ? ['true', "'true'"] : [false, 'false'],
  ]

  for (const [name, type] of Object.entries(types)) {
    it(`${name} of a wrong type`, () => {
      for (const [value, shown] of [...wrong, ...alsoWrong(type)]) {
        expectRefusal(
          { ...complete, [name]: value },
          'ERR_INVALID_ARG_TYPE',
          `option "${name}" must be ${type}. Received ${shown}`,
        )
      }
    })
  }

  for (const [name, type] of Object.entries(trustTypes)) {
    it(`${name} of a wrong type`, () => {
      const ca = issue({ subject: 'root', ca: true }).pem
      for (const value of [null, {}, Symbol('x'), { validate: () => ({ ok: true }) }]) {
        expect(() => createExtractor({ ...complete, ca, [name]: value }))
          .to.throw(TypeError, `option "${name}" must be ${type}. Received `)
          .with.property('code', 'ERR_INVALID_ARG_TYPE')
      }
    })
  }

  it('no option is left unchecked', () => {
    expect(Object.keys(EXTRACTOR_OPTIONS)).to.have.members([
      ...Object.keys(types),
      ...Object.keys(trustTypes),
      'cache',
    ])
    // These go with no other encoding than their own.
    expect([...Object.keys(complete), 'xfccHop', 'forwardedIdentity']).to.have.members(
      Object.keys(types),
    )
    expect(() => createExtractor(complete)).not.to.throw()
  })

  for (const name of ['certificateHeader', 'chainHeader', 'verifyHeader', 'verifyValue']) {
    it(`${name}, empty`, () => {
      expectRefusal(
        { ...complete, [name]: '' },
        'ERR_INVALID_ARG_VALUE',
        `option "${name}" must not be empty. Received ''`,
      )
    })
  }

  for (const name of ['certificateHeader', 'chainHeader', 'verifyHeader']) {
    it(`${name} that no HTTP header can have`, () => {
      for (const header of ['X Cert', 'X-Cert:', ' X-Cert', 'X-Cert\n', 'X-C\u00e9rt', '{x}']) {
        expectRefusal(
          { ...complete, [name]: header },
          'ERR_INVALID_ARG_VALUE',
          `option "${name}" must be a valid HTTP header name. Received ${JSON.stringify(header).replaceAll('"', "'")}`,
        )
      }
    })
  }

  const unknown: [name: string, value: string, valid: string, hint: string][] = [
    ['certificateSource', 'envoi', sources, " (did you mean 'envoy'?)"],
    ['certificateSource', 'aws-alb-verified', sources, " (did you mean 'aws-alb-verify'?)"],
    ['certificateSource', 'Traefik', sources, " (did you mean 'traefik'?)"],
    ['certificateSource', 'ngnix', sources, " (did you mean 'nginx'?)"],
    ['certificateSource', '', sources, ''],
    ['certificateSource', 'constructor', sources, ''],
    ['headerEncoding', 'rfc-9440', encodings, " (did you mean 'rfc9440'?)"],
    ['headerEncoding', 'XFCC', encodings, " (did you mean 'xfcc'?)"],
    ['headerEncoding', '', encodings, ''],
    ['headerEncoding', '__proto__', encodings, ''],
  ]
  for (const [name, value, valid, hint] of unknown) {
    it(`${name}: '${value}', which there is not`, () => {
      expectRefusal(
        { ...complete, [name]: value },
        'ERR_INVALID_ARG_VALUE',
        `option "${name}" must be one of ${valid}${hint}. Received '${value}'`,
      )
    })
  }

  it('xfccHop beyond the most elements that are read, or between two', () => {
    for (const xfccHop of [-1, 10, 0.5, NaN, Infinity]) {
      expectRefusal(
        { certificateSource: 'envoy', xfccHop },
        'ERR_INVALID_ARG_VALUE',
        `option "xfccHop" must be a whole number from 0 to 9. Received ${xfccHop}`,
      )
    }
    for (const xfccHop of [0, 9]) {
      expect(() => createExtractor({ certificateSource: 'envoy', xfccHop })).not.to.throw()
    }
  })

  it('a name that no option has, with the nearest that one has', () => {
    const valid = quoted(Object.keys(EXTRACTOR_OPTIONS))
    const misspelled: [name: string, hint: string][] = [
      ['certificatSource', " (did you mean 'certificateSource'?)"],
      ['fallBackToSocket', " (did you mean 'fallbackToSocket'?)"],
      ['verifyHeaders', " (did you mean 'verifyHeader'?)"],
      ['trustProxies', " (did you mean 'trustedProxies'?)"],
      ['trust', " (pass it as 'ca')"],
      ['CA', " (did you mean 'ca'?)"],
      ['intermediate', " (did you mean 'intermediates'?)"],
      ['constructor', ''],
    ]
    for (const [name, hint] of misspelled) {
      expectRefusal(
        { [name]: 'x' },
        'ERR_INVALID_ARG_VALUE',
        `options has no member "${name}"${hint}; valid are ${valid}. Received { ${name}: 'x' }`,
      )
    }
    const own: unknown = JSON.parse('{ "__proto__": "x" }')
    expectRefusal(
      own,
      'ERR_INVALID_ARG_VALUE',
      `options has no member "__proto__"; valid are ${valid}. Received { ['__proto__']: 'x' }`,
    )
  })

  it('an option that is inherited and would silently do nothing', () => {
    class Defaults {
      get certificateSource() {
        return 'envoy'
      }
    }
    for (const options of [new Defaults(), Object.create({ certificateSource: 'envoy' })]) {
      expect(() => createExtractor(options as ExtractorOptions))
        .to.throw(TypeError, 'option "certificateSource" must be an own property of the options')
        .with.property('code', 'ERR_INVALID_ARG_VALUE')
    }
  })

  it('anything but an object', () => {
    const values: [unknown, string][] = [
      [null, 'null'],
      ['envoy', "'envoy'"],
      [7, '7'],
      [true, 'true'],
      [['envoy'], "[ 'envoy' ]"],
    ]
    for (const [options, shown] of values) {
      expectRefusal(options, 'ERR_INVALID_ARG_TYPE', `options must be an object. Received ${shown}`)
    }
    expect(() => createExtractor((() => ({})) as ExtractorOptions)).to.throw(
      'options must be an object',
    )
  })
})

describe('options of an extractor that are accepted', () => {
  it('every preset and every encoding, by the names that are listed', () => {
    for (const certificateSource of Object.keys(PRESETS) as (keyof typeof PRESETS)[]) {
      expect(() => createExtractor({ certificateSource })).not.to.throw()
    }
    for (const headerEncoding of ENCODINGS) {
      expect(() => createExtractor({ certificateHeader: 'X-Cert', headerEncoding })).not.to.throw()
    }
  })

  it('undefined means not given', () => {
    const nothing = Object.fromEntries(Object.keys(complete).map((name) => [name, undefined]))
    expect(() => createExtractor(nothing)).not.to.throw()
    expect(() => createExtractor({ ...nothing, certificateSource: 'envoy' })).not.to.throw()
  })
})
