import { expect } from 'chai'
import { assertBoolean, assertText, type Parse } from '../../../src/util/assert.js'
import { optional, type OptionTable, parseOptions, withDefault } from '../../../src/util/options.js'

const PREFIX = 'passport-client-certificate-auth: '

function expectRefusal(run: () => void, code: 'TYPE' | 'VALUE', message: string): void {
  expect(run, message)
    .to.throw(TypeError)
    .that.includes({ code: `ERR_INVALID_ARG_${code}`, message: PREFIX + message })
}

describe('checking an options object', () => {
  const table = { text: optional(assertText), flag: optional(assertBoolean) }

  it('checks every member that is given', () => {
    for (const options of [{}, { text: 'x' }, { flag: false }, { text: 'x', flag: true }]) {
      expect(() => parseOptions(options, table)).not.to.throw()
    }
    for (const options of [{ flag: 'x' }, { text: 'x', flag: 'x' }, { flag: 'x', text: 'x' }]) {
      expectRefusal(
        () => parseOptions(options as object, table),
        'TYPE',
        'option "flag" must be a boolean. Received \'x\'',
      )
    }
  })

  it('takes undefined for not given, and nothing else', () => {
    expect(() => parseOptions({ text: undefined, flag: undefined }, table)).not.to.throw()
    expectRefusal(
      () => parseOptions({ text: null }, table),
      'TYPE',
      'option "text" must be a string. Received null',
    )
  })

  it('rejects a member whose name is unknown, also where its value is undefined', () => {
    const misspelled: object = { flags: true }
    expectRefusal(
      () => parseOptions(misspelled, table),
      'VALUE',
      "options has no member \"flags\" (did you mean 'flag'?); valid are 'text', 'flag'. " +
        'Received { flags: true }',
    )
    const other: object = { other: undefined }
    expectRefusal(
      () => parseOptions(other, table),
      'VALUE',
      "options has no member \"other\"; valid are 'text', 'flag'. Received { other: undefined }",
    )
  })

  it('says under which name to pass a value that has another name elsewhere', () => {
    const elsewhere: object = { label: 'x' }
    const named = { ...table, flag: { ...table.flag, otherName: 'label' } }
    expectRefusal(
      () => parseOptions(elsewhere, named),
      'VALUE',
      "options has no member \"label\" (pass it as 'flag'); valid are 'text', 'flag'. " +
        "Received { label: 'x' }",
    )
  })

  it('rejects a member named like one that every object has', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      const options = Object.defineProperty({}, name, { value: 'x', enumerable: true })
      expect(() => parseOptions(options, table))
        .to.throw(TypeError, `${PREFIX}options has no member "${name}"; valid are`)
        .with.property('code', 'ERR_INVALID_ARG_VALUE')
    }
  })

  it('rejects an option that would silently do nothing because it is not an own property', () => {
    class Defaults {
      get flag() {
        return true
      }
    }
    const unseen = Object.defineProperty({ text: 'x' }, 'flag', { value: true })
    for (const options of [new Defaults(), Object.create({ flag: true }) as object, unseen]) {
      expect(() => parseOptions(options, table))
        .to.throw(TypeError, `${PREFIX}option "flag" must be an own property of the options`)
        .with.property('code', 'ERR_INVALID_ARG_VALUE')
    }
  })

  it('takes an object of any prototype for its own properties', () => {
    const bare = Object.assign(Object.create(null), { flag: true }) as object
    expect(() => parseOptions(bare, table)).not.to.throw()
    const derived = Object.assign(Object.create({ flag: 'x' }), { flag: true }) as object
    expect(() => parseOptions(derived, table)).not.to.throw()
    const inheriting = Object.create({ other: 1 }) as object
    expect(() => parseOptions(inheriting, table)).not.to.throw()
  })

  it('does not take what every object inherits for an option', () => {
    Object.defineProperty(Object.prototype, 'flag', { value: 'x', configurable: true })
    let thrown: unknown
    try {
      parseOptions({ text: 'x' }, table)
    } catch (error) {
      thrown = error
    } finally {
      Reflect.deleteProperty(Object.prototype, 'flag')
    }
    expect(thrown).to.equal(undefined)
  })

  it('rejects anything but an object', () => {
    const values: [unknown, string][] = [
      [undefined, 'undefined'],
      [null, 'null'],
      ['text', "'text'"],
      [7, '7'],
      [false, 'false'],
      [[], '[]'],
      [['flag'], "[ 'flag' ]"],
      [function flag() {}, '[Function: flag]'],
    ]
    for (const [options, shown] of values) {
      expectRefusal(
        () => parseOptions(options as object, table),
        'TYPE',
        `options must be an object. Received ${shown}`,
      )
    }
  })
})

describe('the options that are parsed', () => {
  const lengthOf: Parse<number> = (name, value) => assertText(name, value).length
  type Options = { flag?: boolean; text?: string; size?: string | undefined }
  const table: OptionTable<keyof Options, { flag: boolean; size: number }> = {
    flag: withDefault(assertBoolean, true),
    text: optional(assertText),
    size: withDefault(lengthOf, 'four'),
  }
  const parse = (options: Options) => parseOptions(options, table)

  it('have what their values are compiled to', () => {
    const { values } = parse({ size: 'sixteen', text: 'x', flag: false })
    expect({ ...values }).to.deep.equal({ flag: false, text: 'x', size: 7 })
  })

  it('have their compiled defaults where they are not given, or undefined', () => {
    for (const options of [{}, { size: undefined }]) {
      expect({ ...parse(options).values }).to.deep.equal({ flag: true, text: undefined, size: 4 })
    }
  })

  it('are at hand as they were given, without defaults', () => {
    const options = { size: undefined, text: 'x' }
    const { given } = parse(options)
    expect({ ...given }).to.deep.equal(options)
    options.text = 'y'
    expect(given.text).to.equal('x')
  })

  it('have no prototype, so that nothing can be inherited', () => {
    const parsed = parse({})
    for (const options of Object.values(parsed)) {
      expect(Object.getPrototypeOf(options)).to.equal(null)
    }
  })

  it('are each read once, in the order in which they are given', () => {
    const read: string[] = []
    const options = {
      get text() {
        read.push('text')
        return 'x'
      },
      get flag() {
        read.push('flag')
        return false
      },
    }
    parse(options)
    expect(read).to.deep.equal(['text', 'flag'])
  })

  it('are checked in the order in which they are given', () => {
    const wrong = (options: object) => () => parse(options)
    expect(wrong({ text: 1, other: 1, flag: 1 })).to.throw('option "text" must be')
    expect(wrong({ other: 1, text: 1 })).to.throw('has no member "other"')
    expect(wrong(Object.assign(Object.create({ text: 'x' }) as object, { flag: 1 }))).to.throw(
      'option "flag" must be',
    )
  })

  it('are named after the option that they are the value of', () => {
    const nested = (options: object) => () => parseOptions(options, table, 'parent')
    expect(nested({ flag: 1 })).to.throw('option "parent.flag" must be a boolean')
    expect(nested({ other: 1 })).to.throw('option "parent" has no member "other"')
    expect(nested(Object.create({ flag: true }) as object)).to.throw('option "parent.flag" must be')
    expect(nested([])).to.throw('option "parent" must be an object')
  })
})
