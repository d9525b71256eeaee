import { expect } from 'chai'
import {
  allowCN,
  allowEmail,
  allowFingerprints,
  allowOrganization,
  allowOU,
  allowSAN,
  allowSerial,
} from '../../../src/helpers/index.js'
import { assertTexts } from '../../../src/helpers/predicate.js'

const PREFIX = 'passport-client-certificate-auth: '

describe('the list of strings of a predicate', () => {
  it('may be a single string, or any number of strings', () => {
    expect(assertTexts('names', 'a')).to.deep.equal(['a'])
    expect(assertTexts('names', ['a'])).to.deep.equal(['a'])
    expect(assertTexts('names', ['b', 'a', 'b'])).to.deep.equal(['b', 'a', 'b'])
  })

  it('is copied', () => {
    const list = ['a']
    const copy = assertTexts('names', list)
    list[0] = 'b'
    list.push('c')
    expect(copy).to.deep.equal(['a'])
  })

  const rejected: [what: string, value: unknown, code: string, message: string][] = [
    [
      'nothing',
      undefined,
      'TYPE',
      'names must be a string or an array of strings. Received undefined',
    ],
    ['null', null, 'TYPE', 'names must be a string or an array of strings. Received null'],
    ['a number', 7, 'TYPE', 'names must be a string or an array of strings. Received 7'],
    [
      'a set',
      new Set(['a']),
      'TYPE',
      'names must be a string or an array of strings. Received Set(1)',
    ],
    [
      'an object that looks like a list',
      { 0: 'a', length: 1 },
      'TYPE',
      'names must be a string or an array of strings. Received {',
    ],
    ['an empty list', [], 'VALUE', 'names must not be empty. Received []'],
    ['an empty string', '', 'VALUE', "names must not be empty. Received ''"],
    ['an empty string in a list of one', [''], 'VALUE', "names must not be empty. Received ''"],
    ['a number in a list of one', [7], 'TYPE', 'names must be a string. Received 7'],
    [
      'an empty string at the beginning',
      ['', 'a'],
      'VALUE',
      "names[0] must not be empty. Received ''",
    ],
    ['an empty string at the end', ['a', ''], 'VALUE', "names[1] must not be empty. Received ''"],
    ['a number in the middle', ['a', 7, 'b'], 'TYPE', 'names[1] must be a string. Received 7'],
    ['a list in a list', ['a', ['b']], 'TYPE', "names[1] must be a string. Received [ 'b' ]"],
    [
      'undefined in a list',
      ['a', undefined],
      'TYPE',
      'names[1] must be a string. Received undefined',
    ],
    [
      'a gap in a list',
      Object.assign(['a'], { 2: 'c' }),
      'TYPE',
      'names[1] must be a string. Received undefined',
    ],
    ['a list of one gap', Array<string>(1), 'TYPE', 'names must be a string. Received undefined'],
  ]
  for (const [what, value, code, message] of rejected) {
    it(`must not be ${what}`, () => {
      expect(() => assertTexts('names', value))
        .to.throw(TypeError, PREFIX + message)
        .with.property('code', `ERR_INVALID_ARG_${code}`)
    })
  }

  const helpers = {
    'allowCN(names)': allowCN,
    'allowOU(units)': allowOU,
    'allowOrganization(organizations)': allowOrganization,
    'allowSerial(serials)': allowSerial,
    'allowFingerprints(fingerprints)': allowFingerprints,
    'allowSAN(names)': allowSAN,
    'allowEmail(addresses)': allowEmail,
  }
  for (const [what, allow] of Object.entries(helpers)) {
    it(`is checked by ${what}, and the message names the function`, () => {
      expect(() => allow([])).to.throw(TypeError, `${PREFIX}${what} must not be empty`)
      expect(() => allow('')).to.throw(TypeError, `${PREFIX}${what} must not be empty`)
      expect(() => allow(['', 'a'])).to.throw(TypeError, `${PREFIX}${what}[0] must not be empty`)
      expect(() => allow(null as never)).to.throw(TypeError, `${PREFIX}${what} must be a string`)
    })
  }
})
