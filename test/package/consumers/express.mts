// An Express application behind a proxy, with the types of Express and Passport. Prints the
// responses to a request with the certificate from the environment, and to one without.
import type { AddressInfo } from 'node:net'
import express from 'express'
import passport from 'passport'
import { Strategy } from 'passport-client-certificate-auth'

passport.use(
  new Strategy({ certificateSource: 'traefik' }, (cert, done) => {
    done(null, { name: cert.subject.CN })
  }),
)

const app = express()
app.get('/', passport.authenticate('client-cert', { session: false }), (req, res) => {
  // @ts-expect-error if TypeScript didn't find the type, it would be `any`, which has every member
  const _notAny: number | undefined = req.clientCertificate?.valid_to
  const until: string | undefined = req.clientCertificate?.valid_to
  res.json({ user: req.user, isValid: Date.parse(until ?? '') > Date.now() })
})

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo
  const certificate = { 'X-Forwarded-Tls-Client-Cert': process.env['CERTIFICATE'] ?? '' }
  for (const init of [{ headers: certificate }, {}]) {
    const response = await fetch(`http://127.0.0.1:${port}/`, init)
    console.log(response.status, await response.text())
  }
  server.close()
  server.closeAllConnections()
})
