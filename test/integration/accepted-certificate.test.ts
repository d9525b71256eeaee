import { createRequire } from 'node:module'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import type * as Entry from 'passport-client-certificate-auth'
import type * as Middleware from 'passport-client-certificate-auth/middleware'
import { endingsOf } from '../support/run-strategy.js'

const require = createRequire(import.meta.url)
const NAME = 'passport-client-certificate-auth'
const BUNDLER = new URL('../../dist/bundler/', import.meta.url)

const load = async <Module>(path: string) => (await import(path)) as Module

const LOADED: Record<string, () => Promise<[typeof Entry, typeof Middleware]>> = {
  'import and import': async () => [await load(NAME), await load(`${NAME}/middleware`)],
  'require and require': () =>
    Promise.resolve([
      require(NAME) as typeof Entry,
      require(`${NAME}/middleware`) as typeof Middleware,
    ]),
  'require and import': async () => [
    require(NAME) as typeof Entry,
    await load(`${NAME}/middleware`),
  ],
  'import and require': async () => [
    await load(NAME),
    require(`${NAME}/middleware`) as typeof Middleware,
  ],
  'two modules of a bundle': async () => [
    await load(new URL('index.js', BUNDLER).href),
    await load(new URL('middleware.js', BUNDLER).href),
  ],
}

describe('a certificate that the strategy of one entry accepted', () => {
  for (const [how, entries] of Object.entries(LOADED)) {
    it(`satisfies requireCertificate() of another entry: ${how}`, async () => {
      const [{ Strategy }, { requireCertificate }] = await entries()
      const certificate = { subject: { CN: 'alice' } }
      const extractor = () => ({ success: true, certificate, reason: null }) as never
      const outcomes: unknown[] = []
      for (const user of [{ id: 1 }, null]) {
        const req = {}
        await endingsOf(new Strategy<object>({ extractor }, (_cert) => user) as never, req)
        requireCertificate<object>(() => true)(req, {}, (error) => outcomes.push(error))
      }
      await setImmediate()
      expect(outcomes).to.have.lengthOf(2)
      expect(outcomes[0]).to.equal(undefined)
      expect(outcomes[1]).to.include({ status: 401, reason: 'not_authenticated' })
    })
  }
})
