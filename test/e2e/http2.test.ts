import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import http2 from 'node:http2'
import { expect } from 'chai'
import { SOURCES } from './sources.js'
import { certificates, type Client, HOST } from './support/certificates.js'
import { documented } from './support/files.js'
import { FORGED } from './support/forgeries.js'
import { proxyOf } from './support/proxies.js'
import { type Site, startSite } from './support/site.js'

const caddy = proxyOf('caddy')

// Of the four proxies, only Caddy speaks HTTP/2 with clients by default.
describe('a client that speaks HTTP/2 with Caddy and forges the header', () => {
  let site: Site | undefined

  before(async () => {
    site = await startSite(caddy, documented(caddy, 'optional'), { '/': SOURCES.caddy })
  })
  after(() => site?.stop())

  it('is accepted under its own name if it has a certificate', async () => {
    const { ec } = (await certificates()).clients
    const decision = { kind: 'accepted', chain: [ec.raw] }
    expect(await forge(site, ec)).to.deep.equal({ status: 200, decision })
  })

  it('is rejected if it has no certificate', async () => {
    const decision = { kind: 'rejected', reason: 'header_missing_or_malformed' }
    expect(await forge(site, null)).to.deep.equal({ status: 401, decision })
  })
})

async function forge(site: Site | undefined, client: Client | null) {
  if (site === undefined) throw new Error("The proxy hasn't started")
  const { serverCa, victim } = await certificates()
  const lines = FORGED.lines(caddy, new X509Certificate(victim.raw))
  const session = http2.connect(`https://127.0.0.1:${site.port}`, {
    servername: HOST,
    ca: serverCa.cert,
    ...(client === null ? {} : { cert: client.cert, key: client.key }),
  })
  try {
    const stream = session.request({
      ':authority': HOST,
      // Sends each line twice, as a list.
      ...Object.fromEntries(lines.map(([name, value]) => [name.toLowerCase(), [value, value]])),
    })
    const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders]
    stream.resume()
    await once(stream, 'close')
    return { status: headers[':status'], decision: site.backend.takeVisits()[0]?.decision }
  } finally {
    session.destroy()
  }
}
