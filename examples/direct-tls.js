// Clients connect to Node directly, and authenticate with the certificate of their TLS connection.
// Node verifies it against `ca`, the strategy rejects clients that Node didn't authorize, and the
// verify callback finds the user of a valid certificate.
import https from 'node:https'
import express from 'express'
import passport from 'passport'
import { Strategy } from 'passport-client-certificate-auth'
import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
import { get, issueServer, show, urlOf } from './support/loopback.js'
import { createAuthority } from './support/pki.js'

const users = [{ name: 'alice' }, { name: 'bob' }]

passport.use(
  new Strategy((cert, done) => {
    const user = users.find(({ name }) => name === cert.subject.CN)
    done(null, user ?? false)
  }),
)

const app = express()
app.get('/', passport.authenticate('client-cert', { session: false }), (req, res) => {
  res.json({ user: req.user, validUntil: req.clientCertificate?.valid_to })
})

const ca = await createAuthority({ subject: 'CN=Example CA' })
const { key, cert } = await issueServer(ca)

const options = mtlsServerOptions({
  key,
  cert,
  // Node only authorizes clients with a certificate from this CA.
  ca: ca.cert,
  // Node accepts the connection of every client, so the strategy can answer 401.
  rejectUnauthorized: false,
})
const server = https.createServer(options, app).listen(0, '127.0.0.1')

// The clients.
const url = await urlOf(server)
const alice = await ca.issue({ subject: 'CN=alice, O=Example' })
const mallory = await ca.issue({ subject: 'CN=mallory, O=Example' })
const otherCa = await createAuthority({ subject: 'CN=Example CA' })
const impostor = await otherCa.issue({ subject: 'CN=alice, O=Example' })

await show('alice', 200, get(url, { ca: ca.cert, ...alice }))
await show('mallory, not a user', 401, get(url, { ca: ca.cert, ...mallory }))
await show('an impostor named alice', 401, get(url, { ca: ca.cert, ...impostor }))
await show('no certificate', 401, get(url, { ca: ca.cert }))
