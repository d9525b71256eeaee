// Import this before the code that it counts.
import { growthOf } from '../support/steps.js'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { expect } from 'chai'
import { createExtractor, type ExtractorOptions } from '../../src/extractor/index.js'
import { HOSTILE_HEADERS, repeatTo } from '../support/hostile-headers.js'

/** The limit for linear code. Parts of a request with a fixed length only lower the growth. */
const LIMIT = 1.05
const LENGTHS = [10, 12, 14].map((power) => 2 ** power)

/** Alternates names and values, which together have about this length. */
type Fill = (length: number) => string[]

const requests: [title: string, options: ExtractorOptions, fill: Fill][] = [
  ...Object.entries(HOSTILE_HEADERS).map(([title, header]): (typeof requests)[number] => [
    title,
    header.options,
    (length) => [header.name, repeatTo(length, header)],
  ]),
  ...Object.entries({
    lines: ['X-Line', 'a'],
    'Connection lines': ['Connection', 'close'],
    'aliases of headers that are not read': ['X_SSL-Client-Cerf', 'a'],
  }).map(([title, line]): (typeof requests)[number] => [
    `${title}, when eleven headers are read`,
    { certificateSource: 'apache', includeChain: true },
    (length) => Array.from({ length: length / 16 }, () => line).flat(),
  ]),
]

/** Requests with several lengths, as a real server received them. */
async function receive(fill: Fill): Promise<Map<number, IncomingMessage>> {
  const server = http.createServer({ maxHeaderSize: 2 ** 18 }).listen(0, '127.0.0.1')
  server.maxHeadersCount = 0
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const received = new Map<number, IncomingMessage>()
  for (const length of LENGTHS) {
    const headers = ['Host', 'localhost', ...fill(length)] as never
    const arrived = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>
    const sent = http.get({ host: '127.0.0.1', port, agent: false, headers })
    const [request, response] = await arrived
    received.set(length, request)
    response.end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    await once(answer.resume(), 'end')
  }
  server.close()
  return received
}

describe('the steps for a request', () => {
  for (const [title, options, fill] of requests) {
    it(`grow no faster than its headers: ${title}`, async () => {
      // By now the peers have disconnected, so their addresses can't be looked up.
      const extract = createExtractor({ ...options, trustedProxies: true })
      const received = await receive(fill)
      const growth = growthOf((length) => {
        const request = received.get(length) as IncomingMessage
        expect(extract(request).success).to.equal(false)
        return () => extract(request)
      })
      expect(growth).to.be.below(LIMIT)
    })
  }
})
