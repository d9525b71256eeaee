// Only the compiler checks this file: predicates alone, combined, and inside verify.
import type { PeerCertificate } from 'node:tls'
import express from 'express'
import {
  allOf,
  allowCA,
  type AllowCaOptions,
  allowCN,
  allowEmail,
  allowFingerprints,
  allowIssuer,
  allowOrganization,
  allowOU,
  allowSAN,
  allowSerial,
  allowSubject,
  anyOf,
  type CertificatePredicate,
  type CertificateTest,
} from '../../src/helpers/index.js'
import { Strategy } from '../../src/index.js'
import { clientCertificateAuth, requireCertificate } from '../../src/middleware.js'
import { createTrustStore } from '../../src/trust.js'
import type { Equal } from './equal.js'

// A string, or a list of strings.
const byText = [
  allowCN,
  allowEmail,
  allowFingerprints,
  allowOrganization,
  allowOU,
  allowSAN,
  allowSerial,
]
for (const allow of byText) {
  const _predicates = [allow('a'), allow(['a', 'b']), allow(['a', 'b'] as const)]
  true satisfies Equal<typeof _predicates, CertificatePredicate[]>
  // @ts-expect-error the list is missing
  allow()
  // @ts-expect-error only strings can be compared
  allow([7])
}
true satisfies Equal<ReturnType<typeof allowSubject>, CertificatePredicate>
true satisfies Equal<ReturnType<typeof allowIssuer>, CertificatePredicate>
allowSubject({ O: 'Acme', CN: 'api' })
// @ts-expect-error an attribute must have one value
allowIssuer({ O: ['Acme'] })
// @ts-expect-error a name is an object of attributes
allowSubject('Acme')

true satisfies Equal<ReturnType<typeof allowCA>, CertificatePredicate>
declare const options: AllowCaOptions
allowCA(['PEM', Buffer.from('DER')], { intermediates: 'PEM', maxDepth: 1 })
allowCA(createTrustStore({ ca: 'PEM' }))
allowCA('PEM', options)
// @ts-expect-error the CA is the first argument
allowCA('PEM', { ca: 'PEM' })
// @ts-expect-error the CA is missing
allowCA()

true satisfies Equal<CertificatePredicate, (cert: PeerCertificate) => boolean>

declare const cert: PeerCertificate
declare function isRegistered(cert: PeerCertificate): Promise<boolean>
const isOurs = allOf(
  allowOrganization('Acme'),
  anyOf(allowOU('Ops'), isRegistered),
  ({ subject }) => subject.CN !== 'root',
)
const _answer = isOurs(cert)
true satisfies Equal<typeof _answer, Promise<boolean>>
const test: CertificateTest = isOurs
allOf(test)

// As guards of routes, where predicates get the request too.
const app = express()
app.use(clientCertificateAuth(isOurs))
app.get('/admin', requireCertificate(anyOf(allowOU('Ops'), isRegistered)), (_req, res) => {
  res.end()
})

new Strategy(async (presented) =>
  (await isOurs(presented)) ? { id: presented.serialNumber } : null,
)
new Strategy((presented, done) => {
  done(null, allowCN('api')(presented) && { id: presented.serialNumber })
})

// @ts-expect-error a name isn't a predicate
anyOf('Acme')
// @ts-expect-error a predicate must return a boolean
allOf(() => 'yes')
