// Express without Passport. One middleware authenticates clients, and another authorizes them.
// Every rejection is an error with a status, so the application's own error handler answers it.
import https from 'node:https'
import express from 'express'
import { allowOU } from 'passport-client-certificate-auth/helpers'
import {
  clientCertificateAuth,
  requireCertificate,
} from 'passport-client-certificate-auth/middleware'
import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
import { get, issueServer, show, urlOf } from './support/loopback.js'
import { createAuthority } from './support/pki.js'

/**
 * Represents a database, which sometimes fails.
 *
 * @param {unknown} name
 */
async function isKnown(name) {
  if (name === 'carol') throw Object.assign(new Error('the database is down'), { status: 503 })
  return Promise.resolve(name === 'alice' || name === 'bob')
}

const app = express()

// Everything that is added after this line is only for authenticated clients. The callback accepts
// a client only by `true`.
app.use(clientCertificateAuth((cert) => isKnown(cert.subject.CN)))

app.get('/', (req, res) => {
  res.json({ name: req.clientCertificate?.subject.CN })
})

// Only for clients of one department.
app.get('/admin', requireCertificate(allowOU('Administration')), (req, res) => {
  res.json({ name: req.clientCertificate?.subject.CN })
})

// This handler must come last, and have four parameters. Without it, Express sends clients the
// stack of an error, unless NODE_ENV is 'production'.
/** @type {(error: { status?: number, reason?: string }, ...rest: [unknown, express.Response, unknown]) => void} */
const answerError = ({ status = 500, reason }, _req, res, _next) => {
  res.status(status).json({ status, reason })
}
app.use(answerError)

const ca = await createAuthority({ subject: 'CN=Example CA' })
const { key, cert } = await issueServer(ca)
const options = mtlsServerOptions({ key, cert, ca: ca.cert, rejectUnauthorized: false })
const server = https.createServer(options, app).listen(0, '127.0.0.1')

// The clients.
const url = await urlOf(server)
const otherCa = await createAuthority({ subject: 'CN=Example CA' })
const units = new Map([['alice', 'Administration']])
/** @param {string} name */
const client = async (name, issuer = ca) => ({
  ca: ca.cert,
  ...(await issuer.issue({ subject: `CN=${name}, OU=${units.get(name) ?? 'Sales'}` })),
})

await show('alice', 200, get(url, await client('alice')))
await show('alice, an administrator', 200, get(`${url}admin`, await client('alice')))
await show('bob, not an administrator', 403, get(`${url}admin`, await client('bob')))
await show('mallory, not a user', 401, get(url, await client('mallory')))
await show('an impostor named alice', 401, get(url, await client('alice', otherCa)))
await show('no certificate', 401, get(url, { ca: ca.cert }))
await show('carol, with the database down', 503, get(url, await client('carol')))
