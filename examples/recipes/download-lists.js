// Keeps revocation lists in force that CAs publish at a URL. Copy this file into your application, and
// see docs/revocation.md.
import { readCrlDates } from 'passport-client-certificate-auth/trust'

/**
 * @typedef {object} Source
 * @property {string} url from your configuration. Never take it from a certificate, because a client
 *   could then make the server send requests to any address.
 * @property {string | Uint8Array} ca the CA whose list is there
 * @property {Uint8Array} [list] the list that was in force when the program ended
 */

/**
 * @typedef {object} Options
 * @property {(error: unknown, url: string) => void} onFailed tells the operator; the old list stays in force
 * @property {(list: Uint8Array, url: string) => unknown} [onReplaced] saves a list for the next start
 * @property {number} [timeoutMs] for one download, from the request to the last byte
 * @property {number} [maxBytes] the size of the largest list
 * @property {() => number} [random]
 * @property {(run: () => Promise<void>, ms: number) => () => void} [schedule] returns a function that cancels
 */

/** @typedef {import('passport-client-certificate-auth/trust').CrlDates} Dates */
/** @typedef {Source & { dates: Dates | undefined, headers: Record<string, string>, failures: number }} State */

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** @type {NonNullable<Options['schedule']>} */
function scheduleWithTimer(run, ms) {
  const timer = setTimeout(() => void run(), ms).unref()
  return () => clearTimeout(timer)
}

/**
 * Downloads the lists at once, and then again in time.
 *
 * @param {Pick<import('passport-client-certificate-auth/trust').TrustStore, 'replace'>} trust
 * @param {readonly Source[]} sources all lists of the store, because each download replaces its option `crl`
 * @param {Options} options
 * @returns resolves after the first try of each download, whether it succeeded or not; is rejected if a
 *   list from an earlier run can't be read
 */
export async function downloadLists(trust, sources, options) {
  const { onFailed, onReplaced, timeoutMs = 30_000, maxBytes = 64 * 1024 * 1024 } = options
  const { random = Math.random, schedule = scheduleWithTimer } = options
  /** @type {State[]} */
  const states = []
  for (const source of sources) {
    const dates = source.list && (await readCrlDates(source.list, source.ca))
    states.push({ ...source, dates, headers: {}, failures: 0 })
  }
  let isClosed = false
  let cancel = () => {}
  /** @type {Promise<void> | undefined} */
  let running

  /** @param {State} state */
  async function update(state) {
    const found = await download(state, timeoutMs, maxBytes)
    if (found && !isSame(found.list, state.list)) {
      const dates = await readCrlDates(found.list, state.ca)
      assertNewer(dates, state.dates)
      if (isClosed) return
      const lists = states.map((other) => (other === state ? found.list : other.list))
      await trust.replace({ crl: lists.filter((list) => list !== undefined) })
      Object.assign(state, found, { dates })
      await onReplaced?.(found.list, state.url)
    }
    if (nextUpdateOf(state) > Date.now()) return
    state.headers = {}
    throw new Error('the list is out of date, and the server has no newer one')
  }

  async function refreshAll() {
    for (const state of states) {
      try {
        await update(state)
        state.failures = 0
      } catch (error) {
        state.failures += 1
        if (!isClosed) onFailed(error, state.url)
      }
    }
    if (isClosed) return
    // Servers that were started together shouldn't download together.
    cancel()
    cancel = schedule(refresh, Math.min(...states.map(delayOf)) * (0.75 + random() / 4))
  }

  /** Looks for new lists now. The promise is never rejected. */
  function refresh() {
    running ??= refreshAll().finally(() => (running = undefined))
    return running
  }

  function close() {
    isClosed = true
    cancel()
  }

  await refresh()
  return { refresh, close }
}

/** @param {State} state */
function nextUpdateOf({ dates }) {
  return dates?.nextUpdateMs ?? 0
}

/**
 * Half of the time that is left, so that a failure leaves time for further tries. After failures, 1, 2, 4 and
 * at most 10 minutes.
 *
 * @param {State} state
 */
function delayOf(state) {
  if (state.failures > 0) return Math.min(MINUTE * 2 ** (state.failures - 1), 10 * MINUTE)
  return Math.min(Math.max((nextUpdateOf(state) - Date.now()) / 2, MINUTE), HOUR)
}

/**
 * A server, or an attacker in between, could deliver an old list, in which the newest revocations are missing.
 *
 * @param {Dates} dates
 * @param {Dates | undefined} inForce
 */
function assertNewer({ thisUpdateMs, nextUpdateMs }, inForce) {
  if (nextUpdateMs === undefined) throw new Error("the list doesn't say until when it is valid")
  if (thisUpdateMs > Date.now()) throw new Error('the list is from the future; check the clocks')
  if (thisUpdateMs < (inForce?.thisUpdateMs ?? 0))
    throw new Error('the list is older than the one in force')
}

/**
 * @param {Uint8Array} list
 * @param {Uint8Array | undefined} other
 */
function isSame(list, other) {
  return other !== undefined && Buffer.compare(list, other) === 0
}

/**
 * @param {State} state
 * @param {number} timeoutMs
 * @param {number} maxBytes
 * @returns {Promise<{ list: Uint8Array, headers: State['headers'] } | undefined>} nothing if the list is the same
 */
async function download({ url, headers }, timeoutMs, maxBytes) {
  const signal = AbortSignal.timeout(timeoutMs)
  // A redirect could lead to any address.
  const response = await fetch(url, { headers, signal, redirect: 'error' })
  if (response.status === 304) return undefined
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel()
    throw new Error(`the answer has the status ${response.status}`)
  }
  /** @type {Uint8Array[]} */
  const chunks = []
  let size = 0
  const collect = new WritableStream({
    /** @param {Uint8Array} chunk */
    write(chunk) {
      size += chunk.length
      if (size > maxBytes) throw new Error(`the list has more than ${maxBytes} bytes`)
      chunks.push(chunk)
    },
  })
  // Once fetch() has returned, Node 20 and 22 may forget its signal, and would wait forever for the body.
  await response.body.pipeTo(collect, { signal })
  return { list: Buffer.concat(chunks), headers: validatorsOf(response.headers) }
}

/**
 * Headers for the next request, so that the answer is 304 if the list is still the same.
 *
 * @param {Headers} headers
 */
function validatorsOf(headers) {
  /** @type {State['headers']} */
  const validators = {}
  const [etag, lastModified] = [headers.get('etag'), headers.get('last-modified')]
  if (etag !== null) validators['if-none-match'] = etag
  if (lastModified !== null) validators['if-modified-since'] = lastModified
  return validators
}
