import { createHash } from 'node:crypto'
import type { StrategyOptions } from '../../../src/index.js'
import { toUrlPem, toXfcc } from '../../support/header-values.js'
import { type Issued, testPki } from '../../support/pki.js'
import { closeServers } from '../../support/servers.js'
import { expectAcceptance, expectRefusals, type Line } from '../support/header-backend.js'

const ENVOY: StrategyOptions = { certificateSource: 'envoy', trustedProxies: 'loopback' }

let attacker: Issued
let victim: Issued
let hash: string
/** What an attacker wants to be read. */
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

/** A client of a real authority that chose its own name. */
async function createClient(value: string, type: 'dns' | 'url' = 'dns'): Promise<Issued> {
  const { root } = await testPki()
  return root.issue({ subject: 'CN=named-client', subjectAltName: [{ type, value }] })
}

describe('B7 XFCC injection: a name in the certificate pretends to be a pair of the proxy', () => {
  it('B7 XFCC injection inside quotes is text', async () => {
    await expectRefusals(
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

  it('B7 XFCC injection through what Envoy does not quote is refused', async () => {
    await expectRefusals(
      ENVOY,
      lines({
        'a URI': `URI=spiffe://a;${payload}`,
        'a DNS name': `DNS=a;${payload}`,
        'a URI behind the genuine hash': `Hash=${hash};URI=spiffe://a;${payload}`,
        'a hash to go with it': `URI=a;Hash=${sha256(victim)};${payload}`,
        'a second hash': `Hash=${hash};URI=a;Hash=${sha256(victim)};${payload}`,
        'a key that nobody knows': `Name=a;${payload}`,
        'an element': `Hash=${hash};DNS=a,${payload}`,
      }),
    )
  })

  it('B7 XFCC injection by a second key of a kind is refused', async () => {
    const own = `Cert="${toUrlPem(attacker)}"`
    const chain = `Chain="${toUrlPem(attacker)}"`
    await expectRefusals(
      ENVOY,
      lines({
        'Cert first': `${payload};${own}`,
        'Cert last': `${own};${payload}`,
        'Cert in another case': `${own};${payload.replace('Cert', 'cERT')}`,
        'Cert twice the same': `${own};${own}`,
        Chain: `${own};${chain};Chain="${toUrlPem(victim)}"`,
        'Chain of somebody else': `${own};Chain="${toUrlPem(victim)}"`,
        Hash: `Hash=${sha256(victim)};Hash=${hash};${payload}`,
        Subject: `${own};Subject="CN=a";Subject="CN=b"`,
      }),
    )
  })

  it('B7 XFCC injection by what is no pair at all is refused', async () => {
    await expectRefusals(
      ENVOY,
      lines({
        'an open quote': `Subject="CN=a;${payload.slice(0, -1)}`,
        'a quote that never closes': payload.slice(0, -1),
        'a trailing backslash': `${payload};Subject="CN=a\\`,
        'an escaped closing quote': `${payload};Subject="CN=a\\"`,
        'text behind a quote': `Subject="a"b;${payload}`,
        'a certificate without quotes': `Cert=${toUrlPem(victim)}`,
        'a quote inside': `By=a"b;${payload}`,
        'a hash of another certificate': `Hash=${hash};${payload}`,
        'an empty hash': `Hash=;${payload}`,
      }),
    )
  })
})

describe('B8 wrong element: the one that the client wrote itself', () => {
  it('B8 wrong element: more than one is refused', async () => {
    const [forged, genuine] = [toXfcc(victim), toXfcc(attacker)]
    await expectRefusals(
      ENVOY,
      lines({
        'the own in front': `${forged},${genuine}`,
        'the own behind': `${genuine},${forged}`,
        'without a certificate': `By=spiffe://a,${genuine}`,
        'an empty one': `${genuine},`,
        'an empty one in front': `,${genuine}`,
      }),
    )
    await expectAcceptance(ENVOY, xfcc(genuine), 'ec-client')
  })

  it('B8 wrong element: with xfccHop, the chosen one from the right', async () => {
    const [forged, genuine] = [toXfcc(victim), toXfcc(attacker)]
    const appended = `${forged},${forged},${genuine}`
    await expectAcceptance({ ...ENVOY, xfccHop: 0 }, xfcc(appended), 'ec-client')
    const behindTwo = `${forged},${genuine},${toXfcc((await testPki()).chained)}`
    await expectAcceptance({ ...ENVOY, xfccHop: 1 }, xfcc(behindTwo), 'ec-client')
    await expectRefusals({ ...ENVOY, xfccHop: 1 }, lines({ 'too few': genuine }))
    const many = Array<string>(11).fill('By=a').join(',')
    await expectRefusals({ ...ENVOY, xfccHop: 0 }, lines({ 'too many': `${many},${genuine}` }))
  })

  it('B8 wrong element: a name with a comma does not shift the count', async () => {
    const name = `a,${payload}`
    const client = await createClient(name)
    const own = `Hash=${sha256(client)};Cert="${toUrlPem(client)}";DNS=${name}`
    const proxy = toXfcc((await testPki()).chained)
    await expectRefusals({ ...ENVOY, xfccHop: 0 }, lines({ 'of the client': own }))
    await expectRefusals({ ...ENVOY, xfccHop: 1 }, lines({ 'of the client': `${own},${proxy}` }))
    await expectRefusals(ENVOY, lines({ 'of the client': own }))
    const honest = await createClient('a.example.com')
    const element = `Hash=${sha256(honest)};Cert="${toUrlPem(honest)}";DNS=a.example.com`
    await expectAcceptance(
      { ...ENVOY, xfccHop: 0 },
      xfcc(`${toXfcc(victim)},${element}`),
      'named-client',
    )
  })

  it('B8 wrong element: nor does it where a nearer element has no certificate', async () => {
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
            await expectRefusals({ ...istio, forwardedIdentity }, headers)
          }
        }
      }
    }
    const honest = await createClient('a.example.com')
    const element = `Hash=${sha256(honest)};Cert="${toUrlPem(honest)}";DNS=a.example.com`
    await expectAcceptance(istio, xfcc(`${element},${gateway}`), 'named-client')
  })

  it('B8 wrong element: a quote that the client opens does not hide what the proxy wrote', async () => {
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
          await expectRefusals({ ...ENVOY, xfccHop, forwardedIdentity }, headers)
        }
      }
    }
  })
})

describe('B7 XFCC injection: a name poses as the name of another, without any certificate', () => {
  it('B7 XFCC injection by a quote or a semicolon is refused', async () => {
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
      await expectRefusals({ ...ENVOY, forwardedIdentity: true, xfccHop }, headers)
    }
  })
})
