// Run in a process of its own, with a list of steps as JSON on its standard input: makes an extractor
// of each step's options, and writes why it refused each of the step's requests.
import { text } from 'node:stream/consumers'
import { createExtractor } from '../../src/extractor/index.js'
import type { Step } from './extract-elsewhere.js'

for (const { options, requests = [] } of JSON.parse(await text(process.stdin)) as Step[]) {
  const extract = createExtractor(options)
  for (const request of requests) console.log(extract(request).reason ?? 'extracted')
}
