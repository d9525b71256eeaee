import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { type Backend, startBackend } from './support/backend.js'
import { certificates, type Client, type ClientName } from './support/certificates.js'
import { type Request, send } from './support/client.js'
import { documented } from './support/files.js'
import { launch, type RunningProxy } from './support/launch.js'
import { CERTIFICATE, type Proxy, PROXIES, VERIFY } from './support/proxies.js'

/** The nine chain headers of Apache. */
const NUMBERS = Array.from({ length: 9 }, (_, index) => String(index))

for (const proxy of PROXIES) {
  describe(`what ${proxy.title} sends to Node`, () => {
    let backend: Backend
    let running: RunningProxy

    before(async () => {
      backend = await startBackend({})
      running = await launch(proxy, documented(proxy, 'optional'), backend.port)
    })
    after(async () => {
      await running.stop()
      await backend.close()
    })

    /** The headers of ours that reach Node, by name; each has to come on one line. */
    async function receive(name: ClientName | null, resumed = false) {
      const client = name === null ? null : (await certificates()).clients[name]
      const request: Request = { port: running.port, client, path: '/', lines: [] }
      const first = await send(request)
      if (!resumed) return ours(backend)
      backend.takeVisits()
      const second = await send({ ...request, tls: { session: first.session } })
      expect(second.isResumed).to.equal(true)
      return ours(backend)
    }

    for (const name of ['rsa', 'ec', 'hostileSubject', 'allNames'] as const) {
      it(`is the certificate in the encoding of its page (${name})`, async () => {
        const client = (await certificates()).clients[name]
        expect(await receive(name)).to.deep.equal(expectedOf(proxy, client, []))
      })
    }

    it('is the chain without the leaf, where it can be sent', async () => {
      const client = (await certificates()).clients.chained
      expect(await receive('chained')).to.deep.equal(expectedOf(proxy, client, client.issuers))
    })

    it('is no chain in a resumed session', async () => {
      const client = (await certificates()).clients.chained
      expect(await receive('chained', true)).to.deep.equal(expectedOf(proxy, client, []))
    })

    it('says in its own way that there is no certificate', async () => {
      expect(await receive(null)).to.deep.equal(expectedOf(proxy, null, []))
    })
  })
}

function ours(backend: Backend): Record<string, string> {
  const [visit] = backend.takeVisits()
  if (visit === undefined) throw new Error('Nothing reached Node')
  const headers: Record<string, string> = {}
  for (let index = 0; index < visit.rawHeaders.length; index += 2) {
    const [name = '', value = ''] = visit.rawHeaders.slice(index, index + 2)
    if (!/^x-ssl-/i.test(name)) continue
    expect(headers).not.to.have.property(name.toLowerCase())
    headers[name.toLowerCase()] = value
  }
  return headers
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
      // Trailing space is no part of a header's value (RFC 9110 5.5).
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
