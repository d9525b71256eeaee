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

/** A client of a real authority that chose its own DNS name. */
async function createClient(dnsName: string): Promise<Issued> {
  const { root } = await testPki()
  return root.issue({
    subject: 'CN=named-client',
    subjectAltName: [{ type: 'dns', value: dnsName }],
  })
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
})
