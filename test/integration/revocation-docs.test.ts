import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { REVOCATION_FAULTS } from '../../src/path/crl/faults.js'
import { createTrustStore, type TrustStore } from '../../src/trust.js'
import { restoreClock, turnClock } from '../support/clock.js'
import {
  ca,
  crlToPem,
  entryOf,
  flag,
  issuingDistributionPoint,
  listBy,
} from '../support/crl-writer.js'
import { issue } from '../support/der-chain.js'
import { extension, int, oid, seq, utcTime } from '../support/der-writer.js'
import { rejectedWith } from '../support/rejected-with.js'
import { makeFolder, removeFolders } from '../support/rotated-files.js'
import { closeServers, listen } from '../support/servers.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGE = readFileSync(join(ROOT, 'docs/revocation.md'), 'utf8')
const DAY = 86_400_000

/** The rows of the first table after a heading, without the line below the titles. */
function tableOf(page: string, heading: string): string[][] {
  const [, rest = ''] = page.split(`\n${heading}\n`)
  const [table = ''] = /(?:^\|.+\n)+/m.exec(rest) ?? []
  const rows = table.trim().split('\n')
  rows.splice(1, 1)
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

const toUtcTime = (ms: number): Buffer =>
  utcTime(`${new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14)}Z`)
const FRESH = { thisUpdate: toUtcTime(Date.now() - DAY), nextUpdate: toUtcTime(Date.now() + DAY) }
const STALE = {
  thisUpdate: toUtcTime(Date.now() - 2 * DAY),
  nextUpdate: toUtcTime(Date.now() - DAY),
}

const root = ca('root')
const leaf = issue({ subject: 'client', by: root, serialNumber: int(7) })
const REVOKING = { entries: [entryOf(7)] }
const SHA1_WITH_ECDSA = seq(oid('1.2.840.10045.4.1'))
const DELTA = { extensions: [extension('2.5.29.27', int(1), true)] }

const statusIn = (trust: TrustStore, certificate = leaf.der): string => {
  const verdict = trust.validate(certificate)
  return verdict.ok ? verdict.revocation : (verdict.detail ?? verdict.reason)
}

describe('the tables of docs/revocation.md', () => {
  for (const [file, heading] of [
    ['docs/revocation.md', '## Details of revocation_unknown'],
    ['README.md', '#### Details of revocation_unknown'],
  ] as const) {
    it(`name each detail of revocation_unknown once: ${file}`, () => {
      const page = readFileSync(join(ROOT, file), 'utf8')
      const [, ...rows] = tableOf(page, heading)
      const names = rows.map(([name = '']) => name.replaceAll('`', ''))
      expect(names).to.have.members(REVOCATION_FAULTS)
    })
  }

  it('say when each policy accepts a certificate', () => {
    const lists: Record<string, Buffer[]> = {
      'a certificate, if the list contains it': [listBy(root, { ...FRESH, ...REVOKING })],
      'a certificate, if the list is stale and contains it': [
        listBy(root, { ...STALE, ...REVOKING }),
      ],
      "a certificate, if the list doesn't contain it": [listBy(root, FRESH)],
      "a certificate, if the list is stale and doesn't contain it": [listBy(root, STALE)],
      'a certificate of a CA without a list': [],
    }
    const [, ...rows] = tableOf(PAGE, '## Before a list is stale')
    const documented = rows.map(([title, ...cells]) => [
      title,
      ...cells.map((cell) => cell.replaceAll('*', '')),
    ])
    const found = Object.entries(lists).map(([title, crl]) => [
      title,
      ...(['require', 'soft'] as const).map((revocationPolicy) => {
        const store = createTrustStore({ ca: root.der, crl, revocationPolicy })
        return store.validate(leaf.der).ok ? 'accepted' : 'rejected'
      }),
    ])
    expect(documented).to.deep.equal(found)
  })
})

describe('the lists that docs/revocation.md says throw', () => {
  const lists: Record<string, Buffer | string> = {
    'a delta CRL': listBy(root, { ...FRESH, ...DELTA }),
    'an indirect CRL': listBy(root, {
      ...FRESH,
      extensions: [issuingDistributionPoint(flag(0x84))],
    }),
    'a list with a weak signature': listBy(root, { ...FRESH, algorithm: SHA1_WITH_ECDSA }),
    'a list with the name of the CA, but another signature': listBy(ca('root'), FRESH),
    'a truncated list': listBy(root, FRESH).subarray(0, -1),
    'a file with something else in it': crlToPem(listBy(root, FRESH)) + root.pem,
  }
  for (const [title, crl] of Object.entries(lists)) {
    it(`do so, at construction and in replace(): ${title}`, async () => {
      expect(() => createTrustStore({ ca: root.der, crl })).to.throw(TypeError)
      const trust = createTrustStore({ ca: root.der, crl: listBy(root, FRESH) })
      expect(await rejectedWith(trust.replace({ crl }))).to.be.instanceOf(TypeError)
      expect([statusIn(trust), trust.generation]).to.deep.equal(['good', 1])
    })
  }
})

describe('the lists that docs/revocation.md says are never used', () => {
  const unused: Record<string, Buffer> = {
    'a list with the name of another CA': listBy(ca('another'), FRESH),
    'a weak list with the name of another CA': listBy(ca('another'), {
      ...FRESH,
      algorithm: SHA1_WITH_ECDSA,
    }),
  }
  for (const [title, crl] of Object.entries(unused)) {
    it(`don't throw: ${title}`, async () => {
      const trust = createTrustStore({ ca: root.der, crl })
      expect(statusIn(trust)).to.equal('no_crl')
      await trust.replace({ crl: [crl, listBy(root, FRESH)] })
      expect(statusIn(trust)).to.equal('good')
    })
  }

  it('have the detail weak_algorithm if a client sends their CA', () => {
    const sent = ca('sent', { by: root, serialNumber: int(9) })
    const client = issue({ subject: 'client', by: sent, serialNumber: int(7) })
    const weak = listBy(sent, { ...FRESH, algorithm: SHA1_WITH_ECDSA })
    const trust = createTrustStore({ ca: root.der, crl: [listBy(root, FRESH), weak] })
    const verdict = trust.validate(client.der, { intermediates: sent.der })
    expect(verdict).to.include({ ok: false, detail: 'weak_algorithm' })
  })
})

describe('the programs of docs/revocation.md', () => {
  const programs = new Map(
    [...PAGE.matchAll(/^<!-- (\S+) -->\n\n```js\n([^]*?)^```$/gm)].map(
      ([, name = '', text = '']) => [name, text],
    ),
  )
  let folder: string
  beforeEach(() => {
    folder = makeFolder()
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(ROOT, join(folder, 'node_modules', 'passport-client-certificate-auth'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  })
  afterEach(async () => {
    restoreClock()
    await closeServers()
    removeFolders()
  })

  /** Runs a program, whose files are in the folder, in this process. */
  async function run(name: string, files: Record<string, string | Buffer>): Promise<unknown> {
    for (const [file, contents] of Object.entries(files)) {
      writeFileSync(join(folder, file), contents)
    }
    const text = (programs.get(name) ?? '').replace(
      /'([\w.]+\.(?:crt|crl|pem|new))'/g,
      (_, file: string) => `'${join(folder, file)}'`,
    )
    writeFileSync(join(folder, name), text)
    return import(pathToFileURL(join(folder, name)).href)
  }

  it('are all run by a test', () => {
    expect(programs.size).to.equal(PAGE.split('```js\n').length - 1)
    expect([...programs.keys()]).to.have.members([
      'server.js',
      'several-lists.js',
      'lists-at-a-url.js',
      'function.js',
    ])
  })

  it('check each CA of a path', async () => {
    const intermediate = ca('intermediate', { by: root, serialNumber: int(9) })
    const client = issue({ subject: 'client', by: intermediate, serialNumber: int(7) })
    const { trust } = (await run('several-lists.js', {
      'root.crt': root.pem,
      'intermediate.crt': intermediate.pem,
      'root.crl': listBy(root, FRESH),
      'intermediate.crl': listBy(intermediate, FRESH),
    })) as { trust: TrustStore }
    expect(statusIn(trust, client.der)).to.equal('good')
    await trust.replace({ crl: [listBy(intermediate, FRESH)] })
    expect(statusIn(trust, client.der)).to.equal('no_crl')
    await trust.replace({ crl: [listBy(root, FRESH)] })
    expect(statusIn(trust, client.der)).to.equal('no_crl')
    const revoking = listBy(root, { ...FRESH, entries: [entryOf(9)] })
    await trust.replace({ crl: [revoking, listBy(intermediate, FRESH)] })
    expect(statusIn(trust, client.der)).to.equal('certificate_revoked')
  })

  const old = listBy(root, { ...FRESH, thisUpdate: toUtcTime(Date.now() - 2 * DAY) })
  for (const [title, files] of [
    ['', { 'crl.pem': crlToPem(old) }],
    [', also at the very first start', {}],
  ] as const) {
    it(`download lists and save them${title}`, async () => {
      const newest = listBy(root, { ...FRESH, ...REVOKING })
      const server = http.createServer((_req, res) => res.end(newest))
      const { port } = await listen(server)
      process.env['CRL_URL'] = `http://127.0.0.1:${port}/root.crl`
      copyFileSync(
        join(ROOT, 'examples', 'recipes', 'download-lists.js'),
        join(folder, 'download-lists.js'),
      )
      const { trust, lists } = (await run('lists-at-a-url.js', {
        'ca.crt': root.pem,
        ...files,
      })) as { trust: TrustStore; lists: { close: () => void } }
      lists.close()
      expect(statusIn(trust)).to.equal('certificate_revoked')
      expect(readFileSync(join(folder, 'crl.pem')).equals(newest)).to.equal(true)
    })
  }

  it('reject every client at the very first start if the download fails', async () => {
    const server = http.createServer((_req, res) => res.writeHead(503).end())
    const { port } = await listen(server)
    process.env['CRL_URL'] = `http://127.0.0.1:${port}/root.crl`
    copyFileSync(
      join(ROOT, 'examples', 'recipes', 'download-lists.js'),
      join(folder, 'download-lists.js'),
    )
    const { error } = console
    const printed: unknown[][] = []
    console.error = (...values: unknown[]) => printed.push(values)
    try {
      const { trust, lists } = (await run('lists-at-a-url.js', { 'ca.crt': root.pem })) as {
        trust: TrustStore
        lists: { close: () => void }
      }
      lists.close()
      expect(statusIn(trust)).to.equal('no_crl')
    } finally {
      console.error = error
    }
    expect(printed.map(([text]) => text)).to.deep.equal(['not updated:'])
  })

  it('ask a cache, and close WebSockets when it changes', async () => {
    const database = `
      export const rows = []
      export const database = { query: () => Promise.resolve(rows) }
    `
    const { trust, refresh } = (await run('function.js', {
      'ca.crt': root.pem,
      'database.js': database,
    })) as { trust: TrustStore; refresh: () => Promise<void> }
    const { rows } = (await import(pathToFileURL(join(folder, 'database.js')).href)) as {
      rows: { fingerprint256: string }[]
    }
    expect(statusIn(trust)).to.equal('good')
    const reported = new Promise<string>((resolve) => {
      trust.watch(leaf.der, ({ reason }) => {
        resolve(reason)
      })
    })
    const verdict = trust.validate(leaf.der)
    const [{ fingerprint256 } = { fingerprint256: '' }] = verdict.ok ? verdict.path : []
    rows.push({ fingerprint256 })
    await refresh()
    expect(await reported).to.equal('certificate_revoked')
    rows.pop()
    await refresh()
    turnClock(16 * 60_000)
    expect(statusIn(trust)).to.equal('function_said_unknown')
  })
})
