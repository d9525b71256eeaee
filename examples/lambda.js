// AWS Lambda behind API Gateway with mutual TLS. API Gateway has validated the certificate; it is in
// the event, where no client can write. Once as a function of its own, and once as an Express
// application that serverless-http runs.
import express from 'express'
import passport from 'passport'
import { Strategy } from 'passport-client-certificate-auth'
import { extractClientCertificateFromLambdaEvent } from 'passport-client-certificate-auth/lambda'
import serverless from 'serverless-http'
import { show } from './support/loopback.js'
import { createAuthority } from './support/pki.js'

/** @typedef {{ statusCode: number, body: string }} Answer */

/** @type {(event: unknown) => Promise<Answer>} */
export async function handler(event) {
  const { certificate, reason } = extractClientCertificateFromLambdaEvent(event)
  if (certificate === null) return { statusCode: 401, body: reason }
  const user = await Promise.resolve(certificate.subject.CN === 'alice' ? 'alice' : null)
  return user === null ? { statusCode: 401, body: 'unknown' } : { statusCode: 200, body: user }
}

passport.use(
  new Strategy({ certificateSource: 'api-gateway' }, (cert) =>
    cert.subject.CN === 'alice' ? { name: 'alice' } : null,
  ),
)

const app = express()
app.get('/', passport.authenticate('client-cert', { session: false }), (req, res) => {
  res.json({ user: req.user })
})
export const expressHandler = serverless(app)

// What API Gateway calls them with: of an HTTP API, as far as it is read here.
const ca = await createAuthority({ subject: 'CN=Example CA' })
/** @param {string | null} name */
const eventOf = async (name) => ({
  version: '2.0',
  rawPath: '/',
  rawQueryString: '',
  headers: { host: 'api.example.com' },
  requestContext: {
    http: { method: 'GET', sourceIp: '192.0.2.1' },
    ...(name !== null && {
      authentication: {
        clientCert: { clientCertPem: (await ca.issue({ subject: `CN=${name}` })).cert },
      },
    }),
  },
  body: '',
})

/** @type {(answer: unknown) => Promise<{ status: number, body: string }>} */
const toResponse = async (answer) => {
  const { statusCode: status, body } = /** @type {Answer} */ (await answer)
  return { status, body }
}

await show('alice', 200, toResponse(handler(await eventOf('alice'))))
await show('mallory, who is not a user', 401, toResponse(handler(await eventOf('mallory'))))
await show('somebody without a certificate', 401, toResponse(handler(await eventOf(null))))
await show('alice, with Express', 200, toResponse(expressHandler(await eventOf('alice'), {})))
await show('mallory, with Express', 401, toResponse(expressHandler(await eventOf('mallory'), {})))
await show('nobody, with Express', 401, toResponse(expressHandler(await eventOf(null), {})))
