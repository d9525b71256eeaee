import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { certificates, type Client, type ClientName } from './support/certificates.js'
import { type Request, send } from './support/client.js'
import { documented } from './support/files.js'
import { OTHERS } from './support/forgeries.js'
import { CERTIFICATE, type Line, type Proxy, PROXIES, VERIFY } from './support/proxies.js'
import { type Site, startSite } from './support/site.js'

/** The nine chain headers of Apache. */
const NUMBERS = Array.from({ length: 9 }, (_, index) => String(index))

for (const proxy of PROXIES) {
  describe(`the headers that ${proxy.title} sends to Node`, () => {
    let site: Site | undefined

    before(async () => {
      site = await startSite(proxy, documented(proxy, 'optional'), {})
    })
    after(() => site?.stop())

    for (const name of ['rsa', 'ec', 'hostileSubject', 'allNames'] as const) {
      it(`have the certificate in the encoding of the proxy's page (${name})`, async () => {
        const client = (await certificates()).clients[name]
        expect(await receive(site, name)).to.deep.equal(expectedOf(proxy, client, []))
      })
    }

    it('have the chain without the leaf, if the proxy can send it', async () => {
      for (const name of ['chained', 'deep'] as const) {
        const client = (await certificates()).clients[name]
        expect(await receive(site, name)).to.deep.equal(expectedOf(proxy, client, client.issuers))
      }
    })

    it('have no chain in a resumed session', async () => {
      const client = (await certificates()).clients.chained
      expect(await receive(site, 'chained', true)).to.deep.equal(expectedOf(proxy, client, []))
    })

    it("include the client's headers that the proxy doesn't know", async () => {
      const { victim } = await certificates()
      const sent = OTHERS.lines(proxy, new X509Certificate(victim.raw))
      const received = await exchange(site, null, sent)
      expect(received).to.include.deep.members(sent.map(toLowerCase))
    })

    it('show that there is no certificate', async () => {
      expect(await receive(site, null)).to.deep.equal(expectedOf(proxy, null, []))
    })
  })
}

/** Returns our headers as Node received them, by name. Each header has to be on one line. */
async function receive(
  site: Site | undefined,
  name: ClientName | null,
  isResumed = false,
): Promise<Record<string, string>> {
  const client = name === null ? null : (await certificates()).clients[name]
  const lines = await exchange(site, client, [], isResumed)
  const ours = lines.filter(([header]) => header.startsWith('x-ssl-'))
  const headers = Object.fromEntries(ours)
  expect(Object.keys(headers)).to.have.lengthOf(ours.length)
  return headers
}

/**
 * Returns the header lines of a request that reached Node; with `isResumed`, of the second request
 * in a session.
 */
async function exchange(
  site: Site | undefined,
  client: Client | null,
  lines: readonly Line[],
  isResumed = false,
): Promise<Line[]> {
  if (site === undefined) throw new Error("The proxy hasn't started")
  const request: Request = { port: site.port, client, path: '/', lines }
  const { session } = await send(request)
  if (isResumed) {
    site.backend.takeVisits()
    expect(await send({ ...request, tls: { session } })).to.include({ isResumed })
  }
  return site.backend.takeVisits().flatMap(({ rawHeaders }) => linesOf(rawHeaders))
}

function linesOf(rawHeaders: readonly string[]): Line[] {
  return rawHeaders.flatMap((name, index): Line[] =>
    index % 2 === 0 ? [toLowerCase([name, rawHeaders[index + 1] ?? ''])] : [],
  )
}

function toLowerCase([name, value]: Line): Line {
  return [name.toLowerCase(), value]
}

function expectedOf(
  proxy: Proxy,
  client: Client | null,
  issuers: readonly Buffer[],
): Record<string, string> {
  const { encode, none, verification } = proxy
  const certificate = client === null ? none : encode(new X509Certificate(client.raw))
  const verified = client === null ? verification?.none : verification?.good
  const lines: [name: string, value: string | null | undefined][] = [
    [CERTIFICATE, certificate],
    [VERIFY, verified],
    ...chainOf(proxy, issuers),
  ]
  return Object.fromEntries(
    lines.flatMap(([name, value]) =>
      // Trailing space isn't part of a header's value (RFC 9110 5.5).
      typeof value === 'string' ? [[name.toLowerCase(), value.trimEnd()]] : [],
    ),
  )
}

function chainOf({ name, encode, none }: Proxy, issuers: readonly Buffer[]): [string, string][] {
  if (name === 'haproxy') {
    return [['X-SSL-Client-Chain', Buffer.concat(issuers).toString('base64')]]
  }
  if (name !== 'apache') return []
  return NUMBERS.map((number, index) => {
    const issuer = issuers[index]
    const value = issuer === undefined ? String(none) : encode(new X509Certificate(issuer))
    return [`X-SSL-Client-Chain-${number}`, value]
  })
}
