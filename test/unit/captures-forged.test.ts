import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import type { ExtractorOptions } from '../../src/extractor/index.js'
import { readCapture, readCertificate, replay } from '../support/captures.js'

// A certificate is public: any client that has seen one can write it into a header.
const stolen = new X509Certificate(readCertificate('rsa.crt'))
const urlPem = encodeURIComponent(stolen.toString())
const base64Der = stolen.raw.toString('base64')

interface Forged {
  readonly capture: string
  /** As in the capture. */
  readonly header: string
  readonly text: string
  /** The header with a real certificate in it. */
  readonly better: string
  readonly options: ExtractorOptions
}

const forged: Forged[] = [
  {
    capture: 'nginx-forged-naive-nocert',
    header: 'X-SSL-Client-Cert',
    text: 'FORGED',
    better: urlPem,
    options: {
      certificateHeader: 'X-SSL-Client-Cert',
      headerEncoding: 'url-pem',
      verifyHeader: 'X-SSL-Client-Verify',
      verifyValue: 'SUCCESS',
    },
  },
  {
    capture: 'haproxy-forged-naive-nocert',
    header: 'x-ssl-client-cert-der',
    text: 'FORGED',
    better: base64Der,
    options: {
      certificateHeader: 'X-SSL-Client-Cert-Der',
      headerEncoding: 'base64-der',
      verifyHeader: 'X-SSL-Client-Verify',
      verifyValue: '0',
    },
  },
  {
    capture: 'caddy-forged-naive-nocert',
    header: 'X-Client-Cert-Der',
    text: 'FORGED',
    better: base64Der,
    options: { certificateHeader: 'X-Client-Cert-Der', headerEncoding: 'base64-der' },
  },
  {
    capture: 'apache-forged-naive-nocert',
    header: 'SSL_CLIENT_CERT',
    text: 'FORGED',
    better: urlPem,
    options: {
      certificateHeader: 'SSL_CLIENT_CERT',
      headerEncoding: 'url-pem',
      verifyHeader: 'SSL_CLIENT_VERIFY',
      verifyValue: 'SUCCESS',
    },
  },
  ...['nginx', 'haproxy', 'caddy', 'apache'].map((proxy): Forged => ({
    capture: `${proxy}-forged-naive-nocert`,
    header: proxy === 'haproxy' ? 'client-cert' : 'Client-Cert',
    text: ':Rk9SR0VE:',
    better: `:${base64Der}:`,
    options: { certificateSource: 'cloudflare-rfc9440' },
  })),
]

describe('a header that the client wrote and the proxy neither sets nor removes', () => {
  for (const { capture, header, text, better, options } of forged) {
    describe(`${header} in ${capture}`, () => {
      const { rawHeaders } = readCapture(capture)
      const at = rawHeaders.indexOf(header) + 1

      it('is rejected as long as it does not hold a certificate', async () => {
        expect(rawHeaders[at]).to.equal(text)
        const { reason } = await replay(rawHeaders, options)
        expect(reason).to.equal('header_missing_or_malformed')
      })

      // Nothing in such a request differs from one that the proxy vouches for. That the proxy sets
      // or removes every configured header, the verification header too, is the operator's part.
      it('is believed as soon as it holds a certificate, even beside a verdict, which was forged as well', async () => {
        const improved = rawHeaders.map((part, index) => (index === at ? better : part))
        const { certificate } = await replay(improved, options)
        expect(certificate?.raw).to.deep.equal(stolen.raw)
      })
    })
  }
})

describe('a certificate that the client wrote itself, beside the verdict of the proxy', () => {
  const ingress = { certificateHeader: 'ssl-client-cert', headerEncoding: 'url-pem' } as const
  const verified = { ...ingress, verifyHeader: 'ssl-client-verify', verifyValue: 'SUCCESS' }
  const { rawHeaders, clientSentHeaders } = readCapture(
    'ingress-nginx-fragment-optional-forged-nocert',
  )
  const [name, value] = clientSentHeaders[0] ?? ['', '']

  it('is gone where the proxy removes it, and so is the forged verdict', async () => {
    expect(clientSentHeaders).to.deep.include(['ssl-client-verify', 'SUCCESS'])
    expect(rawHeaders).to.include('NONE').and.not.include(name)
    expect((await replay(rawHeaders, ingress)).reason).to.equal('header_missing_or_malformed')
    expect((await replay(rawHeaders, verified)).reason).to.equal('verification_header_mismatch')
  })

  it('is rejected by verifyHeader, and by nothing else, where the proxy lets it through', async () => {
    const through = [...rawHeaders, name, value]
    expect((await replay(through, ingress)).certificate?.subject.CN).to.be.a('string')
    expect((await replay(through, verified)).reason).to.equal('verification_header_mismatch')
  })
})
