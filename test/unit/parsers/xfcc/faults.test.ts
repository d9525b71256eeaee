import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { createExtractor, type ExtractorOptions } from '../../../../src/extractor/index.js'
import { type DecodingFault, isFault } from '../../../../src/parsers/decoding-fault.js'
import { decodeXfcc } from '../../../../src/parsers/xfcc/index.js'
import { readXfcc } from '../../../../src/parsers/xfcc/identity.js'
import { toApachePem, toBase64Der, toBase64Pem, toUrlPem } from '../../../support/header-values.js'
import { createSelfSigned, type Issued } from '../../../support/pki.js'

type Detail = DecodingFault['detail']

interface Case {
  readonly text: string
  readonly says: RegExp
  readonly detail?: Detail
  readonly xfccHop?: number
  readonly forwardedIdentity?: true
}

const SECRET = 'secret-name'

describe('the fault of an X-Forwarded-Client-Cert header', () => {
  let client: Issued
  let named: Issued
  let hash: string
  let cert: string
  before(async () => {
    client = await createSelfSigned()
    named = await createSelfSigned({ subjectAltName: [{ type: 'url', value: `a,b=${SECRET}` }] })
    hash = `Hash=${sha256(client)}`
    cert = `Cert="${toUrlPem(client)}"`
  })

  function sha256({ raw }: Issued): string {
    return createHash('sha256').update(raw).digest('hex')
  }

  /** A name of the client that Envoy copied, of which a comma cuts off the end. */
  function cut(): string {
    return `Hash=${sha256(named)};Cert="${toUrlPem(named)}";URI=a,b=${SECRET}`
  }

  function faultOf({ text, xfccHop, forwardedIdentity }: Case): DecodingFault {
    const options: ExtractorOptions = {
      certificateSource: 'envoy',
      trustedProxies: true,
      xfccHop,
      forwardedIdentity,
    }
    const result = createExtractor(options)({ headers: { 'x-forwarded-client-cert': text } })
    expect(result.reason).to.equal('header_missing_or_malformed')
    const fault =
      xfccHop === undefined && forwardedIdentity === undefined
        ? decodeXfcc(text)
        : readXfcc(text, xfccHop)
    if (!isFault(fault)) throw new Error('It was read')
    const detail = 'detail' in result ? result.detail : undefined
    expect(detail).to.equal(fault.detail ?? 'wrong_encoding')
    return fault
  }

  const element = 'no_certificate_in_element'
  const several = 'several_elements'
  const cases: [what: string, create: () => Case][] = [
    [
      'no certificate',
      () => ({
        text: `${hash};URI=${SECRET}`,
        says: /has no certificate.*Cert/,
        detail: element,
      }),
    ],
    [
      'two elements',
      () => ({
        text: `${hash};${cert},${hash}`,
        says: /has 2 elements.* xfccHop/,
        detail: several,
      }),
    ],
    [
      'nine elements',
      () => ({
        text: Array(9).fill('By=a').join(),
        says: /has 9 elements.* xfccHop/,
        detail: several,
      }),
    ],
    [
      'eleven elements',
      () => ({ text: Array(11).fill('By=a').join(), says: /more than 10 elem/, detail: several }),
    ],
    [
      'too few elements',
      () => ({ text: `${hash};${cert}`, xfccHop: 1, says: /has 1 of.* xfccHop/ }),
    ],
    [
      'a certificate with another hash',
      () => ({
        text: `Hash=${sha256(named)};${cert}`,
        says: /another certificate/,
        detail: 'hash_mismatch',
      }),
    ],
    [
      'PEM that was not escaped',
      () => ({
        text: `Cert="${toApachePem(client).trimEnd()}"`,
        says: /^Cert isn't percent.*spaces/,
      }),
    ],
    [
      'base64 of DER',
      () => ({ text: `Cert="${toBase64Der(client)}"`, says: /^Cert isn't percent.*base64 of DER/ }),
    ],
    [
      'base64 of PEM',
      () => ({
        text: `Chain="${toBase64Pem(client)}"`,
        says: /^Chain isn't percent.*base64 of PEM/,
      }),
    ],
    ['an empty Cert', () => ({ text: 'Cert=""', says: /^Cert isn't percent.*empty/ })],
    [
      'some other Cert',
      () => ({ text: `Cert="${SECRET}"`, says: /^Cert isn't percent-encoded PEM$/ }),
    ],
    [
      'two certificates in Cert',
      () => ({
        text: `Cert="${toUrlPem(client, named)}"`,
        says: /^Cert holds more than one/,
        detail: 'too_many_certificates',
      }),
    ],
    [
      'a Chain of another',
      () => ({
        text: `${cert};Chain="${toUrlPem(named)}"`,
        says: /^Chain doesn't begin/,
        detail: 'chain_malformed',
      }),
    ],
    [
      'text in another format',
      () => ({ text: toUrlPem(client), says: /doesn't begin with Key=Value/ }),
    ],
    ['JSON', () => ({ text: `[{"Hash":"${SECRET}"}]`, says: /JSON/ })],
    ['an empty value', () => ({ text: '', says: /doesn't begin with Key=Value/ })],
    [
      "a part that isn't Key=Value",
      () => ({ text: `${hash};URI=a;${SECRET}`, says: /a part of it isn't Key=Value/ }),
    ],
    [
      "a part that isn't Key=Value in another element",
      () => ({ text: `${hash},${SECRET}`, says: /a part of it isn't Key=Value/ }),
    ],
    ['a comma in By', () => ({ text: `By=urn:a,b;${hash};${cert}`, says: /where By/ })],
    ['a quote in By', () => ({ text: `By=urn:"a";${hash};${cert}`, says: /where By/ })],
    [
      'a quote in By of another element',
      () => ({ text: `${hash},bY=urn:"a";${hash}`, says: /where By/ }),
    ],
    ['a semicolon in By without a Hash', () => ({ text: `By=urn:a;b;${cert}`, says: /where By/ })],
    ['too many pairs', () => ({ text: `${hash}${';DNS=a'.repeat(1000)}`, says: /more than 1000/ })],
    [
      'two of Subject',
      () => ({ text: 'Subject="";subject=""', says: /^an element has Subject twice$/ }),
    ],
    ['a Hash behind a name', () => ({ text: `URI=a;${hash}`, says: /^Hash comes after a URI/ })],
    ['a Cert behind a name', () => ({ text: `URI=a;${cert}`, says: /^Cert comes after a URI/ })],
    ['an unquoted Chain', () => ({ text: 'Chain=a', says: /^Chain isn't in quotes$/ })],
    [
      'an element in quotes',
      () => ({ text: `Subject="a,${hash};URI=b"`, says: /in quotes holds/ }),
    ],
    [
      'names of another certificate',
      () => ({
        text: `${hash};${cert};URI=${SECRET}`,
        xfccHop: 0,
        says: /aren't those of its cert/,
        detail: 'names_differ',
      }),
    ],
    [
      'a name with a comma',
      () => ({
        text: `${cut()},By=b;Hash=c;URI=d`,
        xfccHop: 1,
        says: /aren't those of its cert/,
        detail: 'names_differ',
      }),
    ],
    [
      'the same, where identities are accepted',
      () => ({
        text: `${cut()},By=b;Hash=c`,
        xfccHop: 1,
        forwardedIdentity: true,
        says: /aren't those of its cert/,
        detail: 'names_differ',
      }),
    ],
    [
      'a name in front that nothing proves',
      () => ({
        text: `URI=${SECRET},${hash};${cert}`,
        xfccHop: 0,
        says: /in front of the one that xfccHop/,
        detail: element,
      }),
    ],
    [
      'a nearer element with an unknown key',
      () => ({ text: `${hash};${cert},Future=a`, xfccHop: 1, says: /neither URI nor DNS/ }),
    ],
    [
      'an identity without Hash',
      () => ({
        text: `URI=${SECRET}`,
        forwardedIdentity: true,
        says: /nor a Hash/,
        detail: element,
      }),
    ],
    [
      'an identity with two names',
      () => ({
        text: `${hash};URI=a;URI=b`,
        forwardedIdentity: true,
        says: /may have one name/,
        detail: element,
      }),
    ],
    [
      'an identity with an odd subject',
      () => ({
        text: `${hash};Subject="${SECRET}"`,
        forwardedIdentity: true,
        says: /RFC 4514/,
        detail: element,
      }),
    ],
    [
      'two elements, where identities are accepted',
      () => ({
        text: `${hash},${hash}`,
        forwardedIdentity: true,
        says: /has 2 elements/,
        detail: several,
      }),
    ],
  ]
  for (const [what, create] of cases) {
    it(`says that there is ${what}, and nothing of what is in it`, () => {
      const wanted = create()
      const { problem, detail } = faultOf(wanted)
      expect(problem).to.match(wanted.says)
      expect(detail).to.equal(wanted.detail)
      expect(problem).not.to.include(SECRET)
      expect(problem).not.to.match(/[0-9a-f]{32}|MII/)
    })
  }
})
