// Every entry by `import`.
import assert from 'node:assert/strict'
import { ClientCertificateError, Strategy } from 'passport-client-certificate-auth'
import { createExtractor } from 'passport-client-certificate-auth/extractor'
import { allowCN } from 'passport-client-certificate-auth/helpers'
import { parseXfcc } from 'passport-client-certificate-auth/parsers'

assert.equal(new Strategy(() => null).name, 'client-cert')
assert.ok(new ClientCertificateError('ERR_VERIFY_FAILED', 'text') instanceof Error)
assert.equal(createExtractor()({}).reason, 'socket_not_authorized')
assert.equal(parseXfcc(''), null)
assert.equal(allowCN('alice')({ subject: { CN: 'alice' } }), true)
