// Only checked by the compiler, never run: who may speak for a client.
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

// A function of one's own is told about the peer.
const trustedProxies = (peer: ProxyPeer) => peer.certificate?.subject.CN === 'front proxy'
createExtractor({ certificateSource, trustedProxies })
new Strategy(
  {
    certificateSource,
    trustedProxies: (peer) => {
      true satisfies Equal<typeof peer.address, string | null>
      true satisfies Equal<typeof peer.certificate, ChainedPeerCertificate | null>
      // Without headers, reading one would throw, and that is a no.
      peer.request satisfies RequestLike
      true satisfies Equal<typeof peer.request.headers, NonNullable<RequestLike['headers']>>
      return peer.certificate !== null
    },
  },
  verify,
)

// @ts-expect-error `false` would not say whether everybody or nobody is trusted
createExtractor({ certificateSource, trustedProxies: false })
// @ts-expect-error a number of hops says nothing about who sits there
createExtractor({ certificateSource, trustedProxies: 1 })
// @ts-expect-error nobody waits for an answer
createExtractor({ certificateSource, trustedProxies: () => Promise.resolve(true) })
// @ts-expect-error a certificate is no answer
createExtractor({ certificateSource, trustedProxies: (peer: ProxyPeer) => peer.certificate })
const isFront = (peer: ProxyPeer) =>
  // @ts-expect-error the peer's certificate may be missing
  peer.certificate.subject.CN === 'front'
createExtractor({ certificateSource, trustedProxies: isFront })
// @ts-expect-error a hop is counted
createExtractor({ certificateSource, xfccHop: 'last' })
// @ts-expect-error a switch is a boolean
createExtractor({ checkValidity: 'yes' })
