import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { SLICE } from '../../../../src/path/crl/slices.js'
import { createTrustStore } from '../../../../src/trust.js'
import { ca, crlToPem, entryOf, listBy } from '../../../support/crl-writer.js'
import { issue } from '../../../support/der-chain.js'
import { int } from '../../../support/der-writer.js'
import { NOW, outcome } from '../../../support/paths.js'
import { rejectedWith } from '../../../support/rejected-with.js'

const root = ca('root')
const leaf = issue({ subject: 'client', by: root, serialNumber: int(7) })
const other = issue({ subject: 'client', by: root, serialNumber: int(8) })
const good = listBy(root)
const revoking = listBy(root, { entries: [entryOf(7)] })
/** Takes several slices. */
const large = listBy(root, {
  entries: [Buffer.alloc(entryOf(7).length * 30_000, entryOf(7))],
})

const storeWith = (options: object = { crl: good }) => {
  const store = createTrustStore({ ca: root.der, ...options })
  return { store, found: () => outcome(store.validate(leaf.der, { now: NOW })) }
}

describe('replace() of a trust store with revocation lists', () => {
  it('puts another list into force', async () => {
    const { store, found } = storeWith()
    expect(found()).to.equal('ok')
    await store.replace({ crl: revoking })
    expect(found()).to.equal('certificate_revoked')
    expect(outcome(store.validate(other.der, { now: NOW }))).to.equal('ok')
    expect(store.generation).to.equal(2)
  })

  it('keeps the lists while other options are replaced', async () => {
    for (const crl of [revoking, crlToPem(revoking)]) {
      const { store, found } = storeWith({ crl })
      await store.replace({ maxDepth: 2 })
      expect(found()).to.equal('certificate_revoked')
      await store.replace({ maxDepth: 3 })
      expect(found()).to.equal('certificate_revoked')
    }
  })

  it("doesn't remove the lists or the function if they are undefined, like a misspelt variable", async () => {
    const { store, found } = storeWith({ crl: revoking, revocation: () => 'good' })
    for (const name of ['crl', 'revocation'] as const) {
      const { message } = await rejectedWith(store.replace({ [name]: undefined }))
      expect(message).to.match(new RegExp(`option "${name}" must be given, because nothing`))
      expect(found()).to.equal('certificate_revoked')
    }
    const { store: unchecked } = storeWith({})
    await unchecked.replace({ crl: undefined, revocation: undefined })
    expect(unchecked.generation).to.equal(2)
  })

  const misused: [title: string, changes: unknown][] = [
    ['a list instead of options', good],
    ['a promise', Promise.resolve({ crl: revoking })],
    ['an array', [{ crl: revoking }]],
    ['a Map', new Map([['crl', revoking]])],
    ['text', crlToPem(revoking)],
  ]
  for (const [title, changes] of misused) {
    it(`rejects ${title}, which would change nothing`, async () => {
      const { store } = storeWith({ crl: good })
      const { message } = await rejectedWith(store.replace(changes as object))
      expect(message).to.match(
        /options must be an object, as in replace\({ crl }\)\. Received an? \w+$/,
      )
      expect(store.generation).to.equal(1)
    })
  }

  it('takes options without a prototype, and of another context', async () => {
    const { store, found } = storeWith({ crl: revoking })
    await store.replace(Object.assign(Object.create(null) as object, { crl: good }))
    expect(found()).to.equal('ok')
    await store.replace(Object.assign(runInNewContext('({})') as object, { crl: revoking }))
    expect(found()).to.equal('certificate_revoked')
  })

  it('keeps the old store in force if the new list cannot be loaded, and says why', async () => {
    const { store, found } = storeWith({ crl: revoking })
    const error = await rejectedWith(store.replace({ crl: good.subarray(0, -1) }))
    expect(error.message).to.match(/CRL 1 of option "crl" isn't a revocation list/)
    expect([found(), store.generation]).to.deep.equal(['certificate_revoked', 1])
    await store.replace({ crl: good })
    expect([found(), store.generation]).to.deep.equal(['ok', 2])
  })

  it('keeps the old store in force if the lists are not those of the new CA', async () => {
    const { store, found } = storeWith()
    const error = await rejectedWith(store.replace({ ca: ca('root').der }))
    expect(error.message).to.match(/isn't signed by any CA of its issuer's name/)
    expect(found()).to.equal('ok')
  })

  it('loads a large list in slices, while the old one is in force', async () => {
    const { store, found } = storeWith()
    const replaced = store.replace({ crl: large })
    const seen: string[] = []
    let isLoading = true
    const look = (): void => {
      seen.push(found())
      if (isLoading) setImmediate(look)
    }
    setImmediate(look)
    await replaced
    isLoading = false
    expect(seen).to.have.lengthOf.above(3)
    expect(seen[0]).to.equal('ok')
    expect(found()).to.equal('certificate_revoked')
  })

  it('copies a list of several slices in slices, and never uses one that has changed meanwhile', async () => {
    const entry = entryOf(7)
    const huge = listBy(root, { entries: [Buffer.alloc(entry.length * 300_000, entry)] })
    const { store, found } = storeWith()
    const bytes = Buffer.from(huge)
    await store.replace({ crl: [bytes] })
    bytes.fill(0)
    expect(found()).to.equal('certificate_revoked')
    const changing = Buffer.from(huge)
    const replaced = rejectedWith(store.replace({ crl: changing }))
    changing.fill(0, SLICE.bytes)
    expect((await replaced).message).to.match(/CRL 1 of option "crl" isn't a revocation list/)
    expect([found(), store.generation]).to.deep.equal(['certificate_revoked', 2])
  })

  it('copies the bytes before it returns', async () => {
    const { store, found } = storeWith()
    const bytes = Buffer.from(large)
    const replaced = store.replace({ crl: bytes })
    bytes.fill(0)
    await replaced
    expect(found()).to.equal('certificate_revoked')
  })

  it('replaces one after another, so that no change is lost', async () => {
    const { store, found } = storeWith()
    const failing = rejectedWith(store.replace({ crl: 'nothing' }))
    await Promise.all([
      store.replace({ crl: large }),
      failing,
      store.replace({ extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'] }),
    ])
    expect(found()).to.equal('certificate_revoked')
    expect(store.generation).to.equal(3)
  })
})
