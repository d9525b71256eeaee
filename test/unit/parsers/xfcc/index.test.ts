import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { MAX_CHAIN_CERTS } from '../../../../src/parsers/limits.js'
import { decodeXfcc } from '../../../../src/parsers/xfcc/index.js'
import { dersOf } from '../../../support/ders-of.js'
import { toUrlPem, toXfcc } from '../../../support/header-values.js'
import { testPki } from '../../../support/pki.js'

const readOne = (text: string) => dersOf(decodeXfcc(text))

/** The decoder knows text, not certificates: any bytes will do. */
function certificateOf(text: string) {
  const raw = Buffer.from(text)
  const lines = ['-----BEGIN CERTIFICATE-----', raw.toString('base64'), '-----END CERTIFICATE-----']
  return { raw, cert: `${lines.join('\n')}\n` }
}

const [leaf, issuer, evil] = [
  certificateOf('the genuine leaf'),
  certificateOf('its issuer'),
  certificateOf('CN=admin'),
]
const sha256 = createHash('sha256').update(leaf.raw).digest('hex')
const hash = `Hash=${sha256}`
const cert = `Cert="${toUrlPem(leaf)}"`
const chain = `Chain="${toUrlPem(leaf, issuer)}"`
const evilCert = `Cert="${toUrlPem(evil)}"`
const evilChain = `Chain="${toUrlPem(evil)}"`
const subject = 'Subject="CN=client"'
/** Inside a quoted value. */
const quoted = evilCert.replaceAll('"', '\\"')

describe('X-Forwarded-Client-Cert', () => {
  const accepted: [what: string, text: string, certificates?: (typeof leaf)[]][] = [
    ['Hash and Cert, as Envoy writes it', toXfcc(leaf)],
    ['Cert and Chain, as Envoy writes it', toXfcc(leaf, issuer), [leaf, issuer]],
    ['Cert alone', cert],
    ['Chain alone, which begins with the leaf', chain, [leaf, issuer]],
    ['Chain in front of Cert', `${hash};${chain};${cert}`, [leaf, issuer]],
    ['a Chain of the leaf alone', `${cert};Chain="${toUrlPem(leaf)}"`],
    ['the name of the proxy in front', `By=spiffe://example.org/proxy;${hash};${cert}`],
    ['the name of the proxy and no Hash', `By=spiffe://example.org/proxy;${cert}`],
    ['a name of the proxy with semicolons', `By=urn:abc:p(svc;None;i001);${hash};${cert}`],
    ['a name of the proxy that ends with a semicolon', `By=urn:a;;${hash};${cert}`],
    ['a name of the proxy with parameters', `bY=spiffe://a/b;v=1;w=2;${hash};${cert}`],
    ['several names of the proxy with semicolons', `By=urn:a;b;By=urn:c;d;${hash};${cert}`],
    ['an unknown quoted key behind the name of the proxy', `By=a;Future="1";${cert}`],
    ['quoted keys in front of Hash', `${subject};${cert};${hash}`],
    ['keys in any case', `hASH=${sha256};cERT="${toUrlPem(leaf)}";SUBJECT="CN=client"`],
    ['the digits of Hash in upper case', `Hash=${sha256.toUpperCase()};${cert}`],
    ['a semicolon at the end', `${hash};${cert};`],
    ['several URIs and DNS names behind', `${cert};URI=a;URI=b;DNS=c;DNS=d`],
    ['empty URIs behind', `${cert};URI=;URI=`],
    ['an unknown key behind', `${cert};Future=1`],
    ['an unknown quoted key in front', `Future="1";${cert}`],
    ['a URI in front, where Hash binds what follows', `${hash};URI=https://e.org/;${cert}`],
    ['a subject that quotes a certificate', `Subject="CN=a;${quoted}";${cert}`],
    ['a subject that ends with a backslash', `Subject="CN=a\\\\";${cert}`],
    ['a subject with separators', `Subject="CN=a,O=b;c=d, e";${cert}`],
  ]

  for (const [what, text, certificates = [leaf]] of accepted) {
    it(`is read with ${what}`, () => {
      expect(readOne(text)).to.deep.equal(certificates.map(({ raw }) => raw))
    })
  }

  const refused: [what: string, text: string][] = [
    ['an empty value', ''],
    ['no certificate in it, as Istio sends by default', `By=a;${hash};${subject};URI=b`],
    ['two elements', `${hash};${cert},By=a;Hash=b`],
    ['two elements, the certificate in the last', `By=a,${hash};${cert}`],
    ['two elements joined by HTTP', `${hash};${cert}, ${hash};${cert}`],
    ['a comma at the end', `${hash};${cert},`],
    ['two of Hash', `${hash};${hash};${cert}`],
    ['two of Cert', `${hash};${cert};${cert}`],
    ['two of Cert, the second of other case', `${hash};${cert};${evilCert.replace('C', 'c')}`],
    ['two of Chain', `${hash};${chain};${chain}`],
    ['two of Subject', `${hash};${cert};${subject};${subject}`],
    ['an unquoted Cert', `${hash};Cert=${toUrlPem(leaf)}`],
    ['an unquoted Chain', `${hash};Chain=${toUrlPem(leaf, issuer)}`],
    ['an unquoted Subject', `${hash};${cert};Subject=CN`],
    ['an empty Cert', `${hash};Cert="";${chain}`],
    ['an empty Chain', `${hash};${cert};Chain=""`],
    ['a Cert that is no PEM', `${hash};Cert="${leaf.raw.toString('base64')}"`],
    ['a Cert with two certificates', `Cert="${toUrlPem(leaf, issuer)}"`],
    ['a Cert that is not the first of Chain', `${cert};Chain="${toUrlPem(issuer, leaf)}"`],
    ['a damaged Chain beside a good Cert', `${cert};Chain="${toUrlPem(leaf)}x"`],
    ['a damaged Cert beside a good Chain', `Cert="${toUrlPem(leaf)}x";${chain}`],
    ['a Hash of another certificate', `${hash};${evilCert}`],
    ['a Hash that another certificate is first in Chain', `${hash};${evilChain}`],
    ['an empty Hash', `Hash=;${cert}`],
    ['a Hash cut off', `${hash.slice(0, -1)};${cert}`],
    ['an open quote', `${hash};${cert.slice(0, -1)}`],
    ['a backslash at the end', `${hash};${cert};Subject="CN=a\\`],
    ['an open quote behind a good Cert', `${hash};${cert};Subject="CN=a`],
    ['single quotes', `${hash};${cert.replaceAll('"', "'")}`],
    ['spaces behind semicolons', `${hash}; ${cert}`],
    ['a name of the proxy with a comma', `By=urn:a,b;${hash};${cert}`],
    ['a name of the proxy with a semicolon, and no Hash', `By=urn:a;b;${cert}`],
    ['a space in front of the Hash behind the name of the proxy', `By=a; ${hash};${cert}`],
    ['a name of the proxy with a quote', `By=urn:a"b;${hash};${cert}`],
    ['a name of the proxy that a name in it ends', `By=urn:a;URI=b;${hash};${cert}`],
    ['semicolons in the name of the proxy behind another pair', `${hash};By=urn:a;b;${cert}`],
    ['an element in quotes', `Subject="CN=a,By=b;${hash};URI=c";${cert}`],
    ['an element without a name of the proxy in quotes', `Future="\\,${hash};URI=c";${cert}`],
    ['the JSON of newer versions', JSON.stringify([{ Hash: sha256, Cert: leaf.cert }])],
  ]

  for (const [what, text] of refused) {
    it(`is rejected with ${what}`, () => {
      expect(readOne(text)).to.equal(undefined)
    })
  }

  it('is read with as many certificates as a request may carry, and rejected with one more', () => {
    const chainOf = (count: number) =>
      `Chain="${toUrlPem(leaf, ...Array<typeof leaf>(count - 1).fill(issuer))}"`
    expect(readOne(chainOf(MAX_CHAIN_CERTS))).to.have.lengthOf(MAX_CHAIN_CERTS)
    expect(readOne(chainOf(MAX_CHAIN_CERTS + 1))).to.equal(undefined)
  })
})

