import { CALLBACK } from './first-example.js'
import type { Mistake } from './mistake.js'

const wrong = (text: string): string => `TypeError: passport-client-certificate-auth: ${text}`

/** The application doesn't start. */
export const MISTAKES_AT_START: Readonly<Record<string, Mistake>> = {
  'no ca': {
    code: [["  ca: fs.readFileSync('ca.pem'),\n", '']],
    stderr: wrong('option "ca" must hold at least one CA certificate in PEM. Received undefined'),
  },
  'a file name for ca': {
    code: [["fs.readFileSync('ca.pem')", "'ca.pem'"]],
    stderr: wrong(
      'option "ca" must hold at least one CA certificate in PEM, but looks like a file name: ' +
        'pass its contents. Received a string',
    ),
  },
  'a file name for key': {
    code: [["fs.readFileSync('server.key')", "'server.key'"]],
    stderr: wrong(
      'option "key" must hold a private key in PEM, but looks like a file name: pass its contents. ' +
        'Received a string',
    ),
  },
  "a client's own certificate for ca": {
    code: [['ca.pem', 'alice.pem']],
    stderr: wrong(
      'CA certificate 1 of option "ca" is not a CA certificate, so no client would be accepted because of ' +
        'it; pass the certificate of the CA that issued it. Received a string',
    ),
  },
  'requestCert: false': {
    code: [['mtlsServerOptions({\n', 'mtlsServerOptions({ requestCert: false,\n']],
    stderr: wrong('option "requestCert" must not be false. Received false'),
  },
  'a .p12 file': {
    code: [['mtlsServerOptions({\n', "mtlsServerOptions({ pfx: fs.readFileSync('alice.p12'),\n"]],
    stderr: wrong(
      'option "pfx" is not supported: pass "key" and "cert" instead, because Node would accept clients of ' +
        'every CA in it. Received an object',
    ),
  },
  "the key of another certificate than the server's": {
    code: [['server.key', 'alice.key']],
    stderr: 'Error: error:<code>:x509 certificate routines::key values mismatch',
  },
  'an option that is misspelt': {
    code: [['new Strategy(', "new Strategy({ trustedProxy: 'loopback' }, "]],
    stderr: wrong(
      `options has no member "trustedProxy" (did you mean 'trustedProxies'?); valid are <names>. ` +
        "Received { trustedProxy: 'loopback' }",
    ),
  },
  'an option of the server that is misspelt': {
    code: [['mtlsServerOptions({\n', 'mtlsServerOptions({ rejectUnauthorised: false,\n']],
    stderr: wrong(
      `option "rejectUnauthorised" is unknown (did you mean 'rejectUnauthorized'?). Received a boolean`,
    ),
  },
  'certificateHeader alone': {
    code: [['new Strategy(', "new Strategy({ certificateHeader: 'x-client-cert' }, "]],
    stderr: wrong(
      `option "certificateHeader" needs "headerEncoding" with it. Received 'x-client-cert'`,
    ),
  },
  'no verify': {
    code: [[CALLBACK, '']],
    stderr: wrong('verify must be a function. Received undefined'),
  },
  'a server of node:http': {
    code: [
      ["import https from 'node:https'", "import http from 'node:http'"],
      ['https.createServer(options, app)', 'http.createServer(app)'],
    ],
    stderr: wrong(
      'server must be a server of node:https, node:http2 or node:tls, because only they have TLS ' +
        'handshakes. Received an object',
    ),
  },
  'the module instead of the class': {
    code: [['import { Strategy } from', 'import * as Strategy from']],
    stderr: 'TypeError: Strategy is not a constructor',
  },
}
