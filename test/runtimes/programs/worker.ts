// A Worker behind a proxy. Workers don't know their peer, so the network has to let only the proxy
// connect.
import { createFetchExtractor } from 'passport-client-certificate-auth/fetch'
import { describeCertificate } from './certificates.ts'

const header = { certificateSource: 'nginx' } as const
const extractors = {
  '/near': createFetchExtractor({ ...header, trustedProxies: true }),
  '/far': createFetchExtractor({ ...header, trustedProxies: '192.0.2.1' }),
  '/asked': createFetchExtractor({ ...header, trustedProxies: ({ address }) => address === null }),
}

export default {
  fetch(request: Request): Response {
    const path = new URL(request.url).pathname as keyof typeof extractors
    const { certificate, reason } = extractors[path](request)
    return certificate === null
      ? Response.json({ reason }, { status: 401 })
      : Response.json(describeCertificate(certificate))
  },
}
