// Runs in its own process, where no warning has been issued yet: makes two strategies of each kind,
// and writes the codes of the warnings.
import { setImmediate } from 'node:timers/promises'
import { Strategy, type StrategyOptions } from '../../../src/index.js'

const codes: string[] = []
process.on('warning', ({ code }: Error & { code?: string }) => {
  // Node also emits other warnings.
  if (code?.startsWith('CLIENT_CERT_')) codes.push(code)
})

const kinds: StrategyOptions[] = [
  { certificateSource: 'aws-alb-verify', trustedProxies: 'loopback' },
  { certificateSource: 'aws-alb', trustedProxies: 'loopback' },
  { certificateSource: 'azure-app-service', trustedProxies: 'loopback' },
]
const seen: string[][] = []
for (const options of kinds) {
  for (let time = 0; time < 2; time += 1) new Strategy(options, (_cert) => null)
  await setImmediate()
  seen.push([...codes])
}
process.stdout.write(JSON.stringify(seen))
