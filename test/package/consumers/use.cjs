// Every entry by `require`.
const assert = require('node:assert/strict')
const { ClientCertificateError, Strategy } = require('passport-client-certificate-auth')
const { createExtractor } = require('passport-client-certificate-auth/extractor')
const { allowCN } = require('passport-client-certificate-auth/helpers')
const { parseXfcc } = require('passport-client-certificate-auth/parsers')

assert.equal(new Strategy(() => null).name, 'client-cert')
assert.ok(new ClientCertificateError('ERR_VERIFY_FAILED', 'text') instanceof Error)
assert.equal(createExtractor()({}).reason, 'socket_not_authorized')
assert.equal(parseXfcc(''), null)
assert.equal(allowCN('alice')({ subject: { CN: 'alice' } }), true)
