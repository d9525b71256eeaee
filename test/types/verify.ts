// Only the compiler checks this file: verify infers all types from the options.
import {
  type ChainedPeerCertificate,
  type ClientCertRequest,
  Strategy,
  type VerifyCallback,
  type VerifyFunction,
  type VerifyFunctionWithRequest,
} from '../../src/index.js'
import type { Equal } from './equal.js'

new Strategy((cert, done) => {
  true satisfies Equal<typeof cert, ChainedPeerCertificate>
  true satisfies Equal<typeof cert.subject.CN, string | string[] | undefined>
  true satisfies Equal<typeof cert.fingerprint256, string>
  true satisfies Equal<typeof done, VerifyCallback>
  done(null, { id: cert.subject.CN })
})

for (const options of [{}, { name: 'devices' }, null, undefined]) {
  new Strategy(options, (_cert, _done) => {
    true satisfies Equal<typeof _cert, ChainedPeerCertificate>
    true satisfies Equal<typeof _done, VerifyCallback>
  })
}

new Strategy({ passReqToCallback: false }, (_cert, _done) => {
  true satisfies Equal<typeof _cert, ChainedPeerCertificate>
  true satisfies Equal<typeof _done, VerifyCallback>
})

new Strategy({ passReqToCallback: true }, (_req, _cert, _done) => {
  true satisfies Equal<typeof _req, ClientCertRequest>
  true satisfies Equal<typeof _req.url, string | undefined>
  true satisfies Equal<typeof _req.clientCertificate, ChainedPeerCertificate | undefined>
  true satisfies Equal<typeof _cert, ChainedPeerCertificate>
  true satisfies Equal<typeof _done, VerifyCallback>
})

// Every way to call done.
new Strategy((_cert, done) => {
  done(null, { id: 1 })
  done(null, 'alice', { scope: 'read' })
  done(null, 7)
  done(null, false)
  done(null, false, 'Unknown device')
  done(null, null)
  done(null)
  done(new Error('The database is away'))
})

// Verify may return everything that a lookup returns, also `undefined` or a promise.
interface User {
  readonly id: number
}
declare const users: Map<string, User>
declare function findUser(fingerprint256: string): Promise<User | null | undefined | false>
declare const query: PromiseLike<User | undefined>
declare const isKnown: (name: unknown) => boolean
new Strategy((cert) => users.get(cert.fingerprint256))
new Strategy((cert) => [...users.values()].find(({ id }) => String(id) === cert.serialNumber))
new Strategy((cert) => isKnown(cert.subject.CN) && { id: 1 })
new Strategy((_cert) => query)
new Strategy((cert) => findUser(cert.fingerprint256))
new Strategy(async (cert) => findUser(cert.fingerprint256))
new Strategy(async (cert) => Promise.resolve(users.get(cert.fingerprint256)))
new Strategy((cert: ChainedPeerCertificate) => ({ id: cert.serialNumber }))
new Strategy({ passReqToCallback: true }, async (req, cert) =>
  Promise.resolve(req.url === '/' ? users.get(cert.fingerprint256) : undefined),
)
const byReturning: VerifyFunction = async (cert) => findUser(cert.fingerprint256)
new Strategy(byReturning)

// Verify may call done, and return what the called function returns.
interface Query {
  asCallback(callback: (error: Error | null, row?: User) => void): this
  then(resolve: (row: User) => void): void
}
declare function first(name: unknown): Query
declare function queryCallback(
  sql: string,
  callback: (error: Error | null, rows: User[]) => void,
): Query
declare function findCallback(
  name: unknown,
  callback: (error: Error | null, user?: User | null) => void,
): boolean
new Strategy((cert, done) => {
  first(cert.subject.CN).asCallback(done)
})
new Strategy((cert, done) =>
  first(cert.subject.CN).asCallback((error, row) => {
    done(error, row)
  }),
)
new Strategy((_cert, done) =>
  queryCallback('select', (error, [user]) => done(error, user ?? false)),
)
new Strategy((cert, done) => findCallback(cert.subject.CN, done))
new Strategy(async (cert, done) => {
  done(null, await findUser(cert.fingerprint256))
})
new Strategy({ passReqToCallback: true }, (_req, cert, done) => findCallback(cert.subject.CN, done))

// Separate functions, written against the published types.
const byName: VerifyFunction = (cert, done) => {
  done(null, cert.subject.CN === 'alice' && { id: 1 })
}
const byPath: VerifyFunctionWithRequest = (req, cert, done) => {
  done(null, req.url === '/' && { id: cert.serialNumber })
}
new Strategy(byName)
new Strategy({ passReqToCallback: true }, byPath)

// Any issuer in the chain may be missing.
new Strategy({ includeChain: true }, (cert, done) => {
  const issuer = cert.issuerCertificate
  true satisfies Equal<typeof issuer, ChainedPeerCertificate | undefined>
  // @ts-expect-error the issuer may be missing
  done(null, { issuer: issuer.subject.CN })
})

new Strategy((_cert, done) => {
  // @ts-expect-error `true` isn't a user
  done(null, true)
})
// @ts-expect-error verify gets the request only with passReqToCallback
new Strategy((_req, _cert, _done) => undefined)
// @ts-expect-error verify gets the request only with passReqToCallback
new Strategy({}, (_req, _cert, _done) => undefined)
// @ts-expect-error verify gets the request only with passReqToCallback
new Strategy({ passReqToCallback: false }, (_req, _cert, _done) => undefined)
// @ts-expect-error with passReqToCallback, the request is the first parameter
new Strategy({ passReqToCallback: true }, byName)
// @ts-expect-error verify is missing
new Strategy({})
// @ts-expect-error verify is missing
new Strategy()
// @ts-expect-error verify must be a function
new Strategy({}, 'alice')
