// The runtime's own server for web-standard requests, behind a proxy. Writes its port as JSON.
import type { AddressInfo } from 'node:net'
import { createFetchExtractor } from 'passport-client-certificate-auth/fetch'
import { describeCertificate } from './certificates.ts'

interface Runtimes {
  Bun?: {
    serve(options: {
      hostname: string
      port: number
      fetch: (
        request: Request,
        server: { requestIP(request: Request): { address: string } | null },
      ) => Response
    }): { port: number }
  }
  Deno?: {
    serve(
      options: { hostname: string; port: number; onListen: (address: { port: number }) => void },
      handle: (request: Request, info: { remoteAddr: { hostname: string } }) => Response,
    ): unknown
  }
}

const header = { certificateSource: 'nginx' } as const
const extractors = {
  '/near': createFetchExtractor({ ...header, trustedProxies: 'loopback' }),
  '/far': createFetchExtractor({ ...header, trustedProxies: '192.0.2.1' }),
  '/asked': createFetchExtractor({
    ...header,
    trustedProxies: ({ address }) => address === '127.0.0.1',
  }),
}

function handle(request: Request, address: string | undefined): Response {
  const path = new URL(request.url).pathname as keyof typeof extractors
  const { certificate, reason } = extractors[path](request, address)
  return certificate === null
    ? Response.json({ reason }, { status: 401 })
    : Response.json(describeCertificate(certificate))
}

const tell = ({ port }: { port: number }): void => {
  console.log(JSON.stringify({ port }))
}

const { Bun, Deno } = globalThis as Runtimes
const place = { hostname: '127.0.0.1', port: 0 }
if (Bun) {
  const fetch = (
    request: Request,
    server: { requestIP(of: Request): { address: string } | null },
  ) => handle(request, server.requestIP(request)?.address)
  tell(Bun.serve({ ...place, fetch }))
} else if (Deno) {
  Deno.serve({ ...place, onListen: tell }, (request, { remoteAddr }) =>
    handle(request, remoteAddr.hostname),
  )
} else {
  const { createAdaptorServer } = await import('@hono/node-server')
  const server = createAdaptorServer({
    fetch: (request, env) =>
      handle(
        request,
        (env as { incoming: { socket: { remoteAddress?: string } } }).incoming.socket.remoteAddress,
      ),
  })
  server.listen(0, '127.0.0.1', () => tell(server.address() as AddressInfo))
}
