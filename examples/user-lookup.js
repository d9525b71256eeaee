// An asynchronous verify function finds users by the fingerprint of their certificate. First it
// checks the CA and the organization. Two hooks write an audit log, with one line of JSON for each
// decision.
import { X509Certificate } from 'node:crypto'
import https from 'node:https'
import express from 'express'
import passport from 'passport'
import { Strategy } from 'passport-client-certificate-auth'
import { allOf, allowIssuer, allowOrganization } from 'passport-client-certificate-auth/helpers'
import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
import { get, issueServer, show, urlOf } from './support/loopback.js'
import { createAuthority } from './support/pki.js'

const ca = await createAuthority({ subject: 'CN=Example CA' })
const alice = await ca.issue({ subject: 'CN=alice, O=Example' })
const bob = await ca.issue({ subject: 'CN=bob, O=Example' })
const guest = await ca.issue({ subject: 'CN=guest, O=Elsewhere' })

// Represents a database. The fingerprint is the SHA-256 digest of the whole certificate.
const users = new Map([[new X509Certificate(alice.cert).fingerprint256, { name: 'alice' }]])

const isOurs = allOf(allowIssuer({ CN: 'Example CA' }), allowOrganization('Example'))

/** @param {Record<string, unknown>} entry */
const log = (entry) => console.log(JSON.stringify(entry))

passport.use(
  new Strategy(
    {
      onAuthenticated: (cert, req) =>
        log({ event: 'authenticated', url: req.url, fingerprint: cert.fingerprint256 }),
      // The certificate is null if none was accepted, so there is no name to log.
      onRejected: (cert, req, reason) =>
        log({ event: 'rejected', url: req.url, reason, fingerprint: cert?.fingerprint256 }),
    },
    async (cert) => ((await isOurs(cert)) ? users.get(cert.fingerprint256) : null),
  ),
)

const app = express()
app.get('/', passport.authenticate('client-cert', { session: false }), (req, res) => {
  res.json({ user: req.user })
})

const { key, cert } = await issueServer(ca)
const tls = mtlsServerOptions({ key, cert, ca: ca.cert, rejectUnauthorized: false })
const server = https.createServer(tls, app).listen(0, '127.0.0.1')

// The clients.
const url = await urlOf(server)
await show('alice', 200, get(url, { ca: ca.cert, ...alice }))
await show('bob, not registered', 401, get(url, { ca: ca.cert, ...bob }))
await show('a guest from another organization', 401, get(url, { ca: ca.cert, ...guest }))
await show('no certificate', 401, get(url, { ca: ca.cert }))
