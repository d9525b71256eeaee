import type { Report } from '../command.js'
import { printable } from '../run.js'
import { ADVICE, type Advice, type AdviceName, pagesOf } from './advice.js'
import { type Check, CLIENTS } from './checks.js'
import { type Diagnosis, isFinding, LIMIT } from './diagnose.js'
import type { Answer } from './request.js'
import { isIn, type Result } from './run.js'

/** A row of the table. */
interface Row {
  readonly client: string
  readonly headers: string
  readonly answer: string
  readonly verdict: string
}

/** A check that found something, explained. */
interface Explained extends Advice {
  readonly check: string
  readonly client: string
  readonly verdict: string
  /** Names and encodings. */
  readonly headers: readonly string[]
  readonly pages: readonly string[]
}

const HEADINGS: Row = { client: 'client', headers: 'headers', answer: 'answer', verdict: 'verdict' }

export function toReport(diagnosis: Diagnosis): Report {
  const findings = diagnosis.results.filter(isFinding)
  const explained = findings.map(explain)
  return {
    text: toText(diagnosis, explained),
    data: toData(diagnosis, explained),
    exitCode: findings.length === 0 ? 0 : 1,
  }
}

function toData(diagnosis: Diagnosis, findings: readonly Explained[]): object {
  const { settings, baseline, results, requests } = diagnosis
  return {
    url: settings.url,
    requests,
    baseline: describe(baseline),
    baselineAtEnd: describe(diagnosis.last),
    checks: results.map(({ check, verdict, answers, note }) => ({
      check: check.name,
      ...rowOf({ check, verdict, answers, note }),
      answers: answers.map(describe),
      verdict,
      note,
    })),
    findings,
  }
}

function toText(diagnosis: Diagnosis, findings: readonly Explained[]): string {
  const { settings, baseline, results, requests } = diagnosis
  const rows = [
    HEADINGS,
    baselineRow(baseline),
    ...fold(results).map((result) => rowOf({ note: undefined, ...result })),
  ]
  return [
    `${printable(settings.url)}, ${requests} requests`,
    '',
    ...toTable(rows),
    ...findings.flatMap(toParagraph),
    '',
    ...warnings(diagnosis),
    findings.length === 0
      ? "No client got in that shouldn't."
      : `Found: ${findings.length}. See above for causes and fixes.`,
    '',
  ].join('\n')
}

function warnings(diagnosis: Diagnosis): string[] {
  const { results, baseline, last } = diagnosis
  const unsure = results.filter(({ verdict }) => verdict === 'no answer').length
  const missed = results.filter(({ note }) => note === LIMIT).length
  return [
    ...(unsure > 0 ? [`Without an answer: ${unsure}. These checks prove nothing.`] : []),
    ...(missed > 0 ? [`Not tried, because ${LIMIT}: ${missed} checks.`] : []),
    ...(isIn(baseline, baseline) && !isIn(baseline, last)
      ? [
          `At the end, the good certificate got ${describe(last)} instead of ${describe(baseline)}, so some rows may be wrong.`,
        ]
      : []),
  ]
}

/** Leaves one row for all checks that weren't made with the same client, for the same reason. */
function fold(results: readonly Result[]): Result[] {
  const kept = new Map<string, Result>()
  for (const result of results) {
    const { check, verdict, note } = result
    const { client, isDirect, name } = check
    const isTried = verdict !== 'not tried' || check.forgery === undefined
    const key = isTried ? name : `${client} ${String(isDirect)} ${String(note)}`
    kept.set(key, kept.has(key) ? { ...result, check: { ...check, headers: 'forged' } } : result)
  }
  return [...kept.values()]
}

function toTable(rows: readonly Row[]): string[] {
  const pad = (column: keyof Row): string[] => {
    const width = Math.max(...rows.map((row) => row[column].length))
    return rows.map((row) => row[column].padEnd(width))
  }
  const columns = [pad('client'), pad('headers'), pad('answer')]
  return rows.map(({ verdict }, at) => [...columns.map((cells) => cells[at]), verdict].join('  '))
}

function baselineRow(baseline: Answer): Row {
  return { client: CLIENTS.good, headers: '-', answer: describe(baseline), verdict: 'baseline' }
}

function rowOf({
  check,
  verdict,
  answers,
  note,
}: Omit<Result, 'note' | 'variants'> & { readonly note: string | undefined }): Row {
  const label =
    verdict === 'gets in' || verdict === 'header is read' ? verdict.toUpperCase() : verdict
  return {
    client: clientOf(check),
    headers: check.headers ?? '-',
    answer: [...new Set(answers.map(describe))].join(', ') || '-',
    verdict: label + (note === undefined ? '' : `: ${note}`),
  }
}

function clientOf({ client, isDirect }: Check): string {
  return CLIENTS[client] + (isDirect === true ? ', direct' : '')
}

function describe(answer: Answer): string {
  switch (answer.kind) {
    case 'status':
      return String(answer.status)
    case 'closed':
      return 'closed'
    case 'unreachable':
    case 'untrusted':
      return printable(answer.code)
    case 'timeout':
      return 'time-out'
  }
}

function explain({ check, verdict, variants }: Result): Explained {
  // A check without advice finds nothing.
  const advice = ADVICE[check.advice as AdviceName]
  const pages = pagesOf(variants.length === 1 ? variants.flatMap(({ presets }) => presets) : [])
  return {
    check: check.name,
    client: clientOf(check) + (check.headers === undefined ? '' : `, headers ${check.headers}`),
    verdict,
    ...advice,
    headers: variants.map(({ header, encoding }) => `${header} (${encoding})`),
    pages: pages.length === 0 ? [advice.page] : pages,
  }
}

function toParagraph({
  client,
  verdict,
  headers,
  meaning,
  cause,
  fix,
  pages,
}: Explained): string[] {
  return [
    '',
    `${verdict.toUpperCase()}: ${client}`,
    ...(headers.length === 0 ? [] : [`  Header:  ${headers.join(', ')}`]),
    `  Meaning: ${meaning}`,
    `  Cause:   ${cause}`,
    `  Fix:     ${fix}`,
    `  Page:    ${pages.join(', ')}`,
  ]
}
