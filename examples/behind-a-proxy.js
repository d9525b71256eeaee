// A proxy terminates TLS and forwards the client's certificate in a header. A header proves nothing
// by itself: the proxy has to overwrite the client's header, and the application must read the
// header only from the proxy. Here the proxy runs on the same machine, so `trustedProxies` is
// 'loopback'.
//
// Configure nginx like this:
//   ssl_client_certificate ca.pem;
//   ssl_verify_client      optional;
//   location / {
//     proxy_set_header X-SSL-Client-Cert   $ssl_client_escaped_cert;
//     proxy_set_header X-SSL-Client-Verify $ssl_client_verify;
//     proxy_pass       http://127.0.0.1:3000;
//   }
import http from 'node:http'
import express from 'express'
import passport from 'passport'
import { Strategy } from 'passport-client-certificate-auth'
import { get, show, urlOf } from './support/loopback.js'
import { createAuthority } from './support/pki.js'

passport.use(
  new Strategy(
    // The preset has the header names of the configuration above, and requires SUCCESS from
    // X-SSL-Client-Verify.
    { certificateSource: 'nginx', trustedProxies: 'loopback' },
    (cert, done) => {
      done(null, cert.subject.CN === 'alice' && { name: 'alice' })
    },
  ),
)

const app = express()
app.get('/', passport.authenticate('client-cert', { session: false }), (req, res) => {
  res.json({ user: req.user })
})

// 0 means any free port. In production, use the port in `proxy_pass`.
const server = http.createServer(app).listen(0, '127.0.0.1')

// The proxy's headers for a verified client, for a client that isn't verified (which nginx only
// forwards with `optional_no_ca`), and for a client without a certificate.
const url = await urlOf(server)
const ca = await createAuthority()
const alice = encodeURIComponent((await ca.issue({ subject: 'CN=alice' })).cert)
const verified = { 'X-SSL-Client-Cert': alice, 'X-SSL-Client-Verify': 'SUCCESS' }
const unverified = {
  'X-SSL-Client-Cert': alice,
  'X-SSL-Client-Verify': 'FAILED:self-signed certificate',
}
const absent = { 'X-SSL-Client-Verify': 'NONE' }

await show('alice, verified', 200, get(url, { headers: verified }))
await show('alice, not verified', 401, get(url, { headers: unverified }))
await show('no certificate', 401, get(url, { headers: absent }))
