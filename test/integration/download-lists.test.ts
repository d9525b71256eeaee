import { once } from 'node:events'
import http from 'node:http'
import v8 from 'node:v8'
import vm from 'node:vm'
import { createTrustStore, type TrustStore } from 'passport-client-certificate-auth/trust'
import { expect } from 'chai'
import { downloadLists } from '../../examples/recipes/download-lists.js'
import { restoreClock, turnClock } from '../support/clock.js'
import { ca, type CrlParts, crlToPem, entryOf, listBy } from '../support/crl-writer.js'
import { type Holder, issue } from '../support/der-chain.js'
import { extension, int, utcTime } from '../support/der-writer.js'
import { NOW } from '../support/paths.js'
import { rejectedWith } from '../support/rejected-with.js'
import { closeServers, listen } from '../support/servers.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const root = ca('root')
const other = ca('other')
const leaf = issue({ subject: 'client', by: root, serialNumber: int(7) })

const toUtcTime = (ms: number): Buffer =>
  utcTime(`${new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14)}Z`)

function setClock(ms: number): void {
  restoreClock()
  turnClock(ms - Date.now())
}

interface Request extends Omit<Partial<CrlParts>, 'signer' | 'thisUpdate' | 'nextUpdate'> {
  readonly madeMs?: number
  readonly nextMs?: number | null
  readonly by?: Holder
}

/** A list that was made an hour ago, unless the request says when. */
function listOf({ madeMs = NOW - HOUR, nextMs = NOW + DAY, by = root, ...rest }: Request): Buffer {
  const nextUpdate = nextMs === null ? null : toUtcTime(nextMs)
  return listBy(by, { thisUpdate: toUtcTime(madeMs), nextUpdate, ...rest })
}

const OLD = listOf({ madeMs: NOW - 2 * HOUR })
const REVOKING = listOf({ entries: [entryOf(7)] })

type Answer = (req: http.IncomingMessage, res: http.ServerResponse) => unknown

const answerWith =
  (body: Buffer | string, headers: http.OutgoingHttpHeaders = {}): Answer =>
  (_, res) =>
    res.writeHead(200, headers).end(body)

