import { expect } from 'chai'
import { readList } from '../../src/path/crl/reader.js'
import { SLICE } from '../../src/path/crl/slices.js'
import { SerialTable } from '../../src/path/crl/serial-table.js'
import { countCalls, stopCounting } from '../support/count-calls.js'
import { crlOf, entryOf, reasonCode } from '../support/crl-writer.js'
import { generate } from '../support/der-chain.js'
import { extension, int, octets, seq } from '../support/der-writer.js'

afterEach(stopCounting)

/** A list with this many entries, whose serial numbers differ. */
function listOf(count: number): Buffer {
  const [entry] = [entryOf(0x41000000, reasonCode(1))]
  const entries = Buffer.alloc(entry.length * count, entry)
  for (let index = 0; index < count; index += 1)
    entries.writeUInt32BE(0x41000000 + index, index * entry.length + 4)
  return crlOf({ signer: generate(), entries: [entries] })
}

/** How many entries each slice added. */
function slicesOf(count: number): number[] {
  const added = countCalls(SerialTable.prototype, 'add')
  const slices: number[] = []
  const work = readList(listOf(count))
  for (let before = 0; ; before = added()) {
    const { done } = work.next()
    slices.push(added() - before)
    if (done === true) return slices
  }
}

describe('the cost of a revocation list', () => {
  for (const count of [
    SLICE.entries - 1,
    SLICE.entries,
    SLICE.entries + 1,
    SLICE.entries * 5 + 7,
  ]) {
    it(`is no more than one slice of entries at a time: ${count} entries`, () => {
      const slices = slicesOf(count)
      expect(Math.max(...slices)).to.be.at.most(SLICE.entries)
      expect(slices.reduce((sum, one) => sum + one, 0)).to.equal(count)
      // The entries are counted first, in slices of the same size, and then read.
      expect(slices.length).to.be.within(
        2 * Math.floor(count / SLICE.entries),
        2 * Math.ceil(count / SLICE.entries) + 1,
      )
    })
  }

  it('is fewer entries at a time if they have large extensions', () => {
    const count = 1000
    const large = entryOf(7, extension('1.2.3.4', octets(Buffer.alloc(1600))))
    const entries = [Buffer.alloc(large.length * count, large)]
    const added = countCalls(SerialTable.prototype, 'add')
    const work = readList(crlOf({ signer: generate(), entries }))
    let most = 0
    for (let before = 0, done: boolean | undefined = false; done !== true; before = added()) {
      ;({ done } = work.next())
      most = Math.max(most, added() - before)
    }
    expect(added()).to.equal(count)
    expect(most).to.be.within(70, 90)
  })

  it('is one comparison of serial numbers for an entry that is there a hundred thousand times', () => {
    const entry = entryOf(7)
    const compared = countCalls(SerialTable.prototype, 'isAt' as never)
    const work = readList(
      crlOf({ signer: generate(), entries: [Buffer.alloc(entry.length * 100_000, entry)] }),
    )
    while (work.next().done !== true);
    expect(compared()).to.equal(99_999)
  })

  it('grows with the entries, because few serial numbers meet in the table', () => {
    const compared = countCalls(SerialTable.prototype, 'isAt' as never)
    const work = readList(listOf(50_000))
    while (work.next().done !== true);
    // Two thirds of the table are full at most, so a number meets less than one other on average.
    expect(compared()).to.be.below(50_000)
  })

  it('is paid in slices for a million entries of which the last is broken', () => {
    const entry = entryOf(0x41000000)
    const entries = [Buffer.alloc(entry.length * 999_999, entry), entry.subarray(0, -1)]
    const work = readList(crlOf({ signer: generate(), entries }))
    let slices = 1
    let step = work.next()
    for (; step.done !== true; step = work.next()) slices += 1
    expect(step.value).to.equal('malformed')
    expect(slices).to.be.above(1_000_000 / SLICE.entries)
  })

  it('is paid once for a million entries of which the last has no date', () => {
    const entry = entryOf(0x41000000)
    const last = seq(int(7))
    const added = countCalls(SerialTable.prototype, 'add')
    const work = readList(
      crlOf({ signer: generate(), entries: [Buffer.alloc(entry.length * 999_999, entry), last] }),
    )
    let step = work.next()
    while (step.done !== true) step = work.next()
    expect(step.value).to.equal('malformed')
    expect(added()).to.equal(999_999)
  })
})
