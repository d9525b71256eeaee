import { expect } from 'chai'
import { announceExpiries } from '../../../src/path/expiry.js'

/** A thing with a validity in milliseconds. The keys are others in each test. */
type Thing = readonly [key: string, notBeforeMs: number, notAfterMs: number]

function announce(all: readonly Thing[], now: number): { told: string[]; next: number } {
  const told: string[] = []
  const next = announceExpiries(
    {
      all,
      validityOf: ([, notBeforeMs, notAfterMs]) => ({ notBeforeMs, notAfterMs }),
      keyOf: ([key]) => key,
      tell: ([key], state) => told.push(`${key} ${state}`),
    },
    now,
  )
  return { told, next }
}

describe('the announcement of an expiry', () => {
  it('comes when a tenth of the lifetime is left, and one millisecond after the end', () => {
    const thing: Thing = ['times', 1000, 2000]
    expect(announce([thing], 1899)).to.deep.equal({ told: [], next: 1900 })
    expect(announce([thing], 1900)).to.deep.equal({ told: ['times expires_soon'], next: 2001 })
    expect(announce([thing], 2000)).to.deep.equal({ told: [], next: 2001 })
    expect(announce([thing], 2001)).to.deep.equal({ told: ['times expired'], next: Infinity })
    expect(announce([thing], 3000)).to.deep.equal({ told: [], next: Infinity })
  })

  it('comes once for things with the same key', () => {
    const things: Thing[] = [
      ['twice', 0, 1000],
      ['other', 0, 1000],
      ['twice', 0, 1000],
    ]
    expect(announce(things, 950).told).to.deep.equal(['twice expires_soon', 'other expires_soon'])
  })

  it('is next due for the thing that is first, whatever their order', () => {
    const things: Thing[] = [
      ['later', 0, 5000],
      ['first', 0, 1000],
      ['last', 0, 9000],
    ]
    expect(announce(things, 10).next).to.equal(900)
    expect(announce(things, 950).next).to.equal(1001)
    expect(announce([], 950).next).to.equal(Infinity)
  })

  it('comes as over right after the end, if the validity ends before it begins', () => {
    const thing: Thing = ['reversed', 9000, 1000]
    expect(announce([thing], 999)).to.deep.equal({ told: [], next: 1000 })
    expect(announce([thing], 1001).told).to.deep.equal(['reversed expired'])
  })

  it('is forgotten after 10,000 others, so that a process can run for years', () => {
    const over = (key: string): Thing => [key, 0, 1]
    expect(announce([over('oldest')], 2).told).to.deep.equal(['oldest expired'])
    const others = Array.from({ length: 9999 }, (_, index) => over(`other ${index}`))
    expect(announce(others, 2).told).to.have.lengthOf(9999)
    expect(announce([over('oldest')], 2).told).to.deep.equal([])
    announce([over('one more')], 2)
    expect(announce([over('other 0'), over('oldest')], 2).told).to.deep.equal(['oldest expired'])
  })
})
