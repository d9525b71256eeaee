import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import express from 'express'
import { Passport } from 'passport'
import { Strategy } from '../../src/index.js'
import { toFunction, toFunctionWithEvent } from '../conformance/support/express-adapters.js'
import { httpEvent, restEvent } from '../support/lambda-events.js'
import { testPki } from '../support/pki.js'

/** An app that waits before it authenticates, as it would for a session store. */
function makeApp(): express.Express {
  const strategy = new Strategy({ certificateSource: 'api-gateway' }, ({ subject }) => ({
    name: subject.CN,
  }))
  const passport = new Passport().use(strategy)
  const app = express()
  app.use(async (_req, _res, next) => {
    await setImmediate()
    next()
  })
  app.use(passport.authenticate('client-cert', { session: false }) as express.RequestHandler)
  app.get('/', (req, res) => {
    res.send((req.user as { name: string }).name)
  })
  return app
}

const ADAPTERS = { 'serverless-http': toFunction, 'serverless-express': toFunctionWithEvent }

describe('a Lambda function with several clients at once', () => {
  for (const [name, adapt] of Object.entries(ADAPTERS)) {
    it(`gives each client its own answer, behind ${name}`, async () => {
      const { ec, rsa, chained } = await testPki()
      const invoke = adapt(makeApp())
      const events = [restEvent(ec), httpEvent(rsa), restEvent(chained), restEvent(null)]
      const answers = await Promise.all(events.map((event) => invoke(event)))
      const bodies = answers.map(({ body }) => body)
      expect(bodies).to.deep.equal(['ec-client', 'rsa-client', 'chained-client', 'Unauthorized'])
    })
  }
})
