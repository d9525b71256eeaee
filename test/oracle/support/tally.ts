import { expect } from 'chai'

/** The outcome of one comparison with a judge. */
export type Finding =
  | { readonly kind: 'both accept' | 'both reject' }
  | { readonly kind: 'explained'; readonly explanation: { readonly name: string } }
  | { readonly kind: 'false accept' | 'false reject'; readonly message: string }

export interface Tally {
  /** The number of comparisons. A case is compared with every judge that can judge it. */
  compared: number
  bothAccept: number
  /** How often each explanation was needed, by its name. */
  readonly explained: Map<string, number>
  readonly falseAccepts: string[]
  readonly falseRejects: string[]
}

export const startTally = (): Tally => ({
  ...{ compared: 0, bothAccept: 0, explained: new Map(), falseAccepts: [], falseRejects: [] },
})

export function count(finding: Finding, label: string, tally: Tally): void {
  tally.compared += 1
  switch (finding.kind) {
    case 'both accept':
      tally.bothAccept += 1
      return
    case 'both reject':
      return
    case 'explained': {
      const { name } = finding.explanation
      tally.explained.set(name, (tally.explained.get(name) ?? 0) + 1)
      return
    }
    case 'false accept':
      tally.falseAccepts.push(`${label}: ${finding.message}`)
      return
    case 'false reject':
      tally.falseRejects.push(`${label}: ${finding.message}`)
  }
}

/** The share of all comparisons. */
interface Limits {
  /** The table must not explain away more than this. */
  readonly explained: number
  /** Both outcomes have to be frequent. */
  readonly bothAccept: readonly [least: number, most: number]
}

export function expectAgreement(
  { compared, bothAccept, explained, ...faults }: Tally,
  limits: Limits,
): void {
  const { falseAccepts, falseRejects } = faults
  const wrong = [...falseAccepts, ...falseRejects]
  if (wrong.length > 0) {
    const counts = `${falseAccepts.length} false accepts and ${falseRejects.length} false rejects`
    expect.fail(`${counts}, for example:\n\n${wrong.slice(0, 3).join('\n\n')}`)
  }
  const sum = [...explained.values()].reduce((total, times) => total + times, 0)
  expect(sum, JSON.stringify([...explained])).to.be.at.most(compared * limits.explained)
  const [least, most] = limits.bothAccept
  expect(bothAccept).to.be.within(compared * least, compared * most)
}
