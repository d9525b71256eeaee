import { inspect } from 'node:util'
import { expect } from 'chai'
import { Strategy } from '../../../src/index.js'
import { compileStrategyOptions } from '../../../src/strategy/options.js'
import { requestWith } from '../../support/run-strategy.js'

type ArgumentError = TypeError & { code: string }

function refusal(options: unknown): ArgumentError {
  try {
    compileStrategyOptions(options as object)
  } catch (error) {
    expect(error).to.be.instanceOf(TypeError)
    return error as ArgumentError
  }
  throw new Error('The options were accepted')
}

const verify = () => undefined
const extractor = () => ({ success: false, certificate: null, reason: 'mine' })

describe('the options of the strategy', () => {
  it('have defaults', () => {
    const plan = compileStrategyOptions({})
    expect(plan).to.include({
      name: 'client-cert',
      passReqToCallback: false,
      onAuthenticated: undefined,
      onRejected: undefined,
      verifyTimeoutMs: 30_000,
    })
  })

  it('are copied', () => {
    const options = {
      name: 'mtls',
      passReqToCallback: true,
      verifyTimeoutMs: 5000,
      onAuthenticated: () => undefined,
      onRejected: () => undefined,
    } as const
    expect(compileStrategyOptions(options)).to.include(options)
  })

  it('may be undefined, which is the same as left out', () => {
    const plan = compileStrategyOptions({
      name: undefined,
      passReqToCallback: undefined,
      extractor: undefined,
      certificateSource: undefined,
      onAuthenticated: undefined,
      onRejected: undefined,
      verifyTimeoutMs: undefined,
    })
    const verifyTimeoutMs = 30_000
    expect(plan).to.include({ name: 'client-cert', passReqToCallback: false, verifyTimeoutMs })
    expect(plan.extract({}).reason).to.equal('socket_not_authorized')
  })

  it('are resolved once: later changes to the object or the plan change nothing', () => {
    const options: { certificateSource?: 'envoy'; name: string } = { name: 'before' }
    const plan = compileStrategyOptions(options)
    Object.assign(options, { name: 'after', certificateSource: 'envoy' })
    expect(plan.name).to.equal('before')
    expect(plan.extract({}).reason).to.equal('socket_not_authorized')
    expect(plan).to.be.frozen
  })

  it('are only what the object itself has, not what lies on Object.prototype', () => {
    const prototype = Object.prototype as { name?: string; extractor?: unknown }
    Object.assign(prototype, { name: 'polluted', extractor, passReqToCallback: true })
    try {
      const plan = compileStrategyOptions({})
      expect(plan.name).to.equal('client-cert')
      expect(plan.passReqToCallback).to.equal(false)
      expect(plan.extract).not.to.equal(extractor)
    } finally {
      for (const name of ['name', 'extractor', 'passReqToCallback'] as const) {
        Reflect.deleteProperty(prototype, name)
      }
    }
  })

  it('build the extractor: the TLS socket by default, a header where one is named', () => {
    const certificate = { subject: { CN: 'alice' } }
    const request = requestWith(certificate)
    expect(compileStrategyOptions({}).extract(request).certificate).to.deep.equal(certificate)
    const fromHeader = compileStrategyOptions({ certificateSource: 'envoy' })
    expect(fromHeader.extract(request).reason).to.equal('header_missing_or_malformed')
  })

  it('may bring the extractor', () => {
    expect(compileStrategyOptions({ extractor }).extract).to.equal(extractor)
    const besides = {
      extractor,
      name: 'mine',
      passReqToCallback: true,
      onRejected: verify,
      verifyTimeoutMs: 1,
    } as const
    expect(compileStrategyOptions(besides).extract).to.equal(extractor)
  })

  const extractionOptions = {
    certificateSource: 'envoy',
    certificateHeader: 'x-cert',
    chainHeader: 'x-chain',
    headerEncoding: 'url-pem',
    fallbackToSocket: false,
    includeChain: false,
    verifyHeader: 'x-verify',
    verifyValue: 'SUCCESS',
  }

  for (const [name, value] of Object.entries(extractionOptions)) {
    it(`may not have ${name} beside an extractor, where it would do nothing`, () => {
      const error = refusal({ extractor, [name]: value })
      expect(error.code).to.equal('ERR_INVALID_ARG_VALUE')
      expect(error.message).to.equal(
        `passport-client-certificate-auth: option "${name}" cannot be combined with "extractor". ` +
          `Received ${typeof value === 'string' ? `'${value}'` : String(value)}`,
      )
      expect(compileStrategyOptions({ extractor, [name]: undefined }).extract).to.equal(extractor)
    })
  }

  for (const verifyTimeoutMs of [1, 2_147_483_647, false] as const) {
    it(`may give verify ${String(verifyTimeoutMs)} milliseconds`, () => {
      expect(compileStrategyOptions({ verifyTimeoutMs })).to.include({ verifyTimeoutMs })
    })
  }

  type Wrong = [options: unknown, code: string, ...words: string[]]

  function verifyTimeout(verifyTimeoutMs: unknown, kind: 'TYPE' | 'VALUE'): Wrong {
    const problem =
      kind === 'TYPE'
        ? 'must be a number or false'
        : 'must be a whole number from 1 to 2147483647, or false'
    const message = `option "verifyTimeoutMs" ${problem}. Received ${inspect(verifyTimeoutMs)}`
    return [{ verifyTimeoutMs }, `ERR_INVALID_ARG_${kind}`, message]
  }

  const wrong: Wrong[] = [
    [[], 'ERR_INVALID_ARG_TYPE', 'options must be an object', '[]'],
    ['mtls', 'ERR_INVALID_ARG_TYPE', 'options must be an object', "'mtls'"],
    [{ name: 1 }, 'ERR_INVALID_ARG_TYPE', 'option "name" must be a string', '1'],
    [{ name: null }, 'ERR_INVALID_ARG_TYPE', 'option "name" must be a string', 'null'],
    [{ name: '' }, 'ERR_INVALID_ARG_VALUE', 'option "name" must not be empty'],
    [{ passReqToCallback: 1 }, 'ERR_INVALID_ARG_TYPE', '"passReqToCallback" must be a boolean'],
    [{ onAuthenticated: {} }, 'ERR_INVALID_ARG_TYPE', '"onAuthenticated" must be a function'],
    [{ onRejected: 'log' }, 'ERR_INVALID_ARG_TYPE', '"onRejected" must be a function', "'log'"],
    ...[0, -1, 1.5, NaN, Infinity, 2_147_483_648].map((value) => verifyTimeout(value, 'VALUE')),
    ...['1000', true, null, 1000n, [1000]].map((value) => verifyTimeout(value, 'TYPE')),
    [{ verifyTimeout: 5 }, 'ERR_INVALID_ARG_VALUE', "did you mean 'verifyTimeoutMs'?"],
    [{ extractor: {} }, 'ERR_INVALID_ARG_TYPE', '"extractor" must be a function'],
    [{ includeChain: 'yes' }, 'ERR_INVALID_ARG_TYPE', '"includeChain" must be a boolean', "'yes'"],
    [{ certificateSource: 'ngnix' }, 'ERR_INVALID_ARG_VALUE', '"certificateSource"', "'envoy'"],
    [{ passRequestToCallback: true }, 'ERR_INVALID_ARG_VALUE', "did you mean 'passReqToCallback'?"],
    [{ onReject: verify }, 'ERR_INVALID_ARG_VALUE', '"onReject"', "did you mean 'onRejected'?"],
    [{ certificateheader: 'x' }, 'ERR_INVALID_ARG_VALUE', "did you mean 'certificateHeader'?"],
    [{ trust: {} }, 'ERR_INVALID_ARG_VALUE', 'has no member "trust" (pass it as \'ca\')'],
    [
      { colour: 'red' },
      'ERR_INVALID_ARG_VALUE',
      'has no member "colour"; valid are',
      "'extractor'",
    ],
  ]

  for (const [options, code, ...words] of wrong) {
    it(`are rejected with ${code} and "${words[0] ?? ''}"`, () => {
      const error = refusal(options)
      expect(error.code).to.equal(code)
      for (const word of words) expect(error.message).to.include(word)
    })
  }
})

