import type { StrategyOptions } from '../../../src/index.js'
import { toBase64Der, toRfc9440, toUrlPem, toXfcc } from '../../support/header-values.js'
import { type Issued, testPki } from '../../support/pki.js'
import { closeServers } from '../../support/servers.js'
import { expectAcceptance, expectRejections, type Line } from '../support/header-backend.js'

const trustedProxies = 'loopback'
const CERT = 'X-SSL-Client-Cert'
const VERIFY = 'X-SSL-Client-Verify'
const NGINX: StrategyOptions = {
  trustedProxies,
  certificateHeader: CERT,
  headerEncoding: 'url-pem',
  verifyHeader: VERIFY,
  verifyValue: 'SUCCESS',
}

let genuine: Issued
let forged: Issued
/** The header lines that the proxy writes for its client. */
let cert: Line
let verified: Line

before(async () => {
  ;({ ec: genuine, rsa: forged } = await testPki())
  cert = [CERT, toUrlPem(genuine)]
  verified = [VERIFY, 'SUCCESS']
})

afterEach(closeServers)

describe("B4 a forged header line beside the proxy's", () => {
  const sources: readonly [StrategyOptions, string, (...certificates: Issued[]) => string][] = [
    [{ certificateHeader: CERT, headerEncoding: 'url-pem' }, CERT, toUrlPem],
    [{ certificateSource: 'traefik' }, 'X-Forwarded-Tls-Client-Cert', toBase64Der],
    [{ certificateSource: 'cloudflare-rfc9440' }, 'Client-Cert', toRfc9440],
    [{ certificateSource: 'envoy' }, 'X-Forwarded-Client-Cert', (leaf) => toXfcc(leaf)],
    [{ certificateSource: 'envoy', xfccHop: 0 }, 'X-Forwarded-Client-Cert', (leaf) => toXfcc(leaf)],
    // Node keeps only the first of two lines with this name, and shows no trace of the second.
    [{ certificateHeader: 'From', headerEncoding: 'base64-der' }, 'From', toBase64Der],
  ]

  for (const [options, name, encode] of sources) {
    it(`B4 rejects a duplicate ${name}, with ${JSON.stringify(options)}`, async () => {
      const [good, bad] = [encode(genuine), encode(forged)]
      await expectRejections(
        { ...options, trustedProxies },
        {
          'forged first': [
            [name, bad],
            [name, good],
          ],
          'forged last': [
            [name, good],
            [name, bad],
          ],
          'in another case': [
            [name.toUpperCase(), bad],
            [name.toLowerCase(), good],
          ],
          'twice the same': [
            [name, good],
            [name, good],
          ],
          'with an empty one': [
            [name, bad],
            [name, ''],
          ],
          'joined by another proxy': [[name, `${bad}, ${good}`]],
        },
      )
      await expectAcceptance({ ...options, trustedProxies }, [[name, good]], 'ec-client')
    })
  }

  it('B4 rejects a duplicate verify header', async () => {
    await expectRejections(
      NGINX,
      {
        'forged first': [cert, [VERIFY, 'SUCCESS'], [VERIFY, 'NONE']],
        'forged last': [cert, [VERIFY, 'NONE'], [VERIFY, 'SUCCESS']],
        'twice the same': [cert, verified, verified],
        'joined by another proxy': [cert, [VERIFY, 'SUCCESS, NONE']],
      },
      'verification_header_mismatch',
    )
  })

  it('B4 joins duplicate lines only for the chain header of RFC 9440', async () => {
    const { chained, intermediate, root } = await testPki()
    const lines: Line[] = [
      ['Client-Cert', toRfc9440(chained)],
      ['Client-Cert-Chain', toRfc9440(intermediate)],
      ['Client-Cert-Chain', toRfc9440(root)],
    ]
    await expectAcceptance(
      { certificateSource: 'cloudflare-rfc9440', includeChain: true, trustedProxies },
      lines,
      'chained-client',
    )
    const pem: StrategyOptions = { certificateHeader: CERT, headerEncoding: 'url-pem' }
    const chain: Line = ['X-Chain', toUrlPem(intermediate)]
    await expectRejections(
      { ...pem, chainHeader: 'X-Chain', includeChain: true, trustedProxies },
      { 'another chain header': [[CERT, toUrlPem(chained)], chain, chain] },
    )
  })
})

describe('B5 a header name that some gateways turn into the real one', () => {
  it('B5 rejects aliases of the certificate header', async () => {
    const alias: Line = ['X_SSL_Client_Cert', toUrlPem(forged)]
    await expectRejections(NGINX, {
      'beside the real one': [alias, cert, verified],
      'after the real one': [cert, verified, alias],
      'instead of the real one': [alias, verified],
      'with some underscores': [['x-ssl-client_cert', toUrlPem(forged)], cert, verified],
      'and empty': [['X_SSL_CLIENT_CERT', ''], cert, verified],
    })
  })

  it('B5 rejects aliases of the verify header', async () => {
    await expectRejections(
      NGINX,
      {
        'beside the real one': [cert, ['X_SSL_Client_Verify', 'SUCCESS'], [VERIFY, 'SUCCESS']],
        'instead of the real one': [cert, ['X_SSL_Client_Verify', 'SUCCESS']],
      },
      'verification_header_mismatch',
    )
  })

  it('B5 rejects aliases of a configured name with underscores', async () => {
    const options: StrategyOptions = {
      certificateHeader: 'ssl_client_cert',
      headerEncoding: 'url-pem',
    }
    const real: Line = ['ssl_client_cert', toUrlPem(genuine)]
    await expectAcceptance({ ...options, trustedProxies }, [real], 'ec-client')
    await expectRejections(
      { ...options, trustedProxies },
      { beside: [real, ['SSL-Client-Cert', toUrlPem(forged)]] },
    )
  })
})

describe("B6 a client that makes the proxy drop the proxy's own header", () => {
  it('B6 rejects a Connection header that names the verify header', async () => {
    await expectRejections(
      NGINX,
      {
        'the header is gone': [cert],
        'Connection names it': [['Connection', `close, ${VERIFY}`], cert, verified],
        'in another case': [['Connection', `CLOSE,  ${VERIFY.toUpperCase()} `], cert, verified],
        'on a separate line': [['Connection', 'close'], ['connection', VERIFY], cert, verified],
        'named and gone': [['Connection', `close, ${VERIFY}`], cert],
      },
      'verification_header_mismatch',
    )
  })

  it('B6 rejects a Connection header that names the certificate header', async () => {
    await expectRejections(NGINX, {
      'Connection names it': [['Connection', `close, ${CERT}`], cert, verified],
      'and nothing else': [['Connection', CERT], ['Connection', 'close'], cert, verified],
    })
    const usual: Line = ['Connection', 'close, Keep-Alive, X-Other']
    await expectAcceptance(NGINX, [usual, cert, verified], 'ec-client')
  })
})
