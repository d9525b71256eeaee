// A program that imports the package, and has a dependency that requires the package.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import * as imported from 'passport-client-certificate-auth'

const required = createRequire(import.meta.url)('passport-client-certificate-auth')

assert.equal(required.Strategy, imported.Strategy)
assert.ok(new required.Strategy(() => null) instanceof imported.Strategy)
assert.equal(required.ClientCertificateError, imported.ClientCertificateError)