describe('the recipe for lists at a URL', () => {
  let answer: Answer
  let requests: http.IncomingMessage[]
  let failures: { message: string; cause: string; url: string }[]
  let scheduled: { run: () => Promise<void>; ms: number }[]
  let canceled: number
  let origin: string
  let random: number

  beforeEach(async () => {
    setClock(NOW)
    requests = []
    failures = []
    scheduled = []
    canceled = 0
    random = 1
    const server = http.createServer((req, res) => {
      requests.push(req)
      answer(req, res)
    })
    const { port } = await listen(server)
    origin = `http://127.0.0.1:${port}`
  })
  afterEach(async () => {
    restoreClock()
    await closeServers()
  })

  type Sources = Parameters<typeof downloadLists>[1]
  type Options = Partial<Parameters<typeof downloadLists>[2]>

  const start = (
    trust: Pick<TrustStore, 'replace'>,
    sources: Sources = [{ url: `${origin}/root.crl`, ca: root.der, list: OLD }],
    options: Options = {},
  ) =>
    downloadLists(trust, sources, {
      timeoutMs: 60_000,
      random: () => random,
      schedule(run, ms) {
        scheduled.push({ run, ms })
        return () => (canceled += 1)
      },
      onFailed(error, url) {
        const { message, cause } = error as Error
        failures.push({ message, cause: cause instanceof Error ? cause.message : '', url })
      },
      ...options,
    })

  const storeWith = (crl: Buffer | readonly Buffer[] = OLD): TrustStore =>
    createTrustStore({ ca: [root.der, other.der], crl })

  const statusIn = (trust: TrustStore): string => {
    const verdict = trust.validate(leaf.der)
    return verdict.ok ? verdict.revocation : (verdict.detail ?? verdict.reason)
  }

  it('puts a newer list into force, in DER or PEM', async () => {
    for (const list of [REVOKING, crlToPem(REVOKING)]) {
      const trust = storeWith()
      answer = answerWith(list)
      expect(statusIn(trust)).to.equal('good')
      await start(trust)
      expect(statusIn(trust)).to.equal('certificate_revoked')
      expect(failures).to.deep.equal([])
    }
  })

  it('rejects every client until the first list is there, if the store starts with an empty crl', async () => {
    const trust = storeWith([])
    expect(statusIn(trust)).to.equal('no_crl')
    answer = answerWith(OLD)
    await start(trust, [{ url: origin, ca: root.der }])
    expect(statusIn(trust)).to.equal('good')
  })

  const FAILING: Record<string, { answer: Answer; message: RegExp }> = {
    'the status 404': {
      answer: (_, res) => res.writeHead(404).end('not found'),
      message: /^the answer has the status 404$/,
    },
    'the status 500': {
      answer: (_, res) => res.writeHead(500).end(REVOKING),
      message: /^the answer has the status 500$/,
    },
    'no contents': {
      answer: (_, res) => res.writeHead(204).end(),
      message: /^the answer has the status 204$/,
    },
    'a download that is cut off': {
      answer: (_, res) => {
        res.writeHead(200, { 'content-length': REVOKING.length }).write(REVOKING.subarray(0, 50))
        setImmediate(() => res.destroy())
      },
      message: /terminated|fetch failed/,
    },
    'a truncated list': {
      answer: answerWith(REVOKING.subarray(0, -1)),
      message: /isn't a revocation list as RFC 5280 requires/,
    },
    'a page of HTML': {
      answer: answerWith('<html>Please log in</html>'),
      message: /must hold whole X509 CRL blocks/,
    },
    'an older list': {
      answer: answerWith(listOf({ madeMs: NOW - 3 * HOUR, entries: [entryOf(7)] })),
      message: /^the list is older than the one in force$/,
    },
    'a list of the future': {
      answer: answerWith(listOf({ madeMs: NOW + HOUR, entries: [entryOf(7)] })),
      message: /^the list is from the future; check the clocks$/,
    },
    'a list without an end': {
      answer: answerWith(listOf({ nextMs: null })),
      message: /^the list doesn't say until when it is valid$/,
    },
    'a list of another CA': {
      answer: answerWith(listOf({ by: other })),
      message: /^\S+ crl isn't from the CA: /,
    },
    'a list of an unknown CA': {
      answer: answerWith(listOf({ by: ca('stranger') })),
      message: /^\S+ crl isn't from the CA: /,
    },
    'a list with a forged signature': {
      answer: answerWith(listOf({ by: ca('root') })),
      message: /isn't signed by any CA of its issuer's name/,
    },
    'a delta CRL': {
      answer: answerWith(listOf({ extensions: [extension('2.5.29.27', int(1), true)] })),
      message: /is a delta CRL/,
    },
  }
  for (const [title, { answer: failing, message }] of Object.entries(FAILING)) {
    it(`keeps the old list, tells the operator and recovers after ${title}`, async () => {
      const trust = storeWith()
      answer = failing
      await start(trust)
      expect([statusIn(trust), trust.generation]).to.deep.equal(['good', 1])
      expect(failures).to.have.lengthOf(1)
      expect(failures[0]?.message).to.match(message)
      expect(failures[0]?.url).to.equal(`${origin}/root.crl`)
      expect(scheduled.map(({ ms }) => ms)).to.deep.equal([MINUTE])

      answer = answerWith(REVOKING)
      await scheduled[0]?.run()
      expect(statusIn(trust)).to.equal('certificate_revoked')
      expect(failures).to.have.lengthOf(1)
      expect(scheduled[1]?.ms).to.equal(HOUR)
    })
  }

  it('gives up on a server that never answers', async () => {
    const trust = storeWith()
    answer = () => undefined
    await start(trust, undefined, { timeoutMs: 20 })
    expect(failures.map(({ message }) => message)).to.match(/timeout/)
    expect([statusIn(trust), scheduled[0]?.ms]).to.deep.equal(['good', MINUTE])
  })

  it('ends a download whose last bytes never come, even if memory is cleaned up meanwhile', async () => {
    v8.setFlagsFromString('--expose-gc')
    const collect = vm.runInNewContext('gc') as () => void
    const timer = setInterval(collect, 10)
    try {
      const trust = storeWith()
      answer = (_, res) => res.writeHead(200).write(REVOKING.subarray(0, 50))
      await start(trust, undefined, { timeoutMs: 200 })
      expect(failures.map((failure) => failure.message)).to.match(/timeout/)
      expect(statusIn(trust)).to.equal('good')
    } finally {
      clearInterval(timer)
    }
  })

  it('reads no more of a list that is too large', async () => {
    const chunk = Buffer.alloc(65_536)
    const trust = storeWith()
    let closed: Promise<unknown> | undefined
    answer = (_, res) => {
      closed = once(res, 'close')
      const write = (): void => {
        while (res.write(chunk));
      }
      res.writeHead(200).on('drain', write)
      write()
    }
    await start(trust, undefined, { maxBytes: 200_000 })
    // Without a limit, the body would never end.
    await closed
    expect(failures.map((failure) => failure.message)).to.deep.equal([
      'the list has more than 200000 bytes',
    ])
  })

  it('takes a list that has exactly as many bytes as are allowed', async () => {
    const trust = storeWith()
    answer = answerWith(REVOKING)
    await start(trust, undefined, { maxBytes: REVOKING.length })
    expect(statusIn(trust)).to.equal('certificate_revoked')
  })

  it('follows no redirect', async () => {
    const trust = storeWith()
    answer = (_, res) => res.writeHead(302, { location: `${origin}/internal` }).end()
    await start(trust)
    expect(requests.map(({ url }) => url)).to.deep.equal(['/root.crl'])
    expect(failures.map(({ cause }) => cause)).to.deep.equal(['unexpected redirect'])
  })

  it('waits 1, 2, 4, 8 and then 10 minutes after failures', async () => {
    answer = (_, res) => res.writeHead(503).end()
    await start(storeWith())
    for (let tries = 1; tries < 6; tries += 1) await scheduled.at(-1)?.run()
    expect(scheduled.map(({ ms }) => ms / MINUTE)).to.deep.equal([1, 2, 4, 8, 10, 10])
    expect(failures).to.have.lengthOf(6)
  })

  it('waits for half of the time that is left, but at least a minute and at most an hour', async () => {
    for (const [leftMs, expectedMs] of [
      [40 * MINUTE, 20 * MINUTE],
      [30_000, MINUTE],
      [DAY, HOUR],
    ] as const) {
      answer = answerWith(listOf({ nextMs: NOW + leftMs }))
      setClock(NOW)
      await start(storeWith())
      // The clock goes on during the test.
      expect(scheduled.at(-1)?.ms).to.be.within(expectedMs - 30_000, expectedMs)
    }
    expect(failures).to.deep.equal([])
  })

  it('comes up to a quarter earlier, at random', async () => {
    answer = answerWith(REVOKING)
    for (const [value, ms] of [
      [0, 0.75 * HOUR],
      [0.5, 0.875 * HOUR],
    ] as const) {
      random = value
      await start(storeWith())
      expect(scheduled.at(-1)?.ms).to.equal(ms)
    }
  })

  it('asks whether the list is still the same, and then leaves the store alone', async () => {
    const trust = storeWith()
    const headers = { etag: '"1"', 'last-modified': 'Mon, 31 Dec 2029 23:00:00 GMT' }
    answer = answerWith(REVOKING, headers)
    await start(trust)
    answer = (_, res) => res.writeHead(304).end()
    await scheduled.at(-1)?.run()
    const [first, second] = requests.map((request) => request.headers)
    expect(first).not.to.have.any.keys('if-none-match', 'if-modified-since')
    expect(second).to.include({
      'if-none-match': '"1"',
      'if-modified-since': 'Mon, 31 Dec 2029 23:00:00 GMT',
    })
    expect([trust.generation, failures.length]).to.deep.equal([2, 0])

    answer = answerWith(REVOKING)
    await scheduled.at(-1)?.run()
    expect([trust.generation, failures.length]).to.deep.equal([2, 0])
  })

  it('reports a list that has run out, although the server says that it is the current one', async () => {
    const trust = storeWith()
    answer = answerWith(REVOKING, { etag: '"1"' })
    await start(trust)
    setClock(NOW + 2 * DAY)
    answer = (_, res) => res.writeHead(304).end()
    await scheduled.at(-1)?.run()
    expect(failures.map(({ message }) => message)).to.deep.equal([
      'the list is out of date, and the server has no newer one',
    ])
    expect(scheduled.at(-1)?.ms).to.equal(MINUTE)
    // A cache that is broken must not answer for the CA forever.
    await scheduled.at(-1)?.run()
    expect(requests.at(-1)?.headers).not.to.have.property('if-none-match')
  })

  it('puts a newer list into force even if it has run out, because it names more certificates', async () => {
    const trust = storeWith()
    answer = answerWith(listOf({ nextMs: NOW - MINUTE, entries: [entryOf(7)] }))
    await start(trust)
    expect(statusIn(trust)).to.equal('certificate_revoked')
    expect(failures).to.have.lengthOf(1)
  })

  it('gives each list to the application, for the next start', async () => {
    const saved: [list: Uint8Array, url: string][] = []
    answer = answerWith(REVOKING)
    await start(storeWith(), undefined, { onReplaced: (...args) => saved.push(args) })
    expect(saved).to.have.lengthOf(1)
    const [[list, url] = [OLD, '']] = saved
    expect([Buffer.compare(list, REVOKING), url]).to.deep.equal([0, `${origin}/root.crl`])

    answer = answerWith(OLD)
    const restarted = storeWith(REVOKING)
    await start(restarted, [{ url: `${origin}/root.crl`, ca: root.der, list }])
    expect(statusIn(restarted)).to.equal('certificate_revoked')
    expect(failures.map(({ message }) => message)).to.deep.equal([
      'the list is older than the one in force',
    ])
  })

  it('is rejected if the list from an earlier run is not that of the CA', async () => {
    const sources = [{ url: origin, ca: other.der, list: OLD }]
    expect((await rejectedWith(start(storeWith(), sources))).message).to.match(/isn't from the CA/)
  })

  it('loads the lists of several CAs, although one of the downloads fails', async () => {
    const trust = storeWith()
    const ofOther = issue({ subject: 'client', by: other, serialNumber: int(7) })
    const lists: Record<string, Buffer> = {
      '/root.crl': REVOKING,
      '/other.crl': listOf({ by: other }),
    }
    const isFailing = new Set(['/root.crl'])
    answer = ({ url = '' }, res) => {
      res.writeHead(isFailing.has(url) ? 500 : 200).end(lists[url])
    }
    await start(trust, [
      { url: `${origin}/root.crl`, ca: root.der, list: OLD },
      { url: `${origin}/other.crl`, ca: other.der },
    ])
    expect([statusIn(trust), trust.validate(ofOther.der).ok]).to.deep.equal(['good', true])
    expect(scheduled.map(({ ms }) => ms)).to.deep.equal([MINUTE])

    isFailing.clear()
    await scheduled.at(-1)?.run()
    expect(statusIn(trust)).to.equal('certificate_revoked')
    expect(trust.validate(ofOther.der).ok).to.equal(true)
  })

  it('downloads once if it is asked twice, and counts the time from then on', async () => {
    answer = answerWith(REVOKING)
    const { refresh } = await start(storeWith())
    await Promise.all([refresh(), refresh()])
    expect(requests).to.have.lengthOf(2)
    expect([scheduled.length, canceled]).to.deep.equal([2, 1])
  })

  it('stops when it is closed, and changes nothing after that', async () => {
    const trust = storeWith()
    answer = answerWith(OLD)
    const { refresh, close } = await start(trust)
    answer = (_, res) => {
      close()
      res.writeHead(200).end(REVOKING)
    }
    await refresh()
    expect([statusIn(trust), scheduled.length, canceled]).to.deep.equal(['good', 1, 1])
    answer = (_, res) => res.writeHead(500).end()
    await refresh()
    expect([failures.length, scheduled.length]).to.deep.equal([0, 1])
  })

  it('has a timer that does not keep the process running', async () => {
    answer = answerWith(REVOKING)
    const { setTimeout: real } = globalThis
    const timers: NodeJS.Timeout[] = []
    globalThis.setTimeout = ((run: () => void, ms: number) => {
      const timer = real(run, ms)
      if (ms > 0.7 * HOUR) timers.push(timer)
      return timer
    }) as typeof setTimeout
    try {
      const { close } = await downloadLists(
        storeWith(),
        [{ url: origin, ca: root.der, list: OLD }],
        { onFailed: (error) => expect.fail(String(error)) },
      )
      expect(timers.map((timer) => timer.hasRef())).to.deep.equal([false])
      close()
    } finally {
      globalThis.setTimeout = real
    }
  })
})
