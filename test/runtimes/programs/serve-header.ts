// Express and Passport behind a proxy, on the runtime that runs this program. Writes the port as
// JSON.
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Request, type Response } from 'express'
import passport from 'passport'
import { Strategy } from 'passport-client-certificate-auth'
import { describeCertificate } from './certificates.ts'

const options = { certificateSource: 'nginx' } as const
passport.use(
  'near',
  new Strategy({ ...options, trustedProxies: 'loopback' }, (cert) => ({ name: cert.subject.CN })),
)
passport.use(
  'far',
  new Strategy({ ...options, trustedProxies: '192.0.2.1' }, (cert) => ({ name: cert.subject.CN })),
)
passport.use(
  'asked',
  new Strategy(
    { ...options, trustedProxies: ({ address }) => address === '127.0.0.1' },
    async (cert) => Promise.resolve(cert.subject.CN === 'alice' && {}),
  ),
)

const app = express()
app.get('/:strategy', (req: Request, res: Response, next) => {
  const strategy = String(req.params['strategy'])
  const answer = (error: unknown, user: unknown, info: { reason?: string } | undefined): void => {
    const { clientCertificate: cert } = req
    if (error) next(error)
    else if (user && cert) res.json(describeCertificate(cert))
    else res.status(401).json({ reason: info?.reason })
  }
  ;(passport.authenticate(strategy, answer) as express.RequestHandler)(req, res, next)
})

const server = http.createServer(app).listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }))
})
