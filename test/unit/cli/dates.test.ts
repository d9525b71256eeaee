import { expect } from 'chai'
import { describeValidity, formatSpan, readAt } from '../../../src/cli/dates.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365.25 * DAY

describe('formatSpan()', () => {
  const spans: [ms: number, words: string][] = [
    [0, '0 minutes'],
    [MINUTE - 1, '0 minutes'],
    [MINUTE, '1 minute'],
    [2 * MINUTE - 1, '1 minute'],
    [2 * MINUTE, '2 minutes'],
    [2 * HOUR - 1, '119 minutes'],
    [2 * HOUR, '2 hours'],
    [2 * DAY - 1, '47 hours'],
    [2 * DAY, '2 days'],
    [2 * YEAR - 1, '730 days'],
    [2 * YEAR, '2 years'],
    [3 * YEAR - 1, '2 years'],
  ]
  for (const [ms, words] of spans) {
    it(`writes ${ms} ms as ${words}`, () => {
      expect(formatSpan(ms)).to.equal(words)
    })
  }
})

describe('describeValidity()', () => {
  const notBeforeMs = Date.UTC(2026, 0, 10)
  const notAfterMs = Date.UTC(2026, 0, 20)
  const cases: [now: number, words: string][] = [
    [notBeforeMs - 1, 'not valid before 2026-01-10, in 0 minutes'],
    [notBeforeMs, 'valid until 2026-01-20, 10 days left'],
    [notAfterMs, 'valid until 2026-01-20, 0 minutes left'],
    [notAfterMs + 1, 'expired on 2026-01-20, 0 minutes ago'],
    [notAfterMs + 3 * DAY, 'expired on 2026-01-20, 3 days ago'],
  ]
  for (const [now, words] of cases) {
    it(`says "${words}"`, () => {
      expect(describeValidity({ notBeforeMs, notAfterMs }, now)).to.equal(words)
    })
  }

  it('says that a period which ends before it begins is never valid', () => {
    expect(describeValidity({ notBeforeMs: notAfterMs, notAfterMs: notBeforeMs }, 0)).to.equal(
      'never valid, because it ends before it begins (2026-01-20 to 2026-01-10)',
    )
    expect(describeValidity({ notBeforeMs, notAfterMs: notBeforeMs }, notBeforeMs)).to.equal(
      'valid until 2026-01-10, 0 minutes left',
    )
  })
})

describe('readAt()', () => {
  it('reads dates, and times in UTC', () => {
    expect(readAt('2027-01-31')).to.equal(Date.UTC(2027, 0, 31))
    expect(readAt('2027-01-31T12:30Z')).to.equal(Date.UTC(2027, 0, 31, 12, 30))
    expect(readAt('2027-01-31T12:30:15Z')).to.equal(Date.UTC(2027, 0, 31, 12, 30, 15))
  })

  for (const wrong of [
    '',
    '1',
    '2027',
    '2027-1-1',
    '2027-02-30T25:00Z',
    '2027-13-01',
    ' 2027-01-31',
    '2027-01-31x',
    '2027-01-31T12:30',
  ]) {
    it(`rejects ${JSON.stringify(wrong)}`, () => {
      expect(() => readAt(wrong)).to.throw(
        /^--at needs a date such as 2027-01-31 or 2027-01-31T12:00:00Z, not/,
      )
    })
  }
})
