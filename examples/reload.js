// Replaces the CAs of a running server. Open connections stay open. Every new handshake uses the
// new CAs, or the old ones if the new ones can't be used.
import https from 'node:https'
import express from 'express'
import passport from 'passport'
import { Strategy } from 'passport-client-certificate-auth'
import { mtlsServerOptions, reloadable } from 'passport-client-certificate-auth/server'
import { get, issueServer, show, urlOf } from './support/loopback.js'
import { createAuthority } from './support/pki.js'

passport.use(new Strategy((cert) => ({ name: cert.subject.CN })))

const app = express()
app.get('/', passport.authenticate('client-cert', { session: false }), (req, res) => {
  res.json({ user: req.user })
})

const oldCa = await createAuthority({ subject: 'CN=Old CA' })
const newCa = await createAuthority({ subject: 'CN=New CA' })
const { key, cert } = await issueServer(oldCa)

// Represents a file that the operator replaces.
let trustedCa = oldCa.cert
const load = () => ({ key, cert, ca: trustedCa, rejectUnauthorized: false })

const server = https.createServer(mtlsServerOptions(load()), app).listen(0, '127.0.0.1')
const reload = reloadable(server, load)

// The clients.
const url = await urlOf(server)
const alice = await oldCa.issue({ subject: 'CN=alice' })
const bob = await newCa.issue({ subject: 'CN=bob' })
const agent = new https.Agent({ keepAlive: true })
/**
 * @param {import('./support/pki.js').Issued} client
 * @param {https.RequestOptions} [options]
 */
const ask = (client, options = {}) => get(url, { ca: oldCa.cert, ...client, ...options })

await show('alice, from the old CA', 200, ask(alice, { agent }))
await show('bob, from the new CA', 401, ask(bob))

trustedCa = newCa.cert
await reload()
await show('bob, after the reload', 200, ask(bob))
await show('alice, on a new connection', 401, ask(alice))
await show('alice, on her open connection', 200, ask(alice, { agent }))

trustedCa = 'not a certificate'
await reload().catch((/** @type {unknown} */ error) => console.log(String(error)))
await show('bob, after a failed reload', 200, ask(bob))
agent.destroy()
