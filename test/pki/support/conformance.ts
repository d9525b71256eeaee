import { type Answer, findFaults, hasExpectedAnswer, type Outcome, type Suite } from './outcome.js'

/** The scores of pkijs 4.0.0 on the same data. Only totals were measured. */
const PKIJS: Readonly<Record<string, string>> = {
  PKITS: '150 of 177',
  'BetterTLS, path building': '34 of 81',
}

const UNKNOWN = 'not measured'

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`

function table(head: readonly string[], rows: readonly string[]): string {
  return [row(...head), row(...head.map(() => '---')), ...rows].join('\n')
}

/** The whole of docs/conformance.md. */
export function toMarkdown(suites: readonly Suite[]): string {
  return [
    '# Conformance of path validation',
    'Written by `npm run test:pki`, which runs public test suites against the path validation of this package. ' +
      '`test/pki/README.md` in the repository says how to run it.',
    'OpenSSL is version 3.0.19, and pkijs is version 4.0.0. Both were measured on the same data, but without CRLs. ' +
      'Every result that differs from a suite is listed below, with its clause.',
    '## Totals',
    table(
      ['suite', 'this package', 'OpenSSL', 'pkijs'],
      suites.map(({ name, outcomes }) =>
        row(
          name,
          score(outcomes, ({ answer }) => answer),
          score(outcomes, ({ openssl }) => openssl),
          PKIJS[name] ?? UNKNOWN,
        ),
      ),
    ),
    ...suites.flatMap(describeSuite),
  ].join('\n\n')
}

function score(
  outcomes: readonly Outcome[],
  answerOf: (outcome: Outcome) => Answer | undefined,
): string {
  const answers = outcomes.flatMap((outcome) => {
    const answer = answerOf(outcome)
    return answer === undefined ? [] : [{ ...outcome, answer }]
  })
  if (answers.length === 0) return UNKNOWN
  return `${answers.filter(hasExpectedAnswer).length} of ${answers.length}`
}

function describeSuite(suite: Suite): string[] {
  const { name, outcomes, differences } = suite
  const faults = findFaults(suite)
  return [
    `## ${name}`,
    table(['section', 'this package', 'OpenSSL'], sectionRows(outcomes)),
    ...(differences.length === 0 ? [] : [describeDifferences(suite)]),
    ...(faults.length === 0 ? [] : [`**${faults.length} results are wrong.**`]),
  ]
}

function sectionRows(outcomes: readonly Outcome[]): string[] {
  const sections = [...new Set(outcomes.map(({ section }) => section))]
  return sections.sort().map((section) => {
    const own = outcomes.filter((outcome) => outcome.section === section)
    return row(
      section,
      score(own, ({ answer }) => answer),
      score(own, ({ openssl }) => openssl),
    )
  })
}

function describeDifferences({ differences }: Suite): string {
  const rows = differences.map(({ name, answer, clause, why, ids }) =>
    row(name, answer, String(ids.length), clause, why),
  )
  const head = ['rule', 'this package', 'tests', 'clause', 'why']
  return `These results differ on purpose:\n\n${table(head, rows)}`
}
