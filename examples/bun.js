// Direct TLS on Bun, where the sockets of node:https don't show the client's certificate. A server
// of node:tls terminates TLS and passes the connections to the HTTP server. It works on Node in the
// same way.
import { once } from 'node:events'
import http from 'node:http'
import tls from 'node:tls'
import express from 'express'
import passport from 'passport'
import { Strategy } from 'passport-client-certificate-auth'
import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
import { get, issueServer, show } from './support/loopback.js'
import { createAuthority } from './support/pki.js'

const users = [{ name: 'alice' }, { name: 'bob' }]

passport.use(new Strategy((cert) => users.find(({ name }) => name === cert.subject.CN) ?? null))

const app = express()
app.get('/', passport.authenticate('client-cert', { session: false }), (req, res) => {
  res.json({ user: req.user })
})

const ca = await createAuthority({ subject: 'CN=Example CA' })
const { key, cert } = await issueServer(ca)

const options = mtlsServerOptions({ key, cert, ca: ca.cert, rejectUnauthorized: false })
const application = http.createServer(app)
const server = tls.createServer(options, (socket) => application.emit('connection', socket))
server.listen(0, '127.0.0.1').unref()

// The clients.
await once(server, 'listening')
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
const url = `https://127.0.0.1:${port}/`
const alice = await ca.issue({ subject: 'CN=alice, O=Example' })
const mallory = await ca.issue({ subject: 'CN=mallory, O=Example' })
const otherCa = await createAuthority({ subject: 'CN=Example CA' })
const impostor = await otherCa.issue({ subject: 'CN=alice, O=Example' })

await show('alice', 200, get(url, { ca: ca.cert, ...alice }))
await show('mallory, not a user', 401, get(url, { ca: ca.cert, ...mallory }))
await show('an impostor named alice', 401, get(url, { ca: ca.cert, ...impostor }))
await show('no certificate', 401, get(url, { ca: ca.cert }))
