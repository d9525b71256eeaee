// Only the compiler checks this file: trustedProxies and related options.
import type { ChainedPeerCertificate } from '../../src/certificate/peer-certificate.js'
import {
  createExtractor,
  type ExtractorOptions,
  type ProxyPeer,
  type RequestLike,
  type TrustedProxies,
} from '../../src/extractor/index.js'
import { Strategy } from '../../src/index.js'
import type { Equal } from './equal.js'

const verify = () => null
const certificateSource = 'envoy'

true satisfies Equal<ExtractorOptions['trustedProxies'], TrustedProxies | undefined>
true satisfies Equal<ExtractorOptions['xfccHop'], number | undefined>
true satisfies Equal<ExtractorOptions['checkValidity'], boolean | undefined>

const networks = ['10.0.0.0/8', 'fc00::/7'] as const
for (const trustedProxies of [true, 'loopback', '192.0.2.1', networks, [...networks]] as const) {
  createExtractor({ certificateSource, trustedProxies })
  new Strategy({ certificateSource, trustedProxies, xfccHop: 1, checkValidity: true }, verify)
}

// A function gets the peer.
const trustedProxies = (peer: ProxyPeer) => peer.certificate?.subject.CN === 'front proxy'
createExtractor({ certificateSource, trustedProxies })
new Strategy(
  {
    certificateSource,
    trustedProxies: (peer) => {
      true satisfies Equal<typeof peer.address, string | null>
      true satisfies Equal<typeof peer.certificate, ChainedPeerCertificate | null>
      // A function that reads a header would throw without headers, and the peer would not be
      // trusted.
      peer.request satisfies RequestLike
      true satisfies Equal<typeof peer.request.headers, NonNullable<RequestLike['headers']>>
      return peer.certificate !== null
    },
  },
  verify,
)

// An object names the CAs of the proxies.
createExtractor({ certificateSource, trustedProxies: { ca: 'PEM' } })
createExtractor({
  certificateSource,
  trustedProxies: {
    ca: [Buffer.from('DER')],
    intermediates: 'PEM',
    allow: (cert) => {
      true satisfies Equal<typeof cert, ChainedPeerCertificate>
      return cert.subject.CN === 'front proxy'
    },
  },
})
// @ts-expect-error ca is missing
createExtractor({ certificateSource, trustedProxies: { allow: () => true } })
const allow = () => Promise.resolve(true)
// @ts-expect-error allow must be synchronous
createExtractor({ certificateSource, trustedProxies: { ca: 'PEM', allow } })
// @ts-expect-error `false` could mean that every peer or no peer is trusted
createExtractor({ certificateSource, trustedProxies: false })
// @ts-expect-error a number of hops doesn't identify the peer
createExtractor({ certificateSource, trustedProxies: 1 })
// @ts-expect-error the function must be synchronous
createExtractor({ certificateSource, trustedProxies: () => Promise.resolve(true) })
// @ts-expect-error the function must return a boolean
createExtractor({ certificateSource, trustedProxies: (peer: ProxyPeer) => peer.certificate })
const isFront = (peer: ProxyPeer) =>
  // @ts-expect-error the peer's certificate may be missing
  peer.certificate.subject.CN === 'front'
createExtractor({ certificateSource, trustedProxies: isFront })
// @ts-expect-error xfccHop must be a number
createExtractor({ certificateSource, xfccHop: 'last' })
// @ts-expect-error checkValidity must be a boolean
createExtractor({ checkValidity: 'yes' })