describe('the constructor of the strategy', () => {
  const forms: [title: string, args: unknown[]][] = [
    ['verify alone', [verify]],
    ['options and verify', [{ includeChain: true }, verify]],
    ['empty options and verify', [{}, verify]],
    ['undefined and verify', [undefined, verify]],
    ['null and verify', [null, verify]],
  ]

  for (const [title, args] of forms) {
    it(`takes ${title}`, () => {
      const strategy = new Strategy(...(args as [typeof verify]))
      expect(strategy.name).to.equal('client-cert')
      expect(strategy).to.respondTo('authenticate')
    })
  }

  it('takes the name from the options', () => {
    expect(new Strategy({ name: 'mtls' }, verify).name).to.equal('mtls')
  })

  for (const args of [[], [{}], [null], [undefined], [{}, null], [{}, {}], [{}, 'verify'], ['x']]) {
    it(`asks for a verify function when given ${JSON.stringify(args)}`, () => {
      expect(() => new Strategy(...(args as unknown as [typeof verify])))
        .to.throw(TypeError, 'verify must be a function. Received')
        .with.property('code', 'ERR_INVALID_ARG_TYPE')
    })
  }

  it('checks the options', () => {
    expect(() => new Strategy({ nam: 'x' } as object, verify)).to.throw(TypeError, "'name'")
    expect(() => new Strategy([] as never, verify)).to.throw(TypeError, 'options must be an object')
    expect(() => new Strategy('mtls' as never, verify)).to.throw(TypeError, 'options must be')
  })

  it('must come before verify, where they would otherwise be lost', () => {
    const swapped = Strategy as unknown as new (...args: unknown[]) => Strategy
    expect(() => new swapped(verify, { certificateSource: 'envoy' }))
      .to.throw(TypeError, 'options must come before verify. Received')
      .with.property('code', 'ERR_INVALID_ARG_VALUE')
    expect(new swapped(verify, undefined).name).to.equal('client-cert')
  })
})
