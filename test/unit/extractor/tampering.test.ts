import { expect } from 'chai'
import type { ExtractorOptions } from '../../../src/extractor/index.js'
import { collectFields } from '../../../src/extractor/fields.js'
import type { RequestLike } from '../../../src/extractor/request.js'
import { extractOverHttp, fingerprints, pathOf } from '../../support/extract-over.js'
import { toBase64Der } from '../../support/header-values.js'
import { testPki, type TestPki } from '../../support/pki.js'
import { closeServers } from '../../support/servers.js'

const MALFORMED = 'header_missing_or_malformed'
const MISMATCH = 'verification_header_mismatch'

/** Lines that a client sends to disguise a field, or to make a proxy drop the genuine field. */
function tamperingWith(name: string): string[] {
  const [upper, lower] = [name.toUpperCase(), name.toLowerCase()]
  return [
    ...[`${name.replaceAll('-', '_')}: 1`, `${upper.replace('-', '_')}: 1`],
    ...[`${lower.replaceAll('-', '_')}:`, `${name.replaceAll('_', '-').replace('-', '_')}: 1`],
    ...[`Connection: ${name}`, `connection: ${lower}`, `CONNECTION: keep-alive, ${upper}`],
    ...[`Connection: close,${name},x`, `Connection:\t${name}\t,  close`, `Connection: ,, ${name},`],
  ]
}

const HARMLESS = [
  ...[
    'X-My-Certs: 1',
    'XX-My-Cert: 1',
    'X-MyCert: 1',
    'X.My.Cert: 1',
    'X-My: Cert',
    'X: X_My_Cert',
  ],
  ...['Connection: keep-alive', 'Connection: X-My-Certs', 'Connection: X-My Cert', 'Connection: X'],
  ...['Connection: "X-My-Cert"', 'Proxy-Connection: X-My-Cert', 'Keep-Alive: X-My-Cert'],
]

describe('a request with a line that tampers with a header', () => {
  let pki: TestPki
  let own: string[]
  before(async () => {
    pki = await testPki()
    own = [`X-My-Cert: ${toBase64Der(pki.rsa)}`, 'X-My-Verify: OK', 'X-My-Chain:']
  })
  afterEach(closeServers)

  const header: ExtractorOptions = {
    certificateHeader: 'X-My-Cert',
    headerEncoding: 'base64-der',
    chainHeader: 'X-My-Chain',
    trustedProxies: true,
  }
  const verified = { ...header, verifyHeader: 'X-My-Verify', verifyValue: 'OK' }
  const extract = async (lines: string[], options: ExtractorOptions) =>
    pathOf(await extractOverHttp(lines, options))

  for (const line of tamperingWith('X-My-Cert')) {
    it(`is rejected when the header is the certificate's: ${line.trim()}`, async () => {
      for (const options of [header, verified]) {
        expect(await extract([...own, line], options)).to.equal(MALFORMED)
        expect(await extract([line, ...own], options)).to.equal(MALFORMED)
      }
    })
  }

  for (const line of tamperingWith('X-My-Verify')) {
    it(`is rejected as a mismatch when the header is the verification's: ${line.trim()}`, async () => {
      expect(await extract([...own, line], verified)).to.equal(MISMATCH)
      expect(await extract([line, ...own], verified)).to.equal(MISMATCH)
      expect(await extract([...own, line], header)).to.deep.equal(fingerprints(pki.rsa))
    })
  }

  it("is rejected when the header is the chain's and the chain is read", async () => {
    for (const line of tamperingWith('X-My-Chain')) {
      const options = { ...verified, includeChain: true }
      expect(await extract([...own, line], options), line).to.equal(MALFORMED)
      expect(await extract([...own, line], verified), line).to.deep.equal(fingerprints(pki.rsa))
    }
  })

  it('is rejected as a mismatch when the certificate is unverified too', async () => {
    const [certificate = ''] = own
    expect(await extract([certificate, 'X_My_Cert: 1'], verified)).to.equal(MISMATCH)
  })

  it('is accepted when the header is not one that is read', async () => {
    for (const line of HARMLESS) {
      expect(await extract([...own, line], verified), line).to.deep.equal(fingerprints(pki.rsa))
    }
  })

  it('is rejected also when the configured name has underscores', async () => {
    const options: ExtractorOptions = { ...header, certificateHeader: 'x_my-cert' }
    const line = `X_My-Cert: ${toBase64Der(pki.rsa)}`
    expect(await extract([line], options)).to.deep.equal(fingerprints(pki.rsa))
    for (const alias of ['X-My-Cert: 1', 'x_my_cert: 1', 'X-My_Cert: 1']) {
      expect(await extract([line, alias], options), alias).to.equal(MALFORMED)
    }
  })
})

describe('finding the header that a line tampers with', () => {
  const findSuspect = (request: RequestLike) =>
    collectFields(request, ['x-cert', 'x-verify']).suspect?.name

  it('names it', () => {
    const find = (...rawHeaders: string[]) => findSuspect({ rawHeaders })
    expect(find('X_Verify', '', 'X_Cert', '')).to.equal('x-verify')
    expect(find('Host', 'x', 'Connection', 'close, X-Verify')).to.equal('x-verify')
    expect(find('X-Cert', '', 'X-Verify', 'x-cert', 'Connection', 'close')).to.equal(undefined)
    expect(find('Host', 'connection', 'Via', 'x_cert')).to.equal(undefined)
  })

  it('looks at the headers as they are where there are no raw lines', () => {
    const find = (headers: RequestLike['headers']) =>
      findSuspect(headers === undefined ? {} : { headers })
    expect(find({ 'x-cert': '1', x_cert: '1' })).to.equal('x-cert')
    expect(find({ connection: 'close, x-verify' })).to.equal('x-verify')
    expect(find({ connection: ['close', 'x-verify'] })).to.equal('x-verify')
    for (const headers of [{ 'x-cert': '1', connection: 'close' }, {}, undefined]) {
      expect(find(headers)).to.equal(undefined)
    }
  })

  it('does without a name that has no value', () => {
    expect(findSuspect({ rawHeaders: ['Host', 'x', 'X_Cert'] })).to.equal(undefined)
  })
})
