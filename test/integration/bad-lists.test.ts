import { EventEmitter, once } from 'node:events'
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { type FileWatch, watchFiles } from '../../src/server/index.js'
import { createTrustStore } from '../../src/trust.js'
import { ca, crlToPem, entryOf, listBy } from '../support/crl-writer.js'
import { issue } from '../support/der-chain.js'
import { int, utcTime } from '../support/der-writer.js'
import { closeLivingServers, startLivingServer } from '../support/living-server.js'
import { openConnection } from '../support/one-connection.js'
import { makeFolder, removeFolders } from '../support/rotated-files.js'

const root = ca('CA of the clients')
const revoked = issue({ subject: 'revoked', by: root, serialNumber: int(7) })
const unlisted = issue({ subject: 'unlisted', by: root, serialNumber: int(8) })
const dates = { thisUpdate: utcTime('240101000000Z'), nextUpdate: utcTime('490101000000Z') }
const revoking = listBy(root, { ...dates, entries: [entryOf(7)] })

const [EMPTY, HALF] = [Buffer.alloc(0), crlToPem(revoking).slice(0, 200)]

/** A list that can't be loaded, and the error. The list from before stays in force. */
const UNUSABLE: Record<string, [contents: string | Buffer, fault: RegExp]> = {
  'an empty list': [EMPTY, /is empty/],
  'half a list in PEM': [HALF, /is truncated/],
  'half a list in DER': [revoking.subarray(0, 100), /isn't a revocation list/],
  'a list of a namesake': [listBy(ca('CA of the clients'), dates), /isn't signed by any CA/],
  'a certificate': [root.pem, /is a certificate/],
}

/** A list that can be loaded, but doesn't say who is good. */
const UNHELPFUL: Record<string, [contents: Buffer, detail: string]> = {
  'a stale list': [
    listBy(root, { ...dates, nextUpdate: utcTime('240201000000Z') }),
    'revocation_unknown stale',
  ],
  'a list of the future': [
    listBy(root, { ...dates, thisUpdate: utcTime('480101000000Z') }),
    'revocation_unknown from_the_future',
  ],
  'a list of another CA': [listBy(ca('Another CA'), dates), 'revocation_unknown no_crl'],
}

describe('a server whose revocation list is in a file', () => {
  const events = new EventEmitter()
  let watch: FileWatch | undefined
  afterEach(async () => {
    watch?.close()
    removeFolders()
    await closeLivingServers()
  })

  async function start() {
    const path = join(makeFolder(), 'clients.crl')
    const trust = createTrustStore({ ca: root.pem, crl: revoking })
    writeFileSync(path, revoking)
    const server = await startLivingServer('node:https', trust)
    const loaded = once(events, 'reloaded')
    watch = watchFiles(
      { crl: path },
      {
        load: ({ crl }) => trust.replace({ crl }),
        onReloaded: () => events.emit('reloaded'),
        onFailed: (error) => events.emit('failed', error),
        ...{ debounceMs: 1, pollMs: 10 },
      },
    )
    await loaded
    const ask = async (): Promise<unknown[]> => {
      const outcomes: unknown[] = []
      for (const { pem, key } of [revoked, unlisted]) {
        const connection = await openConnection(server, { cert: pem, key })
        outcomes.push(await connection.get())
        connection.close()
      }
      return outcomes
    }
    expect(await ask()).to.deep.equal(['refused', 200])
    return { path, server, ask }
  }

  for (const [what, [contents, fault]] of Object.entries(UNUSABLE)) {
    it(`keeps the old list in force for ${what}, and loads the next`, async () => {
      const { path, ask } = await start()
      let failure = once(events, 'failed') as Promise<[Error]>
      writeFileSync(path, contents)
      // The watch may see the file while it is being written.
      for (let [error] = await failed(); !fault.test(error.message); [error] = await failed());
      expect(await ask()).to.deep.equal(['refused', 200])
      const loaded = once(events, 'reloaded')
      writeFileSync(path, crlToPem(listBy(root, { ...dates, entries: [entryOf(8)] })))
      await loaded
      expect(await ask()).to.deep.equal([200, 'refused'])

      async function failed(): Promise<[Error]> {
        const found = await failure
        failure = once(events, 'failed') as Promise<[Error]>
        return found
      }
    })
  }

  for (const [what, [contents, decision]] of Object.entries(UNHELPFUL)) {
    it(`rejects every client with ${what}`, async () => {
      const { path, server, ask } = await start()
      const kept = await openConnection(server, { cert: unlisted.pem, key: unlisted.key })
      expect(await kept.get()).to.equal(200)
      const loaded = once(events, 'reloaded')
      writeFileSync(path, contents)
      await loaded
      expect(await ask()).to.deep.equal(['refused', 'refused'])
      expect(await kept.get()).to.equal(401)
      expect(server.decisions.at(-1)).to.equal(decision)
      kept.close()
    })
  }

  it('loads a list whose second half is written later', async () => {
    const { path, ask } = await start()
    const text = crlToPem(listBy(root, { ...dates, entries: [entryOf(8)] }))
    const failed = once(events, 'failed')
    writeFileSync(path, text.slice(0, 200))
    await failed
    expect(await ask()).to.deep.equal(['refused', 200])
    const loaded = once(events, 'reloaded')
    appendFileSync(path, text.slice(200))
    await loaded
    expect(await ask()).to.deep.equal([200, 'refused'])
  })

  it('keeps the old list in force while there is a folder in its place', async () => {
    const { path, ask } = await start()
    const failed = once(events, 'failed')
    rmSync(path)
    mkdirSync(path)
    await failed
    expect(await ask()).to.deep.equal(['refused', 200])
  })
})
