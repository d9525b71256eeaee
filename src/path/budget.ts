/**
 * The most work that one validation may cause. The client chooses the certificates, so it must not be
 * able to choose the cost. All limits lie far above what real paths need.
 */
export const LIMITS = {
  /** Certificates from the request, besides the leaf. */
  candidates: 10,
  /** Tries of a certificate as an issuer. */
  steps: 500,
  /** Comparisons of a name with a name constraint. */
  nameComparisons: 10_000,
  /** The cost of signatures, in parses of an ordinary certificate: two signatures with P-521. */
  signatureCost: 80,
} as const

/** Ends a validation that has used up one of its limits. */
export class BudgetExceeded extends Error {}

/** Counts the work of one validation. */
export class Budget {
  private steps = 0
  private nameComparisons = 0
  private signatureCost = 0

  /** @throws BudgetExceeded */
  step(): void {
    this.steps += 1
    if (this.steps > LIMITS.steps) throw new BudgetExceeded()
  }

  /** @throws BudgetExceeded */
  compareName(): void {
    this.nameComparisons += 1
    if (this.nameComparisons > LIMITS.nameComparisons) throw new BudgetExceeded()
  }

  /** @throws BudgetExceeded */
  verifySignature(cost: number): void {
    this.signatureCost += cost
    if (this.signatureCost > LIMITS.signatureCost) throw new BudgetExceeded()
  }
}
