// A Lambda function behind API Gateway with mutual TLS. API Gateway verifies the certificate and
// writes it into the event, where clients can't write. The program shows three ways to read it:
// from the event itself, and in an application with Passport behind serverless-http or
// serverless-express. The events are made up, and everything else is real.
import { AsyncLocalStorage } from 'node:async_hooks'
import serverlessExpress from '@codegenie/serverless-express'
import express from 'express'
import passport from 'passport'
import { Strategy } from 'passport-client-certificate-auth'
import { extractClientCertificateFromLambdaEvent } from 'passport-client-certificate-auth/lambda'
import serverless from 'serverless-http'
import { show } from './support/loopback.js'
import { createAuthority } from './support/pki.js'

const users = [
  { name: 'alice', isAdmin: true },
  { name: 'bob', isAdmin: false },
]

/** @param {unknown} event of a REST API, or of an HTTP API with either payload format */
export function handler(event) {
  const { certificate } = extractClientCertificateFromLambdaEvent(event)
  const user = certificate && users.find(({ name }) => name === certificate.subject.CN)
  if (!user) return { statusCode: 401, body: 'Unauthorized' }
  if (!user.isAdmin) return { statusCode: 403, body: 'Forbidden' }
  return { statusCode: 200, body: JSON.stringify({ user }) }
}

passport.use(
  new Strategy({ certificateSource: 'api-gateway' }, (cert, done) => {
    const user = users.find(({ name }) => name === cert.subject.CN)
    done(null, user ?? false)
  }),
)

const app = express()
app.use(passport.authenticate('client-cert', { session: false }))
app.get('/', (req, res) => {
  const { isAdmin } = /** @type {{ isAdmin: boolean }} */ (req.user)
  if (isAdmin) res.json({ user: req.user })
  else res.sendStatus(403)
})
export const expressHandler = serverless(app)

/** @type {AsyncLocalStorage<unknown>} */
const events = new AsyncLocalStorage()
const appWithEvent = express()
appWithEvent.use((req, _res, next) => {
  Object.assign(req, { apiGateway: { event: events.getStore() } })
  next()
})
appWithEvent.use(app)
const handle = serverlessExpress.configure({ app: appWithEvent })

/**
 * @param {unknown} event
 * @param {object} context
 */
export function otherExpressHandler(event, context) {
  return events.run(event, () => handle(event, context, () => undefined))
}

// The part of API Gateway's events that matters here.
/** @type {Record<string, (clientCert?: object) => object>} */
const makeEvents = {
  'REST API': (clientCert) => ({
    httpMethod: 'GET',
    path: '/',
    headers: {},
    multiValueHeaders: {},
    requestContext: { identity: { sourceIp: '192.0.2.1', clientCert } },
  }),
  'HTTP API': (clientCert) => ({
    version: '2.0',
    rawPath: '/',
    rawQueryString: '',
    headers: {},
    requestContext: {
      http: { method: 'GET', sourceIp: '192.0.2.1' },
      authentication: clientCert && { clientCert },
    },
  }),
}

/** @type {Record<string, (event: object) => unknown>} */
const handlers = {
  event: handler,
  'serverless-http': (event) => expressHandler(event, {}),
  'serverless-express': (event) => otherExpressHandler(event, {}),
}

const ca = await createAuthority({ subject: 'CN=Example CA' })
/** @param {string} name */
const client = async (name, notAfter = new Date(Date.now() + 60 * 60_000)) => ({
  clientCertPem: (await ca.issue({ subject: `CN=${name}`, notAfter })).cert,
})

for (const [api, makeEvent] of Object.entries(makeEvents)) {
  for (const [way, handle] of Object.entries(handlers)) {
    /** @param {object} [clientCert] */
    const ask = async (clientCert) => {
      const answer = await handle(makeEvent(clientCert))
      const { statusCode, body } = /** @type {{ statusCode: number, body: string }} */ (answer)
      return { status: statusCode, body }
    }
    await show(`${api}, ${way}: alice`, 200, ask(await client('alice')))
    await show(`${api}, ${way}: bob, not an administrator`, 403, ask(await client('bob')))
    await show(`${api}, ${way}: mallory, not a user`, 401, ask(await client('mallory')))
    await show(
      `${api}, ${way}: alice, expired`,
      401,
      ask(await client('alice', new Date(Date.now() - 60_000))),
    )
    await show(`${api}, ${way}: no certificate`, 401, ask())
  }
}
