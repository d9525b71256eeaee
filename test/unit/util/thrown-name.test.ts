import { expect } from 'chai'
import { nameOfThrown } from '../../../src/util/thrown-name.js'

const error = (changes: object): Error => Object.assign(new Error('secret'), changes)

describe('nameOfThrown()', () => {
  const thrown: [value: unknown, name: string][] = [
    [new RangeError('secret'), 'RangeError'],
    ['secret', 'a value of the type string'],
    [null, 'a value of the type object'],
    [{ message: 'secret' }, 'a value of the type object'],
    [error({ constructor: undefined }), 'an error without a class'],
    [error({ constructor: { name: Symbol('x') } }), 'Symbol(x)'],
  ]
  for (const [value, name] of thrown) {
    it(`shows nothing else of what was thrown: ${name}`, () => {
      expect(nameOfThrown(value)).to.equal(name)
    })
  }
})
