// Writes how many bytes the strategy and the middleware allocate for one request. It runs in its own process,
// with --expose-gc and the DER of a certificate in base64, because anything else would allocate there too.
import { X509Certificate } from 'node:crypto'
import { IncomingMessage } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { Strategy } from '../../src/index.js'
import { clientCertificateAuth } from '../../src/middleware.js'
import type { Allocated } from './allocation.js'

/** Few enough that V8 collects no garbage between two looks at its memory. */
const REQUESTS = 200
const ROUNDS = 15
const WARM_UP_ROUNDS = 100

/** Prepares the requests, and returns a function that handles them. Only that function is measured. */
type Prepare = (requests: IncomingMessage[]) => () => void

const strategy = new Strategy((cert, done) => {
  done(null, cert.fingerprint256)
})
const middleware = clientCertificateAuth(() => true)
let accepted = 0
const accept = (): void => {
  accepted += 1
}

const ways: Record<string, Prepare> = {
  strategy: (requests) => {
    // As Passport runs it.
    const strategies = requests.map(
      () => Object.assign(Object.create(strategy), ACTIONS) as Strategy,
    )
    return () => {
      for (let at = 0; at < REQUESTS; at += 1) strategies[at]?.authenticate(requests[at] as never)
    }
  },
  middleware: (requests) => () => {
    for (let at = 0; at < REQUESTS; at += 1) middleware(requests[at] as never, null, accept)
  },
}

const ACTIONS = { success: accept, fail: rethrow, error: rethrow }

function rethrow(problem: unknown): never {
  throw new Error('A request was not accepted', { cause: problem })
}

/** A connection over TLS 1.3, as Node shows it. */
function makeSocket(der: Buffer): object {
  const certificate = new X509Certificate(der)
  const finished = Buffer.alloc(32)
  return {
    authorized: true,
    authorizationError: null,
    getPeerCertificate: () => certificate.toLegacyObject(),
    getPeerFinished: () => finished,
    getProtocol: () => 'TLSv1.3',
  }
}

async function measure(prepare: Prepare, socket: object): Promise<Allocated> {
  const makeRequests = (): IncomingMessage[] =>
    Array.from({ length: REQUESTS }, () => new IncomingMessage(socket as never))
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) prepare(makeRequests())()
  const heap: number[] = []
  const buffers: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const run = prepare(makeRequests())
    // The buffers of earlier rounds are freed in the background.
    await setImmediate()
    gc?.()
    await setImmediate()
    const before = process.memoryUsage()
    run()
    const after = process.memoryUsage()
    heap.push((after.heapUsed - before.heapUsed) / REQUESTS)
    buffers.push((after.arrayBuffers - before.arrayBuffers) / REQUESTS)
  }
  heap.sort((a, b) => a - b)
  // The collector may free buffers of earlier rounds in the meantime, but it can't add any.
  return { heapBytes: heap[ROUNDS >> 1] ?? NaN, bufferBytes: Math.max(...buffers) }
}

const socket = makeSocket(Buffer.from(process.argv[2] ?? '', 'base64'))
const measured: Record<string, Allocated> = {}
for (const [name, prepare] of Object.entries(ways)) measured[name] = await measure(prepare, socket)
if (accepted !== 2 * REQUESTS * (ROUNDS + WARM_UP_ROUNDS)) throw new Error(`${accepted} accepted`)
process.stdout.write(JSON.stringify(measured))
