import { createHash } from 'node:crypto'
import type { StrategyOptions } from '../../../src/index.js'
import { toUrlPem, toXfcc } from '../../support/header-values.js'
import { type Issued, testPki } from '../../support/pki.js'
import { closeServers } from '../../support/servers.js'
import { expectAcceptance, expectRejections, type Line } from '../support/header-backend.js'

const ENVOY: StrategyOptions = { certificateSource: 'envoy', trustedProxies: 'loopback' }

let attacker: Issued
let victim: Issued
let hash: string
/** The pair that an attacker wants to inject. */
let payload: string

before(async () => {
  ;({ ec: attacker, rsa: victim } = await testPki())
  hash = sha256(attacker)
  payload = `Cert="${toUrlPem(victim)}"`
})

afterEach(closeServers)

function sha256({ raw }: Issued): string {
  return createHash('sha256').update(raw).digest('hex')
}

function xfcc(value: string): Line[] {
  return [['X-Forwarded-Client-Cert', value]]
}

function lines(values: Readonly<Record<string, string>>): Record<string, Line[]> {
  return Object.fromEntries(Object.entries(values).map(([title, value]) => [title, xfcc(value)]))
}

/** A client of a trusted CA that chose its own name. */
async function createClient(value: string, type: 'dns' | 'url' = 'dns'): Promise<Issued> {
  const { root } = await testPki()
  return root.issue({ subject: 'CN=named-client', subjectAltName: [{ type, value }] })
}

describe('B7 a name in the certificate that contains an XFCC pair', () => {
  it('B7 reads a pair inside quotes as part of the value', async () => {
    await expectRejections(
      ENVOY,
      lines({
        'a pair': `Hash=${hash};Subject="O=a;Cert=${toUrlPem(victim)}"`,
        'escaped quotes': `Hash=${hash};Subject="O=a\\";${payload.replaceAll('"', '\\"')};\\"";URI=`,
        'an element': `Subject="O=a,Cert=${toUrlPem(victim)},O=b"`,
      }),
    )
    const own = `Hash=${hash};Cert="${toUrlPem(attacker)}"`
    const subject = `Subject="O=a\\";${payload.replaceAll('"', '\\"')},\\""`
    await expectAcceptance(ENVOY, xfcc(`${own};${subject};URI=`), 'ec-client')
  })

  it("B7 rejects an injection through a name that Envoy doesn't quote", async () => {
    await expectRejections(
      ENVOY,
      lines({
        'a URI': `URI=spiffe://a;${payload}`,
        'a DNS name': `DNS=a;${payload}`,
        'a URI after the genuine hash': `Hash=${hash};URI=spiffe://a;${payload}`,
        'a hash that matches the injected certificate': `URI=a;Hash=${sha256(victim)};${payload}`,
        'a second hash': `Hash=${hash};URI=a;Hash=${sha256(victim)};${payload}`,
        'an unknown key': `Name=a;${payload}`,
        'an element': `Hash=${hash};DNS=a,${payload}`,
      }),
    )
  })

  it('B7 rejects a key that appears twice', async () => {
    const own = `Cert="${toUrlPem(attacker)}"`
    const chain = `Chain="${toUrlPem(attacker)}"`
    await expectRejections(
      ENVOY,
      lines({
        'Cert first': `${payload};${own}`,
        'Cert last': `${own};${payload}`,
        'Cert in another case': `${own};${payload.replace('Cert', 'cERT')}`,
        'the same Cert twice': `${own};${own}`,
        Chain: `${own};${chain};Chain="${toUrlPem(victim)}"`,
        'Chain of another client': `${own};Chain="${toUrlPem(victim)}"`,
        Hash: `Hash=${sha256(victim)};Hash=${hash};${payload}`,
        Subject: `${own};Subject="CN=a";Subject="CN=b"`,
      }),
    )
  })

  it("B7 rejects text that isn't a pair", async () => {
    await expectRejections(
      ENVOY,
      lines({
        'an open quote': `Subject="CN=a;${payload.slice(0, -1)}`,
        'a quote that never closes': payload.slice(0, -1),
        'a trailing backslash': `${payload};Subject="CN=a\\`,
        'an escaped closing quote': `${payload};Subject="CN=a\\"`,
        'text after a quote': `Subject="a"b;${payload}`,
        'a certificate without quotes': `Cert=${toUrlPem(victim)}`,
        'a quote inside': `By=a"b;${payload}`,
        'a hash of another certificate': `Hash=${hash};${payload}`,
        'an empty hash': `Hash=;${payload}`,
      }),
    )
  })
})

