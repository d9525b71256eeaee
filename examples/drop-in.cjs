// An application in CommonJS that was written for passport-client-cert. Only the name in one
// `require` has changed.
'use strict'

const https = require('node:https')
const express = require('express')
const passport = require('passport')
const ClientCertStrategy = require('passport-client-certificate-auth').Strategy

const users = [{ name: 'ann' }]

passport.use(
  new ClientCertStrategy(function (clientCert, done) {
    const user = users.find(function ({ name }) {
      return name === clientCert.subject.CN
    })

    done(null, user)
  }),
)

const app = express()
app.use(passport.initialize())
app.use(passport.authenticate('client-cert', { session: false }))
app.get('/', function (req, res) {
  res.json(req.user)
})

main()

async function main() {
  const { createAuthority } = await import('./support/pki.js')
  const { get, issueServer, show, urlOf } = await import('./support/loopback.js')

  const ca = await createAuthority()
  const { key, cert } = await issueServer(ca)
  const tls = { key, cert, ca: ca.cert, requestCert: true, rejectUnauthorized: false }
  const server = https.createServer(tls, app).listen(0, '127.0.0.1')

  // The clients.
  const url = await urlOf(server)
  const ann = await ca.issue({ subject: 'CN=ann' })
  const bob = await ca.issue({ subject: 'CN=bob' })
  await show('ann', 200, get(url, { ca: ca.cert, ...ann }))
  await show('bob', 401, get(url, { ca: ca.cert, ...bob }))
  await show('no certificate', 401, get(url, { ca: ca.cert }))
}