describe('a pair that a client smuggles into X-Forwarded-Client-Cert in its alternative names', () => {
  // Envoy copies URI and DNS as they are, so a name may hold ";Cert=..." and even a comma.
  for (const key of ['URI', 'DNS', 'Future']) {
    const smuggled: [what: string, text: string][] = [
      ['a Cert, where there is no Hash', `${key}=x;${evilCert}`],
      ['a Chain, where there is no Hash', `${key}=x;${evilChain}`],
      ['a Cert with a matching Hash', `${key}=x;${toXfcc(evil)}`],
      ['a Hash behind the genuine Cert', `${cert};${key}=x;${hash}`],
      ['a Chain behind a Cert without Hash', `${cert};${key}=x;${chain}`],
      ['a Subject, where there is no Hash', `${cert};${key}=x;Subject="CN=admin"`],
      ['a Cert, where the genuine Hash is in front', `${hash};${subject};${key}=x;${evilCert}`],
      ['a Chain, where the genuine Hash is in front', `${hash};${key}=x;${evilChain}`],
      ['a Cert behind the genuine one', `${hash};${cert};${key}=x;${evilCert}`],
      ['an element', `${hash};${cert};${key}=x,${toXfcc(evil)}`],
      ['a quote', `${hash};${cert};${key}=x";Subject="y`],
    ]

    for (const [what, text] of smuggled) {
      it(`is rejected in ${key}: ${what}`, () => {
        expect(readOne(text)).to.equal(undefined)
      })
    }
  }

  it('has at most a thousand pairs', async () => {
    const { ec } = await testPki()
    const names = (count: number) => ';DNS=a'.repeat(count)
    const element = toXfcc(ec)
    const pairs = element.split(';').length
    expect(readOne(element + names(1000 - pairs))).to.deep.equal([ec.raw])
    expect(readOne(element + names(1001 - pairs))).to.equal(undefined)
  })
})
