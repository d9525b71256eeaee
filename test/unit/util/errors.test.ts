import { expect } from 'chai'
import {
  ClientCertificateError,
  invalidType,
  invalidValue,
  unsupportedRuntime,
} from '../../../src/util/errors.js'

describe('a ClientCertificateError', () => {
  it('is an Error with a name and a code', () => {
    const error = new ClientCertificateError('ERR_VERIFY_FAILED', 'It failed')
    expect(error).to.be.instanceOf(Error)
    expect(error).to.be.instanceOf(ClientCertificateError)
    expect(error).not.to.be.instanceOf(TypeError)
    expect(error.name).to.equal('ClientCertificateError')
    expect(error.code).to.equal('ERR_VERIFY_FAILED')
    expect(error.message).to.equal('It failed')
    expect(error).to.include({ status: 500, statusCode: 500 })
    expect(error.stack).to.include('errors.test')
    expect(String(error)).to.equal('ClientCertificateError: It failed')
  })

  it('keeps any thrown value as its cause', () => {
    for (const cause of [new Error('boom'), 'boom', null, 0, undefined]) {
      const error = new ClientCertificateError('ERR_EXTRACTOR_FAILED', 'It failed', { cause })
      expect(error).to.have.property('cause', cause)
    }
    const error = new ClientCertificateError('ERR_CERTIFICATE_NOT_RETRIEVABLE', 'It failed')
    expect(error).not.to.have.property('cause')
  })
})

describe('the error of a wrong argument', () => {
  it('distinguishes a wrong type from a wrong value by the codes of Node', () => {
    const type = invalidType('option "name"', 'a string', 7)
    expect(type).to.be.instanceOf(TypeError)
    expect(type.code).to.equal('ERR_INVALID_ARG_TYPE')
    expect(type.message).to.equal(
      'passport-client-certificate-auth: option "name" must be a string. Received 7',
    )
    const value = invalidValue('option "name"', 'must not be empty', '')
    expect(value).to.be.instanceOf(TypeError)
    expect(value.code).to.equal('ERR_INVALID_ARG_VALUE')
    expect(value.message).to.equal(
      'passport-client-certificate-auth: option "name" must not be empty. Received \'\'',
    )
  })

  it('has another code if the runtime lacks a feature', () => {
    const error = unsupportedRuntime('option "name"', "isn't supported here")
    expect(error).to.be.instanceOf(TypeError)
    expect(error.code).to.equal('ERR_UNSUPPORTED_RUNTIME')
    expect(error.message).to.equal(
      'passport-client-certificate-auth: option "name": isn\'t supported here',
    )
  })

  const shown: [what: string, value: unknown, expected: string][] = [
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a string in quotes', 'true', "'true'"],
    ['a string of 80 characters in full', 'x'.repeat(80), `'${'x'.repeat(80)}'`],
    ['a longer string in part', 'x'.repeat(81), `'${'x'.repeat(80)}'... 1 more character`],
    ['an escaped line end', 'a\nb', "'a\\nb'"],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a big integer', 7n, '7n'],
    ['a named function', function named() {}, '[Function: named]'],
    ['the first level of an object', { a: { b: { c: 1 } } }, '{ a: [Object] }'],
    ['the first level of a list', [['a'], 1], '[ [Array], 1 ]'],
    [
      'a getter without calling it',
      {
        get a() {
          throw new Error('ran')
        },
      },
      '{ a: [Getter] }',
    ],
  ]
  for (const [what, value, expected] of shown) {
    it(`shows ${what}`, () => {
      expect(invalidType('it', 'right', value).message).to.match(/ it must be right\. Received /)
      for (const error of [
        invalidType('it', 'right', value),
        invalidValue('it', 'is wrong', value),
      ]) {
        expect(error.message.split('. Received ')[1]).to.equal(expected)
      }
    })
  }

  it('stays on one line, however large the value is', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`member${at}`, at]))
    const { message } = invalidValue('options', 'is wrong', many)
    expect(message).to.include('member39')
    expect(message).not.to.include('\n')
  })
})
