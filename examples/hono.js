// Hono on Node, with direct TLS. Passport can't read web-standard requests, so a short middleware
// calls the extractor with the Node request behind them.
/* eslint-disable @typescript-eslint/no-misused-promises -- Node's servers ignore what listeners return. */
import https from 'node:https'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { createExtractor } from 'passport-client-certificate-auth/extractor'
import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
import { showClients } from './support/clients.js'
import { issueServer, urlOf } from './support/loopback.js'
import { createAuthority } from './support/pki.js'

/**
 * Represents a database, which sometimes fails.
 *
 * @param {unknown} name
 */
function findUser(name) {
  if (name === 'carol') throw new Error('the database is down')
  const users = { alice: { isAdmin: true }, bob: { isAdmin: false } }
  return Object.entries(users).find(([known]) => known === name)?.[1]
}

/** @typedef {{ name: unknown, isAdmin: boolean }} User */
/** @type {Hono<{ Bindings: import('@hono/node-server').HttpBindings, Variables: { user: User } }>} */
const app = new Hono()

const extract = createExtractor()

// Everything that is added after this line is only for authenticated clients.
app.use(async (c, next) => {
  const { certificate } = extract(c.env.incoming)
  const user = certificate && findUser(certificate.subject.CN)
  if (!user) throw new HTTPException(401, { message: 'Unauthorized' })
  c.set('user', { name: certificate.subject.CN, ...user })
  await next()
})

app.get('/', (c) => c.json({ user: c.var.user }))

app.get('/admin', (c) => {
  if (!c.var.user.isAdmin) throw new HTTPException(403, { message: 'Forbidden' })
  return c.json({ user: c.var.user })
})

// Only for this example, where the error is expected. Without this handler, Hono logs it.
app.onError((error, c) =>
  error instanceof HTTPException ? error.getResponse() : c.text('Internal Server Error', 500),
)

const ca = await createAuthority({ subject: 'CN=Example CA' })
const { key, cert } = await issueServer(ca)
const options = mtlsServerOptions({ key, cert, ca: ca.cert, rejectUnauthorized: false })
const server = https.createServer(options, getRequestListener(app.fetch)).listen(0, '127.0.0.1')

await showClients(await urlOf(server), ca)
