import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import { expect } from 'chai'
import { SOURCES } from './sources.js'
import { type Decision, startBackend } from './support/backend.js'
import { certificates } from './support/certificates.js'
import { send } from './support/client.js'
import { documented } from './support/files.js'
import { FORGED } from './support/forgeries.js'
import { type Proxy, PROXIES } from './support/proxies.js'
import { startSite } from './support/site.js'

/** Two addresses of this machine. */
const PROXY_ADDRESS = '127.0.0.1'
const OTHER_ADDRESS = '127.0.0.2'

for (const proxy of PROXIES) {
  describe(`a request that bypasses ${proxy.title}`, () => {
    it("is rejected if it comes from another address than the proxy's", async () => {
      expect(await forgeFrom(OTHER_ADDRESS, proxy, PROXY_ADDRESS)).to.deep.equal({
        kind: 'rejected',
        reason: 'untrusted_proxy',
      })
    })

    it("is accepted from the proxy's machine if trustedProxies is 'loopback'", async () => {
      const { victim } = await certificates()
      expect(await forgeFrom(OTHER_ADDRESS, proxy, 'loopback')).to.deep.equal({
        kind: 'accepted',
        chain: [victim.raw],
      })
    })

    it("doesn't affect the clients of the proxy", async () => {
      const { clients } = await certificates()
      const routes = { '/': trusting(proxy, PROXY_ADDRESS) }
      const site = await startSite(proxy, documented(proxy, 'optional'), routes)
      try {
        await send({ port: site.port, client: clients.ec, path: '/', lines: [] })
        expect(site.backend.takeVisits()[0]?.decision).to.deep.equal({
          kind: 'accepted',
          chain: [clients.ec.raw],
        })
      } finally {
        await site.stop()
      }
    })
  })
}

function trusting(proxy: Proxy, trustedProxies: string) {
  return { ...SOURCES[proxy.name], trustedProxies }
}

/**
 * Sends the victim's certificate in the proxy's own headers, and returns the strategy's decision.
 */
async function forgeFrom(
  localAddress: string,
  proxy: Proxy,
  trustedProxies: string,
): Promise<Decision | undefined> {
  const { victim } = await certificates()
  const backend = await startBackend({ '/': trusting(proxy, trustedProxies) })
  try {
    const headers = Object.fromEntries(FORGED.lines(proxy, new X509Certificate(victim.raw)))
    const to = { host: '127.0.0.1', port: backend.port, localAddress, headers, agent: false }
    const [response] = (await once(http.get(to), 'response')) as [http.IncomingMessage]
    response.resume()
    return backend.takeVisits()[0]?.decision
  } finally {
    await backend.close()
  }
}
