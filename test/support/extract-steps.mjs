// Run in a separate process, with a list of steps as JSON on its standard input: creates an extractor from the options of
// each step, and writes the reason for which it rejected each request. Plain JavaScript, because it starts faster.
import console from 'node:console'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { createExtractor } from 'passport-client-certificate-auth/extractor'

for (const { options, requests = [] } of JSON.parse(await text(process.stdin))) {
  const extract = createExtractor(options)
  for (const request of requests) console.log(extract(request).reason ?? 'extracted')
}
