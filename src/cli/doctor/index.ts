import type { Command } from '../command.js'
import { diagnose } from './diagnose.js'
import { toReport } from './report.js'
import { MAX_REQUESTS } from './sender.js'
import { readSettings } from './settings.js'

const HELP = `Usage: passport-client-certificate-auth doctor URL --cert FILE --key FILE [options]

Tests a deployment from outside. It sends at most ${MAX_REQUESTS} GET requests: with the good certificate,
without one, with certificates that it makes itself, and with forged headers. Then it says which of
these clients get in, why, and what to change.

Use it only for your own deployments, or with the permission of their operator. It tries to get in
without a right to, and the operator's logs will show that.

The path of the URL needs a certificate, and a GET request to it changes nothing.

  --cert FILE         a certificate that gets in, with its intermediates (PEM)
  --key FILE          its private key (PEM, without a passphrase); doctor never sends it
  --other-cert FILE   another certificate of the same CA, which doesn't get in on this path
  --other-key FILE    its private key
  --header NAME       another header in which the application may read a certificate, or
                      'NAME: VALUE' for a header to send as it is; repeatable
  --direct URL        the port of the application behind the proxy, which must reject every client
  --ca FILE           the CAs that issued the certificate of the server (PEM)
  --insecure          accept any certificate of the server
  --connect HOST      connect to this host or address instead of the URL's
  --timeout SECONDS   for each request, 1 to 60; default 10
  --json              print JSON

Exit status: 0 if no client gets in that must not, 1 if one does, 2 if that can't be said.

Example:
  passport-client-certificate-auth doctor https://api.example.com/me \\
    --cert alice.pem --key alice.key --direct http://10.0.1.7:3000
`

export const doctor: Command = {
  summary: 'tests a deployment of yours from outside, with forged certificates and headers',
  help: HELP,
  options: {
    cert: { type: 'string' },
    key: { type: 'string' },
    'other-cert': { type: 'string' },
    'other-key': { type: 'string' },
    header: { type: 'string', multiple: true },
    direct: { type: 'string' },
    ca: { type: 'string' },
    insecure: { type: 'boolean' },
    connect: { type: 'string' },
    timeout: { type: 'string' },
  },
  async run(args) {
    return toReport(await diagnose(readSettings(args, Date.now())))
  },
}
