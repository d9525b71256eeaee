import { expect } from 'chai'
import { Budget, BudgetExceeded, LIMITS } from '../../../src/path/budget.js'

function repeat(times: number, action: () => void): void {
  for (let time = 0; time < times; time += 1) action()
}

describe('Budget', () => {
  for (const [work, limit, action] of [
    ['tries of issuers', LIMITS.steps, (budget: Budget) => budget.step()],
    ['comparisons of names', LIMITS.nameComparisons, (budget: Budget) => budget.compareName()],
    ['signatures', LIMITS.signatureCost, (budget: Budget) => budget.verifySignature(1)],
  ] as const) {
    it(`allows ${limit} ${work} and no more`, () => {
      const budget = new Budget()
      repeat(limit, () => action(budget))
      expect(() => action(budget)).to.throw(BudgetExceeded)
    })
  }

  it('counts each kind of work for itself', () => {
    const budget = new Budget()
    repeat(LIMITS.steps, () => budget.step())
    repeat(LIMITS.nameComparisons, () => budget.compareName())
    budget.verifySignature(LIMITS.signatureCost)
    expect(() => budget.step()).to.throw(BudgetExceeded)
  })

  it('adds up the costs of signatures', () => {
    const budget = new Budget()
    budget.verifySignature(LIMITS.signatureCost - 1.5)
    budget.verifySignature(1.5)
    expect(() => budget.verifySignature(0.5)).to.throw(BudgetExceeded)
  })

  it('allows two signatures with P-521 and never one with an unlimited cost', () => {
    const budget = new Budget()
    repeat(2, () => budget.verifySignature(37))
    expect(() => new Budget().verifySignature(Infinity)).to.throw(BudgetExceeded)
  })

  it('has the limits that the documentation names', () => {
    expect(LIMITS).to.deep.equal({
      candidates: 10,
      steps: 500,
      nameComparisons: 10_000,
      signatureCost: 80,
    })
  })
})
