import { expect } from 'chai'
import { readCrlDates } from '../../../../src/trust.js'
import {
  ca,
  crlToPem,
  entryOf,
  listBy,
  NEXT_UPDATE,
  THIS_UPDATE,
} from '../../../support/crl-writer.js'
import { issue } from '../../../support/der-chain.js'
import { extension, int } from '../../../support/der-writer.js'
import { rejectedWith } from '../../../support/rejected-with.js'

const root = ca('root')
const list = listBy(root)
const DATES = { thisUpdateMs: THIS_UPDATE, nextUpdateMs: NEXT_UPDATE }

describe('readCrlDates()', () => {
  it('reads the dates of a list in DER or PEM', async () => {
    for (const crl of [list, Uint8Array.from(list), crlToPem(list), Buffer.from(crlToPem(list))]) {
      expect(await readCrlDates(crl, root.der)).to.deep.equal(DATES)
      expect(await readCrlDates(crl, root.pem)).to.deep.equal(DATES)
    }
  })

  it('takes the CA out of a bundle', async () => {
    const bundle = ca('other').pem + root.pem
    expect(await readCrlDates(list, bundle)).to.deep.equal(DATES)
  })

  it('says if a list has no nextUpdate', async () => {
    const dates = await readCrlDates(listBy(root, { nextUpdate: null }), root.der)
    expect(dates).to.deep.equal({ ...DATES, nextUpdateMs: undefined })
  })

  it('leaves the signature to the trust store', async () => {
    const forged = listBy({ ...ca('root'), subject: 'root' })
    expect(await readCrlDates(forged, root.der)).to.deep.equal(DATES)
  })

  it('reads a large list while the event loop does other work', async () => {
    const large = listBy(root, {
      entries: [Buffer.alloc(entryOf(7).length * 30_000, entryOf(7))],
    })
    let turns = 0
    let isReading = true
    const turn = (): void => {
      turns += 1
      if (isReading) setImmediate(turn)
    }
    setImmediate(turn)
    await readCrlDates(large, root.der)
    isReading = false
    expect(turns).to.be.above(2)
  })

  const delta = listBy(root, { extensions: [extension('2.5.29.27', int(1), true)] })
  const UNUSABLE: Record<string, [crl: unknown, ca: unknown, message: RegExp]> = {
    'the list of another CA': [listBy(ca('other')), root.der, /^\S+ crl isn't from the CA: /],
    'a truncated list': [list.subarray(0, -1), root.der, /CRL 1 of crl isn't a revocation list/],
    'a delta CRL': [delta, root.der, /CRL 1 of crl is a delta CRL/],
    'two lists': [crlToPem(list) + crlToPem(list), root.der, /must be one list, but there are 2/],
    'an empty array': [[], root.der, /must be one list, but there are 0/],
    'another type': [7, root.der, /crl must be PEM, DER/],
    'a client in place of the CA': [list, issue({ subject: 'root', by: root }).der, /isn't a CA/],
    'another type in place of the CA': [list, 7, /ca must be PEM, DER/],
  }
  for (const [title, [crl, authority, message]] of Object.entries(UNUSABLE)) {
    it(`rejects ${title}`, async () => {
      const error = await rejectedWith(readCrlDates(crl as Buffer, authority as Buffer))
      expect(error).to.be.instanceOf(TypeError)
      expect(error.message).to.match(message)
    })
  }
})
