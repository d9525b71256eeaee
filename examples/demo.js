// One application that clients reach in two ways: over TLS, and over plain HTTP through a proxy
// that forwards certificates in a header. Real clients of all kinds send a request, and a table
// shows each result and its reason. Run it with `npm run demo`.
import http from 'node:http'
import https from 'node:https'
import express from 'express'
import { Passport } from 'passport'
import { Strategy } from 'passport-client-certificate-auth'
import { mtlsServerOptions } from 'passport-client-certificate-auth/server'
import { get, getWithLines, issueServer, urlOf } from './support/loopback.js'
import { createAuthority, createSelfSigned } from './support/pki.js'

const DAY_MS = 24 * 60 * 60 * 1000
const CERTIFICATE = 'X-SSL-Client-Cert'
const VERIFY = 'X-SSL-Client-Verify'

/** @type {string} the reason for the last rejection and its detail, from the audit hook */
let lastReason

/** @param {import('passport-client-certificate-auth').StrategyOptions} options */
function createApp(options) {
  const passport = new Passport()
  passport.use(
    new Strategy(options, (cert, done) => {
      done(null, cert.subject.CN === 'alice' && { name: 'alice' })
    }),
  )
  const app = express()
  app.get('/', passport.authenticate('client-cert', { session: false }), (req, res) => {
    res.json({ user: req.user })
  })
  return app
}

/** @type {import('passport-client-certificate-auth').StrategyOptions} */
const audit = {
  onRejected: (_cert, _req, reason, { detail }) => {
    lastReason = detail === undefined ? reason : `${reason}: ${detail}`
  },
}
/** @type {import('passport-client-certificate-auth').StrategyOptions} */
const fromProxy = {
  ...audit,
  trustedProxies: 'loopback',
  certificateHeader: CERTIFICATE,
  headerEncoding: 'url-pem',
  verifyHeader: VERIFY,
  verifyValue: 'SUCCESS',
}

const ca = await createAuthority({ subject: 'CN=Known CA' })
const unknownCa = await createAuthority({ subject: 'CN=Known CA' })
const alice = await ca.issue({ subject: 'CN=alice' })
const bob = await ca.issue({ subject: 'CN=bob' })
const stranger = await unknownCa.issue({ subject: 'CN=alice' })
const selfSigned = await createSelfSigned({ subject: 'CN=alice' })
const expired = await ca.issue({
  subject: 'CN=alice',
  notBefore: new Date(Date.now() - 2 * DAY_MS),
  notAfter: new Date(Date.now() - DAY_MS),
})

const { key, cert } = await issueServer(ca)
const tls = mtlsServerOptions({ key, cert, ca: ca.cert, rejectUnauthorized: false })
const direct = https.createServer(tls, createApp(audit)).listen(0, '127.0.0.1')
const proxied = http.createServer(createApp(fromProxy)).listen(0, '127.0.0.1')
// The proxy of this server is on another machine, so a client that connects from here bypasses it.
const fromElsewhere = { ...fromProxy, trustedProxies: '192.0.2.1' }
const bypassed = http.createServer(createApp(fromElsewhere)).listen(0, '127.0.0.1')
const directUrl = await urlOf(direct)
const proxiedUrl = await urlOf(proxied)
const bypassedUrl = await urlOf(bypassed)

/** @param {{ cert?: string, key?: string }} client */
const overTls = (client) => get(directUrl, { ca: ca.cert, ...client })

/**
 * @param {import('./support/pki.js').Issued} client
 * @param {string} verify
 */
const overProxy = (client, verify, url = proxiedUrl) =>
  get(url, { headers: { [CERTIFICATE]: encodeURIComponent(client.cert), [VERIFY]: verify } })

// The header lines from a proxy that appends its header instead of overwriting the client's forged
// one.
const overAppendingProxy = () =>
  getWithLines(proxiedUrl, [
    `${CERTIFICATE}: ${encodeURIComponent(alice.cert)}`,
    `${CERTIFICATE}: ${encodeURIComponent(bob.cert)}`,
    `${VERIFY}: SUCCESS`,
  ])

const pastTheProxy = () => overProxy(alice, 'SUCCESS', bypassedUrl)
const notVerified = () => overProxy(selfSigned, 'FAILED:self-signed certificate')

const SOCKET = 'socket_not_authorized'
const HEADER = 'header_missing_or_malformed'
const VERIFICATION = 'verification_header_mismatch'

/** @typedef {() => ReturnType<typeof get>} Ask */
/** @type {[who: string, how: string, status: number, reason: string, ask: Ask][]} */
const expected = [
  ['alice', 'TLS, known CA', 200, '-', () => overTls(alice)],
  ['bob', 'TLS, not a user', 401, 'callback_returned_false', () => overTls(bob)],
  ['"alice"', 'TLS, unknown CA', 401, `${SOCKET}: untrusted_ca`, () => overTls(stranger)],
  ['"alice"', 'TLS, self-signed', 401, `${SOCKET}: self_signed`, () => overTls(selfSigned)],
  ['alice', 'TLS, expired', 401, `${SOCKET}: expired`, () => overTls(expired)],
  ['nobody', 'TLS, no certificate', 401, `${SOCKET}: no_certificate`, () => overTls({})],
  ['alice', 'proxy, verified', 200, '-', () => overProxy(alice, 'SUCCESS')],
  ['bob', 'proxy, not a user', 401, 'callback_returned_false', () => overProxy(bob, 'SUCCESS')],
  ['bob', 'proxy, forged header', 401, `${HEADER}: sent_more_than_once`, overAppendingProxy],
  ['"alice"', 'proxy, not verified', 401, `${VERIFICATION}: wrong_value`, notVerified],
  ['alice', 'proxy, expired', 401, 'certificate_expired', () => overProxy(expired, 'SUCCESS')],
  ['"alice"', 'spoofed past the proxy', 401, 'untrusted_proxy: address_not_listed', pastTheProxy],
  ['nobody', 'proxy, no certificate', 401, `${VERIFICATION}: not_sent`, () => get(proxiedUrl)],
]

/** @param {(string | number)[]} cells */
const printRow = ([who, how, status, reason]) =>
  console.log(
    [String(who).padEnd(8), String(how).padEnd(23), String(status).padEnd(7), reason].join(' '),
  )

printRow(['who', 'how', 'status', 'reason'])
for (const [who, how, status, reason, ask] of expected) {
  lastReason = '-'
  const answer = await ask()
  printRow([who, how, answer.status, lastReason])
  if (answer.status !== status || lastReason !== reason) {
    console.error(`  expected ${status} ${reason}`)
    process.exitCode = 1
  }
}
