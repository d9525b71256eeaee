import { expect } from 'chai'
import type { CertificateSource, ExtractorOptions } from '../../src/extractor/index.js'
import { PRESETS } from '../../src/parsers/presets.js'
import { revoke } from '../attacks/support/socket-crl.js'
import { createAuthority, testPki } from '../support/pki.js'
import { extractElsewhere, type Step } from '../support/extract-elsewhere.js'

const ANY_PROXY = 'CLIENT_CERT_ANY_PROXY'
const NOT_VALIDATED = 'CLIENT_CERT_NOT_VALIDATED'

const header: ExtractorOptions = { certificateHeader: 'X-Cert', headerEncoding: 'url-pem' }
const sources = Object.keys(PRESETS) as CertificateSource[]

/** The codes of the warnings, in order. */
function codesIn(stderr: string): string[] {
  return [...stderr.matchAll(/\[([A-Z_]+)\] SecurityWarning: /g)].map(([, code = '']) => code)
}

async function warningsOf(steps: Step[], flags: string[] = []): Promise<string[]> {
  const { stderr } = await extractElsewhere(steps, { flags })
  const codes = codesIn(stderr)
  if (codes.length === 0) expect(stderr).to.equal('')
  return codes
}

describe('the warnings of an extractor', () => {
  it('say once that any peer can send the header, and how to change that', async () => {
    const twice: Step[] = [{ options: header, requests: [{}, {}] }, { options: header }]
    const { reasons, stderr } = await extractElsewhere([...twice, { options: { ...header } }])
    expect(reasons).to.have.lengthOf(2)
    expect(codesIn(stderr)).to.deep.equal([ANY_PROXY])
    expect(stderr).to.include(
      'Any peer can set the client certificate header. Set trustedProxies to say which proxies may\n' +
        "Name the proxy, as in trustedProxies: 'loopback' or '10.0.0.0/8'. Use trustedProxies: true " +
        'only if no other peer than the proxy can connect.\n',
    )
  })

  it('say once that the proxy never validates certificates', async () => {
    const steps: Step[] = ['aws-alb', 'azure-app-service', 'aws-alb'].map((source) => ({
      options: { certificateSource: source as CertificateSource, trustedProxies: true },
    }))
    const { stderr } = await extractElsewhere(steps)
    expect(codesIn(stderr)).to.deep.equal([NOT_VALIDATED])
    expect(stderr).to.include(
      'This proxy forwards client certificates without validating them. Set ca to validate them ' +
        'here\n' +
        'Without ca, the client chooses the names in its certificate, so compare its fingerprint256 ' +
        'in verify, for instance with allowFingerprints().\n',
    )
  })

  it('say nothing about validation if ca validates certificates here', async () => {
    const { root } = await testPki()
    const steps: Step[] = ['aws-alb', 'azure-app-service'].map((source) => ({
      options: {
        certificateSource: source as CertificateSource,
        trustedProxies: true,
        ca: root.cert,
      },
    }))
    expect(await warningsOf(steps)).to.deep.equal([])
  })

  it('say once that the server rejects every client', async () => {
    const unasked = { socket: { authorized: false, authorizationError: null } }
    const unknown = { socket: { authorized: false, authorizationError: 'CERT_HAS_EXPIRED' } }
    const { stderr } = await extractElsewhere([
      { requests: [unknown, unasked, unasked] },
      { requests: [{ socket: {} }, {}] },
    ])
    expect(codesIn(stderr)).to.deep.equal(['CLIENT_CERT_NOT_REQUESTED', 'CLIENT_CERT_NOT_TLS'])
    expect(stderr).to.include(
      "A client was rejected because the server didn't ask for its certificate\n" +
        'Set requestCert: true, or pass the options of the server through mtlsServerOptions().\n',
    )
    expect(stderr).to.include(
      'A client was rejected because its request came over plain HTTP, without a certificate\n' +
        'Use a server of node:https. If a proxy terminates TLS, set certificateSource.\n',
    )
  })

  it('say nothing about the server if a request has no socket, as in unit tests', async () => {
    expect(await warningsOf([{ requests: [{}, { headers: {} }] }])).to.deep.equal([])
  })

  it('say nothing about the server if the socket is only the second source', async () => {
    const options: ExtractorOptions = {
      ...header,
      fallbackToSocket: true,
      trustedProxies: '192.0.2.1',
    }
    const request = { headers: {}, socket: { remoteAddress: '127.0.0.1' } }
    expect(await warningsOf([{ options, requests: [request] }])).to.deep.equal([])
  })

  it('name the CA that has expired', async () => {
    const { root } = await testPki()
    const [notBefore, notAfter] = [new Date('2020-01-01'), new Date('2021-01-01')]
    const expired = await createAuthority({ subject: 'CN=secret-name', notBefore, notAfter })
    const ca = [root.cert, expired.cert]
    const { stderr } = await extractElsewhere([{ options: { ca } }, { options: { ca } }])
    expect(codesIn(stderr)).to.deep.equal(['CLIENT_CERT_CA_EXPIRED'])
    expect(stderr).to.include(
      'CA certificate 2 of option "ca" has expired, so certificates that it issued are rejected\n' +
        'Remove the CA, or replace it by its successor.\n',
    )
    expect(stderr).not.to.include('secret-name')
  })

  it('name the CA that has no list, unless no list is given or the policy is soft', async () => {
    const { root, stranger } = await testPki()
    const other = await createAuthority({ subject: 'CN=Other, O=Test' })
    const [crl, foreign] = [await revoke(root), await revoke(other)]
    const ca = [root.cert, other.cert]
    const warn = async (options: ExtractorOptions) =>
      (await extractElsewhere([{ options }, { options }])).stderr
    const code = 'CLIENT_CERT_CRL_MISSING'
    const stderr = await warn({ ca, crl })
    expect(codesIn(stderr)).to.deep.equal([code])
    expect(stderr).to.include(
      'No list in option "crl" is from CA certificate 2 of the store, so the clients of this CA are rejected\n',
    )
    expect(codesIn(await warn({ ca: root.cert, crl: foreign }))).to.deep.equal([code])
    const silent: ExtractorOptions[] = [
      { ca, crl: [crl, foreign] },
      { ca: [root.cert, stranger.cert], crl },
      { ca, crl: [] },
      { ca, crl, revocationPolicy: 'soft' },
    ]
    for (const options of silent) expect(await warn(options)).to.equal('')
  })

  it('include both if both apply', async () => {
    const steps: Step[] = sources.map((certificateSource) => ({ options: { certificateSource } }))
    expect(await warningsOf(steps)).to.deep.equal([ANY_PROXY, NOT_VALIDATED])
  })

  it('are missing if neither applies', async () => {
    const others = sources.filter((source) => PRESETS[source].validates !== 'never')
    const trusting = [true, 'loopback', ['10.0.0.0/8']] as const
    const headers = [header, ...others.map((certificateSource) => ({ certificateSource }))]
    const steps = headers.flatMap((options) =>
      trusting.map((trustedProxies) => ({ options: { ...options, trustedProxies } })),
    )
    const socket = [{}, { options: {} }, { options: { includeChain: true } }]
    expect(await warningsOf([...steps, ...socket])).to.deep.equal([])
  })

  it('can be silenced by their codes', async () => {
    const steps: Step[] = [{ options: { certificateSource: 'aws-alb' } }]
    const disable = (code: string) => `--disable-warning=${code}`
    const silenced: [flags: string[], left: string[]][] = [
      [[disable(ANY_PROXY)], [NOT_VALIDATED]],
      [[disable(NOT_VALIDATED)], [ANY_PROXY]],
      [[ANY_PROXY, NOT_VALIDATED].map(disable), []],
      [[disable('SecurityWarning')], []],
    ]
    const left = await Promise.all(silenced.map(([flags]) => warningsOf(steps, flags)))
    expect(left).to.deep.equal(silenced.map(([, expected]) => expected))
  })
})
