import { expect } from 'chai'
import {
  assertBoolean,
  assertFunction,
  assertHeaderName,
  assertOneOf,
  assertText,
  type Parse,
} from '../../../src/util/assert.js'

const PREFIX = 'passport-client-certificate-auth: '

function expectRefusal(run: () => void, code: 'TYPE' | 'VALUE', message: string): void {
  expect(run, message)
    .to.throw(TypeError)
    .that.includes({ code: `ERR_INVALID_ARG_${code}`, message: PREFIX + message })
}

describe('checking an argument', () => {
  const types: [what: string, assert: Parse, right: unknown[], wrong: unknown[]][] = [
    ['a boolean', assertBoolean, [true, false], ['true', 0, 1, null, undefined, new Boolean(true)]],
    ['a function', assertFunction, [() => 1, async () => {}], [{}, 'f', null, undefined]],
    ['a string', assertText, ['x', ' ', '0'], [7, null, undefined, ['x'], new String('x'), true]],
    ['a string', assertHeaderName, ['x'], [7, null, undefined, ['x'], new String('x'), true]],
    ["one of 'x'", assertOneOf(['x']), ['x'], [7, null, undefined, ['x'], new String('x'), true]],
  ]
  for (const [what, assert, right, wrong] of types) {
    it(`${what} is asked for by name (${assert.name || 'assertOneOf'})`, () => {
      for (const value of right) expect(assert('it', value)).to.equal(value)
      for (const value of wrong) {
        expect(() => assert('it', value))
          .to.throw(TypeError, `${PREFIX}it must be ${what}. Received `)
          .with.property('code', 'ERR_INVALID_ARG_TYPE')
      }
    })
  }

  it('an empty text is of the right type and no valid value', () => {
    for (const assert of [assertText, assertHeaderName]) {
      expectRefusal(() => assert('it', ''), 'VALUE', "it must not be empty. Received ''")
    }
  })

  it('a header name is any text that HTTP allows as one', () => {
    const allowed = "!#$%&'*+-.^_`|~0123456789abcxyzABCXYZ"
    expect(() => assertHeaderName('it', allowed)).not.to.throw()
    for (let code = 0; code < 256; code += 1) {
      const character = String.fromCharCode(code)
      const isAllowed = /[0-9A-Za-z]/.test(character) || allowed.includes(character)
      for (const name of [character, `${character}X`, `X${character}`, `X${character}X`]) {
        if (isAllowed) expect(() => assertHeaderName('it', name), name).not.to.throw()
        else expect(() => assertHeaderName('it', name), name).to.throw('valid HTTP header name')
      }
    }
    expectRefusal(
      () => assertHeaderName('it', 'X Cert'),
      'VALUE',
      "it must be a valid HTTP header name. Received 'X Cert'",
    )
  })
})

describe('a name that is not among the known ones', () => {
  const cases: [typed: string, names: string[], suggested: string | null][] = [
    // Two changes are forgiven however short the name is, and three are not.
    ['abcde', ['abc'], 'abc'],
    ['abcdef', ['abc'], null],
    ['a', ['abc'], 'abc'],
    ['', ['abc'], null],
    ['axy', ['abc'], 'abc'],
    ['xyz', ['abc'], null],
    ['abxxef', ['abcdef'], 'abcdef'],
    ['axxxef', ['abcdef'], null],
    // From nine characters on, a third of the name.
    ['xxxdefghi', ['abcdefghi'], 'abcdefghi'],
    ['xxxxefghi', ['abcdefghi'], null],
    ['defghi', ['abcdefghi'], 'abcdefghi'],
    ['efghi', ['abcdefghi'], null],
    ['abcdefghixyz', ['abcdefghi'], 'abcdefghi'],
    ['abcdefghiwxyz', ['abcdefghi'], null],
    ['xxxdefgh', ['abcdefgh'], null],
    // Added, removed, swapped in the middle.
    ['abXcd', ['abcd'], 'abcd'],
    ['acd', ['abcd'], 'abcd'],
    ['acbd', ['abcd'], 'abcd'],
    ['bcda', ['abcd'], 'abcd'],
    ['dcba', ['abcd'], null],
    // The nearest, and among equals the first.
    ['abcd', ['axxd', 'abcx', 'abxx'], 'abcx'],
    ['abcd', ['abcx', 'abxx', 'axxd'], 'abcx'],
    ['abcx', ['abc1', 'abc2'], 'abc1'],
    ['abcx', ['abc2', 'abc1'], 'abc2'],
    // Letter case makes no difference.
    ['ABCD', ['abcd'], 'abcd'],
    ['abcd', ['ABCD'], 'ABCD'],
    ['ABxx', ['abcd'], 'abcd'],
    ['wholly different', ['abcd', 'efgh'], null],
  ]
  for (const [typed, names, suggested] of cases) {
    const title = suggested === null ? 'suggests nothing' : `suggests '${suggested}'`
    it(`'${typed}' instead of ${names.join(' or ')} ${title}`, () => {
      const hint = suggested === null ? '' : ` (did you mean '${suggested}'?)`
      const quoted = names.map((name) => `'${name}'`).join(', ')
      expectRefusal(
        () => assertOneOf(names)('it', typed),
        'VALUE',
        `it must be one of ${quoted}${hint}. Received '${typed}'`,
      )
    })
  }

  it('is not known because every object has it', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'length']) {
      expect(() => assertOneOf(['a', 'b'])('it', name), name).to.throw("must be one of 'a', 'b'.")
    }
  })
})
