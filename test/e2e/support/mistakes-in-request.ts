import { CALLBACK, type Edit } from './first-example.js'
import { asClient, type Mistake, TRACE } from './mistake.js'

const verify = (...args: string[]): Edit[] => [[CALLBACK, args.join(', ')]]

/** The error that Express prints, and sends to a client unless `NODE_ENV` is `production`. */
const failed = (error: string) => ({ stderr: error, seen: error })

const unanswered = (ms: number, length: number): string =>
  `ClientCertificateError: verify did not answer within ${ms} ms. verify.length is ${length}, so verify is in ` +
  'callback style: what it returns is ignored, so it has to call done(null, user), done(null, false) or ' +
  'done(err) in every case, within the time. To answer with what it returns, write it, or the wrapper around ' +
  'it, as (cert) => ...'

const REJECTED =
  'PASSPORT-CLIENT-CERTIFICATE-AUTH <pid>: client-cert rejected the certificate <alice>, serial number ' +
  "<serial>: your callback didn't accept it (callback_returned_false)"

/** The application gets the request. */
export const MISTAKES_IN_REQUEST: Readonly<Record<string, Mistake>> = {
  'a server without requestCert': {
    code: [['mtlsServerOptions({\n', '({\n']],
    stderr:
      "(node:<pid>) [CLIENT_CERT_NOT_REQUESTED] SecurityWarning: A client was rejected because the server didn't " +
      'ask for its certificate\n' +
      'Set requestCert: true, or pass the options of the server through mtlsServerOptions().',
    seen: 'Unauthorized',
  },
  'a server of node:http': {
    code: [
      ["import https from 'node:https'", "import http from 'node:http'"],
      ['https.createServer(options, app)', 'http.createServer(app)'],
      ['reportRejectedHandshakes(server)\n', ''],
    ],
    curl: [['https:', 'http:']],
    stderr:
      '(node:<pid>) [CLIENT_CERT_NOT_TLS] SecurityWarning: A client was rejected because its request came over ' +
      'plain HTTP, without a certificate\n' +
      'Use a server of node:https. If a proxy terminates TLS, set certificateSource.',
    seen: 'Unauthorized',
  },
  'a certificate of an unknown user': {
    curl: asClient('bob'),
    stdout: 'unknown client, fingerprint <bob>',
    seen: 'Unauthorized',
  },
  'no session: false': {
    code: [[', { session: false }', '']],
    ...failed(
      'Error: Login sessions require session support. Did you forget to use `express-session` middleware?',
    ),
  },
  'another name of the strategy': {
    code: [["'client-cert'", "'client-certificate'"]],
    ...failed('Error: Unknown authentication strategy "client-certificate"'),
  },
  'a verify that never calls done': {
    code: verify('{ verifyTimeoutMs: 100 }', '(cert, done) => {}'),
    ...failed(unanswered(100, 2)),
  },
  'a synchronous verify without parameters': {
    code: verify('{ verifyTimeoutMs: 100 }', '() => true'),
    ...failed(unanswered(100, 0)),
  },
  'a verify that declares done, and returns true': {
    code: verify('{ verifyTimeoutMs: 100 }', '(cert, done) => true'),
    ...failed(unanswered(100, 2)),
  },
  'an async verify that declares done, and returns undefined': {
    code: verify('{ verifyTimeoutMs: 100 }', 'async (cert, done) => {}'),
    ...failed(unanswered(100, 2)),
  },
  'an async verify that declares done, and returns the user': {
    // The warning comes after a second.
    code: verify('{ verifyTimeoutMs: 2000 }', "async (cert, done) => 'alice'"),
    stderr:
      '(node:<pid>) [CLIENT_CERT_VERIFY_UNANSWERED] SecurityWarning: verify returned a promise of a value, ' +
      'but did not call done: the value is ignored\n' +
      'To answer with what verify returns, declare (cert) => ..., or (req, cert) => ... with ' +
      'passReqToCallback. Every other verify.length means that done is called.\n' +
      unanswered(2000, 2),
    seen: unanswered(2000, 2),
  },
  'an async verify that forgets to return the user': {
    code: verify('async (cert) => { users.get(cert.fingerprint256) }'),
    env: TRACE,
    stderr: REJECTED,
    seen: 'Unauthorized',
  },
  'done(null, false)': {
    code: verify('(cert, done) => done(null, false)'),
    env: TRACE,
    stderr: REJECTED,
    seen: 'Unauthorized',
  },
  'a verify that returns true': {
    code: verify('(cert) => true'),
    seen: '{"user":true,"certificateExpires":"<date>"}',
  },
  "done('not found')": {
    code: verify("(cert, done) => done('not found')"),
    ...failed(
      'ClientCertificateError: The verify callback failed with something that is not an error: not found',
    ),
  },
  'a verify that throws': {
    code: verify("(cert) => { throw new Error('the database is down') }"),
    ...failed('Error: the database is down'),
  },
  'an async verify that rejects': {
    code: verify("async (cert) => { throw new Error('the database is down') }"),
    ...failed('Error: the database is down'),
  },
  'a proxy without trustedProxies': {
    code: [['new Strategy(', "new Strategy({ certificateSource: 'nginx' }, "]],
    stderr:
      '(node:<pid>) [CLIENT_CERT_ANY_PROXY] SecurityWarning: Any peer can set the client certificate header. ' +
      'Set trustedProxies to say which proxies may\n' +
      "Name the proxy, as in trustedProxies: 'loopback' or '10.0.0.0/8'. Use trustedProxies: true only if " +
      'no other peer than the proxy can connect.',
    seen: 'Unauthorized',
  },
}
