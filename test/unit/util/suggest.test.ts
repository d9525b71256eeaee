import { expect } from 'chai'
import { suggestNear } from '../../../src/util/suggest.js'

const NAMES = ['ca', 'contexts', 'requested']

describe('the hint at a name, where every other name is valid too', () => {
  const cases: [typed: string, meant: string | undefined][] = [
    ['ca', undefined],
    ['CA', 'ca'],
    ['cas', 'ca'],
    ['cert', undefined],
    ['context', 'contexts'],
    ['contex', undefined],
    ['request', 'requested'],
    ['Requestted', 'requested'],
    ['reques', undefined],
  ]
  for (const [typed, meant] of cases) {
    it(`is ${meant ?? 'absent'} for ${typed}`, () => {
      expect(suggestNear(typed, NAMES)).to.equal(
        meant === undefined ? '' : ` (did you mean '${meant}'?)`,
      )
    })
  }
})
