// Run in a process of its own: nothing but one extractor and what it keeps.
import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { createExtractor, type Extractor } from 'passport-client-certificate-auth/extractor'
import { collectGarbage } from '../measure.js'
import { answerWith } from '../support/child.js'
import { type DistinctCertificate, distinctCertificates } from '../support/distinct.js'
import { bareRequest, CERTIFICATE_HEADER } from '../support/requests.js'

export interface MemoryQuestion {
  /** Base64 of the DER of the certificate that the others are made of. */
  readonly raw: string
  /** How many more. */
  readonly certificates: number
  readonly cache: boolean
  /** Whether to collect garbage before memory is looked at. */
  readonly collect: boolean
}

export interface MemoryAnswer {
  readonly rssBytes: number
  readonly keptBytes: number
  /** For one certificate. */
  readonly microseconds: number
}

const OPTIONS = {
  certificateHeader: CERTIFICATE_HEADER,
  headerEncoding: 'base64-der',
  trustedProxies: 'loopback',
} as const
const extractWithCache = createExtractor(OPTIONS)
const extractWithoutCache = createExtractor({ ...OPTIONS, cache: false })
let next: (() => DistinctCertificate) | undefined

answerWith(async (question: MemoryQuestion): Promise<MemoryAnswer> => {
  const { raw, certificates, cache } = question
  const start = performance.now()
  next ??= distinctCertificates({ raw: Buffer.from(raw, 'base64') })
  await extractMany(cache ? extractWithCache : extractWithoutCache, next, certificates)
  const elapsedMs = performance.now() - start
  if (question.collect) await collectEverything()
  const { rss, heapUsed, external } = process.memoryUsage()
  return {
    rssBytes: rss,
    // The buffers are part of what is external.
    keptBytes: heapUsed + external,
    microseconds: certificates === 0 ? 0 : (elapsedMs * 1000) / certificates,
  }
})

async function collectEverything(): Promise<void> {
  for (let time = 0; time < 5; time += 1) {
    collectGarbage()
    // Some of it is only let go of afterwards.
    await setImmediate()
  }
}

async function extractMany(
  extract: Extractor,
  make: () => DistinctCertificate,
  certificates: number,
): Promise<void> {
  for (let index = 0; index < certificates; index += 1) {
    // No server handles more requests than this without a look at the network.
    if (index % 100 === 0) await setImmediate()
    const { raw, serialNumber } = make()
    const { certificate } = extract(bareRequest(raw.toString('base64')))
    if (certificate?.serialNumber !== serialNumber) throw new Error(`Not ${serialNumber}`)
  }
}
