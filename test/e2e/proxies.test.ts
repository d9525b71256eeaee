import { expect } from 'chai'
import { type Case, CASES } from './support/cases.js'
import { documented, type Mode } from './support/files.js'
import { versionOf } from './support/launch.js'
import { AS_VICTIM, UNVERIFIED } from './support/outcome.js'
import { PROXIES } from './support/proxies.js'
import { outcomeOf, stopSites } from './support/run.js'

const MODES: readonly Mode[] = ['required', 'optional']

/** The expected outcome of a case, with any proxy. */
const PROMISES: Readonly<Record<Case['entry'], readonly [title: string, outcome: RegExp]>> = {
  due: ['accepts, under its own name, a client with', /^200(, (no|\d) issuers?)?$/],
  possible: [
    'never takes for another client a client with',
    /^(200(, no issuer)?|401 .*|proxy: .*)$/,
  ],
  forbidden: ['rejects a client with', /^(401 .*|proxy: .*)$/],
}

for (const proxy of PROXIES) {
  describe(`${proxy.title}, as docs/proxies/${proxy.name} configures it`, () => {
    before(() => {
      versionOf(proxy)
    })
    after(stopSites)

    for (const mode of MODES) {
      describe(`with certificates ${mode}`, () => {
        for (const testCase of CASES) {
          const [promise, expected] = PROMISES[testCase.entry]
          it(`${promise} ${testCase.title}`, async () => {
            const outcome = await outcomeOf(proxy, documented(proxy, mode), testCase)
            expect(outcome).to.match(expected)
            expect(outcome).not.to.be.oneOf([AS_VICTIM, UNVERIFIED])
          })
        }
      })
    }
  })
}
