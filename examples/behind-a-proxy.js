// A proxy in front ends TLS and forwards the client's certificate in a header. A header proves
// nothing by itself: the proxy has to overwrite what clients send, and the header of any other peer
// must not be read. Here the proxy runs on the same machine, which is what `trustedProxies` says.
//
// The configuration of nginx that goes with it:
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
    // The header names of the configuration above, and what X-SSL-Client-Verify has to say.
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

// 0 for any free port: yours has the number that is in `proxy_pass`.
const server = http.createServer(app).listen(0, '127.0.0.1')

// The proxy: what it sends for a client that it has verified, for one that it has not (which nginx
// forwards only with `optional_no_ca`), and for one without a certificate.
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