describe('B8 an element that the client wrote itself', () => {
  it('B8 rejects more than one element without xfccHop', async () => {
    const [forged, genuine] = [toXfcc(victim), toXfcc(attacker)]
    await expectRejections(
      ENVOY,
      lines({
        'the forged element first': `${forged},${genuine}`,
        'the forged element last': `${genuine},${forged}`,
        'without a certificate': `By=spiffe://a,${genuine}`,
        'an empty element at the end': `${genuine},`,
        'an empty element at the start': `,${genuine}`,
      }),
    )
    await expectAcceptance(ENVOY, xfcc(genuine), 'ec-client')
  })

  it('B8 counts elements from the right with xfccHop', async () => {
    const [forged, genuine] = [toXfcc(victim), toXfcc(attacker)]
    const appended = `${forged},${forged},${genuine}`
    await expectAcceptance({ ...ENVOY, xfccHop: 0 }, xfcc(appended), 'ec-client')
    const behindTwo = `${forged},${genuine},${toXfcc((await testPki()).chained)}`
    await expectAcceptance({ ...ENVOY, xfccHop: 1 }, xfcc(behindTwo), 'ec-client')
    await expectRejections({ ...ENVOY, xfccHop: 1 }, lines({ 'too few': genuine }))
    const many = Array<string>(11).fill('By=a').join(',')
    await expectRejections({ ...ENVOY, xfccHop: 0 }, lines({ 'too many': `${many},${genuine}` }))
  })

  it('B8 rejects a name with a comma, which would shift the count', async () => {
    const name = `a,${payload}`
    const client = await createClient(name)
    const own = `Hash=${sha256(client)};Cert="${toUrlPem(client)}";DNS=${name}`
    const proxy = toXfcc((await testPki()).chained)
    await expectRejections({ ...ENVOY, xfccHop: 0 }, lines({ 'of the client': own }))
    await expectRejections({ ...ENVOY, xfccHop: 1 }, lines({ 'of the client': `${own},${proxy}` }))
    await expectRejections(ENVOY, lines({ 'of the client': own }))
    const honest = await createClient('a.example.com')
    const element = `Hash=${sha256(honest)};Cert="${toUrlPem(honest)}";DNS=a.example.com`
    await expectAcceptance(
      { ...ENVOY, xfccHop: 0 },
      xfcc(`${toXfcc(victim)},${element}`),
      'named-client',
    )
  })

  it('B8 rejects a name with a comma when a nearer element has no certificate', async () => {
    const gateway = 'By=spiffe://mesh/api;Hash=a;Subject="";URI=spiffe://mesh/gateway'
    const istio: StrategyOptions = { ...ENVOY, xfccHop: 1 }
    for (const type of ['dns', 'url'] as const) {
      for (const end of ['', ',By=a', ',DNS=a']) {
        const name = `a,Hash=${sha256(victim)};${payload}${end}`
        const client = await createClient(name, type)
        const key = type === 'dns' ? 'DNS' : 'URI'
        const pairs = [`Hash=${sha256(client)}`, `Cert="${toUrlPem(client)}"`, `${key}=${name}`]
        for (const own of [pairs.join(';'), [pairs[0], pairs[2]].join(';')]) {
          for (const forwardedIdentity of [true, false]) {
            const headers = lines({ [end]: `${own},${gateway}` })
            await expectRejections({ ...istio, forwardedIdentity }, headers)
          }
        }
      }
    }
    const honest = await createClient('a.example.com')
    const element = `Hash=${sha256(honest)};Cert="${toUrlPem(honest)}";DNS=a.example.com`
    await expectAcceptance(istio, xfcc(`${element},${gateway}`), 'named-client')
  })

  it("B8 rejects a quote that the client opened to hide the proxy's element", async () => {
    const forged = `Hash=${sha256(victim)};${payload}`
    const client = await createClient('a"', 'url')
    for (const by of ['', 'By=spiffe://mesh/proxy;']) {
      const proxy = `${by}Hash=${sha256(client)};URI=a"`
      const headers = lines({
        'a subject': `${forged};Subject="CN=a,${proxy}`,
        'an escaped comma': `${forged};Subject="CN=a\\,${proxy}`,
        'an unknown key': `X=",${proxy};${forged}`,
        'a damaged certificate': `Cert=",${proxy},${forged}`,
        'the name of a proxy': `By=",${proxy};${forged}`,
      })
      for (const xfccHop of [undefined, 0]) {
        for (const forwardedIdentity of [true, false]) {
          await expectRejections({ ...ENVOY, xfccHop, forwardedIdentity }, headers)
        }
      }
    }
  })
})

describe('B7 a forged name in an element without a certificate', () => {
  it('B7 rejects an injection with a quote or a semicolon', async () => {
    const own = `By=spiffe://mesh/api;Hash=${hash};Subject=""`
    const name = 'spiffe://mesh/victim'
    const headers = lines({
      'quotes around it': `${own};URI="${name}"`,
      'a semicolon': `${own};URI=${name};`,
      'another name of the proxy': `${own};URI=${name};By=a`,
      'an unknown key': `${own};URI=${name};X=a`,
      'an unknown key in quotes': `${own};URI=${name};X="a"`,
      'a subject': `${own.replace('Subject=""', 'X=""')};URI=a;Subject="CN=victim"`,
    })
    for (const xfccHop of [undefined, 0]) {
      await expectRejections({ ...ENVOY, forwardedIdentity: true, xfccHop }, headers)
    }
  })
})
