import { expect } from 'chai'
import { limitLines } from '../../../src/server/line-limit.js'

describe('the limit of lines about a flood of events', () => {
  const clock = Date.now
  let now: number
  let lines: string[]
  let print: (getLine: () => string) => void
  beforeEach(() => {
    now = Date.parse('2030-01-01')
    Date.now = () => now
    lines = []
    print = limitLines((line) => lines.push(line), 'events')
  })
  afterEach(() => {
    Date.now = clock
  })

  const flood = (count: number): void => {
    for (let at = 1; at <= count; at += 1) print(() => `event ${at}`)
  }

  it('shows 20 lines a minute, of which the last says so', () => {
    flood(1000)
    expect(lines).to.have.lengthOf(20)
    expect(lines[0]).to.equal('event 1')
    expect(lines[18]).to.equal('event 19')
    expect(lines[19]).to.equal('event 20; no more events are shown this minute')
  })

  it('says after a minute how many it did not show', () => {
    flood(23)
    now += 59_999
    flood(1)
    expect(lines).to.have.lengthOf(20)
    now += 1
    flood(1)
    expect(lines.slice(20)).to.deep.equal(['4 events were not shown', 'event 1'])
  })

  it('says nothing about a minute in which it showed all', () => {
    for (const count of [20, 1]) {
      flood(count)
      now += 60_000
    }
    flood(1)
    expect(lines.slice(20)).to.deep.equal(['event 1', 'event 1'])
  })

  it('goes on when the clock is set back', () => {
    flood(30)
    now -= 1
    flood(1)
    expect(lines.slice(20)).to.deep.equal(['10 events were not shown', 'event 1'])
  })
})
