import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import {
  createExtractor,
  type ExtractionResult,
  type ExtractorOptions,
} from '../../../src/extractor/index.js'
import {
  createEnvoyClient,
  type EnvoyClient,
  type EnvoyHop,
  forward,
  sha256,
} from '../../support/envoy.js'
import { fingerprints, pathOf } from '../../support/extract-over.js'
import { toUrlPem } from '../../support/header-values.js'
import { testPki } from '../../support/pki.js'

const GATEWAY_URI = 'spiffe://cluster.local/ns/istio-ingress/sa/gateway'
const REJECTED = 'header_missing_or_malformed'

/** As Istio sets them up by default. */
const gateway: EnvoyHop = {
  mode: 'SANITIZE_SET',
  by: [],
  cert: true,
  chain: false,
  subject: true,
  uri: 'all',
  dns: true,
}
const sidecar: EnvoyHop = {
  ...gateway,
  mode: 'APPEND_FORWARD',
  by: ['spiffe://cluster.local/ns/api/sa/default'],
  cert: false,
}

function extract(header: string, options: ExtractorOptions): ExtractionResult {
  const extractor = createExtractor({
    certificateSource: 'istio-gateway',
    trustedProxies: ['127.0.0.6', '::6'],
    ...options,
  })
  const request = {
    headers: { 'x-forwarded-client-cert': header },
    socket: { remoteAddress: '127.0.0.6' },
  }
  const first = extractor(request)
  // From the cache, if there is one.
  expect(extractor(request)).to.deep.equal(first)
  return first
}

describe('Istio as it is installed: a gateway and a sidecar', () => {
  let alice: EnvoyClient
  let gatewayClient: EnvoyClient
  let header: string
  before(async () => {
    alice = await createEnvoyClient([], ['alice.example.com'], 'alice')
    gatewayClient = await createEnvoyClient([GATEWAY_URI], [], '')
    header = forward(forward('forged', gateway, alice), sidecar, gatewayClient)
  })

  for (const cache of [true, false]) {
    for (const forwardedIdentity of [true, false]) {
      const options = { cache, forwardedIdentity, xfccHop: 1 }
      it(`yields the certificate of the gateway's client: ${JSON.stringify(options)}`, () => {
        const { certificate } = extract(header, options)
        expect(certificate?.raw).to.deep.equal(alice.certificate.raw)
        expect(certificate).not.to.have.property('forwardedIdentity')
      })
    }

    it(`yields the gateway's identity for hop 0 (cache: ${cache})`, () => {
      const { certificate } = extract(header, { cache, forwardedIdentity: true, xfccHop: 0 })
      expect(certificate).to.deep.equal({
        forwardedIdentity: true,
        fingerprint256: new X509Certificate(gatewayClient.certificate.raw).fingerprint256,
        subject: Object.assign(Object.create(null), { CN: '' }) as object,
        subjectaltname: `URI:${GATEWAY_URI}`,
      })
    })
  }

  it('yields nothing where the element that is asked for has no certificate', () => {
    const result = extract(header, { xfccHop: 0 })
    expect(result).to.include({ reason: REJECTED, detail: 'no_certificate_in_element' })
    expect(extract(header, { xfccHop: 2 }).reason).to.equal(REJECTED)
    expect(extract(header, {})).to.include({ reason: REJECTED, detail: 'several_elements' })
  })

  it('yields an identity where the gateway sends no certificate either', () => {
    const front = forward(undefined, { ...gateway, cert: false, dns: false }, alice)
    const both = forward(front, sidecar, gatewayClient)
    const { certificate } = extract(both, { xfccHop: 1, forwardedIdentity: true })
    expect(certificate).to.deep.include({ forwardedIdentity: true })
    expect(certificate?.subject.CN).to.equal('alice')
    expect(extract(both, { xfccHop: 1 }).reason).to.equal(REJECTED)
  })

  it('yields the chain where the gateway sends it', async () => {
    const { chained, intermediate, root } = await testPki()
    const chain = `Chain="${toUrlPem(chained, intermediate, root)}"`
    const nearer = forward(undefined, sidecar, gatewayClient)
    for (const pairs of [chain, `Cert="${toUrlPem(chained)}";${chain}`]) {
      const text = `Hash=${sha256(chained)};${pairs};Subject="CN=a";URI=,${nearer}`
      const found = extract(text, { xfccHop: 1, forwardedIdentity: true, includeChain: true })
      expect(pathOf(found)).to.deep.equal(fingerprints(chained, intermediate, root))
    }
  })

  it('is read with a second sidecar, and with names of the gateway in DNS', async () => {
    const named = await createEnvoyClient([GATEWAY_URI], ['gateway.example.com', 'gateway'], '')
    const first = forward(forward(undefined, gateway, alice), sidecar, named)
    const second = forward(first, sidecar, gatewayClient)
    for (const [text, xfccHop] of [
      [first, 1],
      [second, 2],
    ] as const) {
      const { certificate } = extract(text, { xfccHop, forwardedIdentity: true })
      expect(certificate?.raw).to.deep.equal(alice.certificate.raw)
    }
  })

  it('rejects a client that continues the header with a name in its certificate', async () => {
    const victim = await createEnvoyClient([], [], 'victim')
    const element = forward(undefined, gateway, victim)
    const identity = forward(undefined, sidecar, victim)
    const cutOff = [',', ';', '"', ',a', ';a=', `,${element}`, `,${identity}`, `,${element},By=a`]
    for (const end of cutOff) {
      for (const [uris, dns] of [
        [[`spiffe://a${end}`], []],
        [[], [`a${end}`]],
        [['spiffe://a', `spiffe://b${end}`], ['c']],
      ] as const) {
        const mallory = await createEnvoyClient(uris, dns, 'mallory')
        const text = forward(forward(undefined, gateway, mallory), sidecar, gatewayClient)
        for (const xfccHop of [0, 1, 2, 3]) {
          for (const forwardedIdentity of [true, false]) {
            const result = extract(text, { xfccHop, forwardedIdentity })
            expect(result.reason, text).to.equal(REJECTED)
          }
        }
      }
    }
  })
})
