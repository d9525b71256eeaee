import { expect } from 'chai'
import { countCalls, stopCounting } from '../../../support/count-calls.js'
import { SerialTable } from '../../../../src/path/crl/serial-table.js'

/** Serial numbers with their lengths in front, after one byte. */
function tableOf(serials: readonly string[], size = serials.length, seed = 1): SerialTable {
  const parts = serials.map((hex) => Buffer.from(hex, 'hex'))
  const bytes = Buffer.concat([
    Buffer.from([0]),
    ...parts.map((part) => Buffer.concat([Buffer.from([part.length]), part])),
  ])
  const table = new SerialTable(bytes, size, seed)
  let at = 1
  for (const { length } of parts) {
    table.add(at)
    at += length + 1
  }
  return table
}

const has = (table: SerialTable, hex: string): boolean => table.has(Buffer.from(hex, 'hex'))

describe('a table of serial numbers', () => {
  it('finds each number that was added, whatever the seed', () => {
    const serials = Array.from({ length: 500 }, (_, index) => (0x400000 + index * 7).toString(16))
    for (const seed of [0, 1, 0x7fffffff, 0xffffffff]) {
      const table = tableOf(serials, serials.length, seed)
      expect(serials.every((serial) => has(table, serial))).to.equal(true)
    }
  })

  it('finds no other number, also if it only differs in its length or its last byte', () => {
    const table = tableOf(['0102', '0103aa', '7f'])
    for (const serial of ['01', '010200', '0104', '0103', '0103ab', '7e', ''])
      expect(has(table, serial), serial).to.equal(false)
  })

  it('compares the bytes of a number if the slot has the same bits of its hash', () => {
    const bytes = Buffer.alloc(2 ** 24)
    bytes.set([4, 1, 2, 3, 4], 1)
    const table = new SerialTable(bytes, 1, 1)
    table.add(1)
    const compared = countCalls(SerialTable.prototype, 'isAt' as never)
    const number = Buffer.alloc(4)
    for (let index = 0; index < 10_000; index += 1) {
      number.writeUInt32BE(index)
      // Of another length, and of the same one.
      for (const one of [number.subarray(1), number]) expect(table.has(one)).to.equal(false)
    }
    // The offset takes 25 bits of 32, so one number in 128 has the same ones, in one slot of four.
    expect(compared()).to.be.within(10, 400)
    stopCounting()
    expect(has(table, '01020304')).to.equal(true)
  })

  it('is empty at first', () => {
    expect(has(new SerialTable(Buffer.alloc(4), 0), '00')).to.equal(false)
  })

  it('takes one slot for a number that is added several times', () => {
    const table = tableOf(['0102', '0102', '0102', '0102', '0102'], 1)
    expect(has(table, '0102')).to.equal(true)
    expect(has(table, '0103')).to.equal(false)
  })

  it('takes numbers with the same slot, because it goes on to the next one', () => {
    const table = tableOf(['01', '02', '03', '04', '05', '06'])
    expect(['01', '02', '03', '04', '05', '06'].every((serial) => has(table, serial))).to.equal(
      true,
    )
  })

  it('has at most 12 bytes for each number, and a random seed', () => {
    const { slots, seed } = new SerialTable(Buffer.alloc(1), 1_000_000) as unknown as {
      slots: Uint32Array
      seed: number
    }
    expect(slots.byteLength).to.equal(8 * 1024 * 1024)
    const seeds = Array.from(
      { length: 8 },
      () => (new SerialTable(Buffer.alloc(1), 1) as unknown as { seed: number }).seed,
    )
    expect(new Set([seed, ...seeds]).size).to.be.above(1)
  })
})
