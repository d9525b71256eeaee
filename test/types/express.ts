// Only the compiler checks this file: the package with the types of Express and Passport.
import type { IncomingMessage } from 'node:http'
import express from 'express'
import passport from 'passport'
import { type ChainedPeerCertificate, Strategy } from '../../src/index.js'
import type { Equal } from './equal.js'

passport.use(new Strategy((_cert, done) => done(null, { id: 1 })))
passport.use('devices', new Strategy(async (cert) => Promise.resolve({ id: cert.serialNumber })))
passport.use(new Strategy({ passReqToCallback: true }, (_req, _cert, done) => done(null, false)))

// With an Express request, for applications that need more members than Node's request has.
const withRequest = new Strategy(
  { passReqToCallback: true },
  (req: express.Request, cert, done) => {
    true satisfies Equal<typeof cert, ChainedPeerCertificate>
    done(null, req.path === '/' && { id: cert.serialNumber })
  },
)
true satisfies Equal<typeof withRequest, Strategy<express.Request>>
passport.use(withRequest)

const withHooks = new Strategy(
  { onAuthenticated: (_cert, req: express.Request) => req.ip },
  (_cert, done) => done(null, { id: 1 }),
)
true satisfies Equal<typeof withHooks, Strategy<express.Request>>
passport.use(withHooks)

// An instance instead of a name.
passport.authenticate(new Strategy((_cert) => null), { session: false })

const app = express()
app.get('/', (req, res) => {
  true satisfies Equal<typeof req.clientCertificate, ChainedPeerCertificate | undefined>
  res.json({ until: req.clientCertificate?.valid_to })
  // @ts-expect-error the certificate may be missing
  res.json({ until: req.clientCertificate.valid_to })
})

// Without Passport, as a framework's adapter would call the strategy.
declare const incoming: IncomingMessage
new Strategy((_cert) => null).authenticate(incoming)
