import { expect } from 'chai'
import { CASES } from './support/cases.js'
import { documented, naive } from './support/files.js'
import { versionOf } from './support/launch.js'
import { AS_VICTIM, UNVERIFIED } from './support/outcome.js'
import { type ProxyName, proxyOf, PROXIES } from './support/proxies.js'
import { outcomeOf, stopSites } from './support/run.js'

/** Configurations that forward every certificate without validating it. */
const UNVALIDATING: readonly (readonly [proxy: ProxyName, file: string])[] = [
  ['nginx', 'nginx-optional-no-ca.conf'],
  ['haproxy', 'haproxy-ignore-errors.cfg'],
  ['apache', 'httpd-optional-no-ca.conf'],
  ['caddy', 'Caddyfile-request'],
  ['caddy', 'Caddyfile-require'],
]

/**
 * The strategy knows the intermediate CA from its options, so this client is genuine for it. The proxies
 * know only the root.
 */
const KNOWN_INTERMEDIATE = "a certificate from an intermediate, which it doesn't send"

const toAnswer = (outcome: string): 'accepted' | 'rejected' =>
  outcome.startsWith('200') ? 'accepted' : 'rejected'

describe('the option ca, behind a proxy that validates nothing', () => {
  before(() => {
    PROXIES.forEach(versionOf)
  })
  after(stopSites)

  for (const [name, file] of UNVALIDATING) {
    const proxy = proxyOf(name)

    describe(`${proxy.title}, ${file}`, () => {
      for (const testCase of CASES.filter(({ forgery }) => forgery === undefined)) {
        it(`gives the same answer as validation in the proxy to ${testCase.title}`, async () => {
          const outcome = await outcomeOf(proxy, naive(file), testCase, 'with ca')
          const safe = await outcomeOf(proxy, documented(proxy, 'optional'), testCase)
          const expected = testCase.title === KNOWN_INTERMEDIATE ? 'accepted' : toAnswer(safe)
          expect(toAnswer(outcome), `${outcome}, but ${safe}`).to.equal(expected)
        })
      }

      it('never takes a client that forges headers for another client', async () => {
        for (const testCase of CASES.filter(({ forgery }) => forgery !== undefined)) {
          const outcome = await outcomeOf(proxy, naive(file), testCase, 'with ca')
          expect(outcome, testCase.title).not.to.be.oneOf([AS_VICTIM, UNVERIFIED])
        }
      })
    })
  }
})
