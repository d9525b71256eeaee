import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { compileStore } from '../../../src/path/compiled-store.js'
import { runAtOnce } from '../../../src/path/crl/slices.js'
import { listHandshakeCas } from '../../../src/path/handshake-cas.js'
import { generate, issue } from '../../support/der-chain.js'
import {
  type Authority,
  createAuthority,
  createSelfSigned,
  type Issued,
} from '../../support/pki.js'

describe('the CAs of a trust store in a handshake', () => {
  let root: Authority
  let namesake: Authority
  let issuing: Authority
  let deepest: Authority
  let leaf: Issued
  let selfSigned: Issued

  before(async () => {
    root = await createAuthority({ subject: 'CN=Root' })
    namesake = await createAuthority({ subject: 'CN=Root' })
    issuing = await root.createIntermediate({ subject: 'CN=Issuing' })
    deepest = await issuing.createIntermediate({ subject: 'CN=Deepest' })
    leaf = await issuing.issue({ subject: 'CN=leaf' })
    selfSigned = await createSelfSigned({ subject: 'CN=self-signed' })
  })

  const subjectsOf = (cas: string[], intermediates: string[] = []): string[] => {
    const { candidates } = runAtOnce(compileStore({ ca: cas, intermediates }))
    return listHandshakeCas(candidates).map((pem) => new X509Certificate(pem).subject)
  }

  it('are the CAs and the intermediates, in PEM', () => {
    expect(subjectsOf([root.cert], [issuing.cert])).to.deep.equal(['CN=Root', 'CN=Issuing'])
  })

  it('leave out self-signed intermediates, which OpenSSL would trust', () => {
    expect(subjectsOf([root.cert], [namesake.cert, selfSigned.cert])).to.deep.equal(['CN=Root'])
  })

  it("leave out intermediates that aren't CAs", () => {
    expect(subjectsOf([root.cert], [leaf.cert])).to.deep.equal(['CN=Root'])
  })

  it('include a CA below another one of the store, in any order', () => {
    const all = ['CN=Deepest', 'CN=Issuing', 'CN=Root']
    expect(subjectsOf([deepest.cert, issuing.cert, root.cert])).to.deep.equal(all)
    expect(subjectsOf([deepest.cert, root.cert], [issuing.cert])).to.have.members(all)
  })

  const unusable: [title: string, cas: () => string[], intermediates: () => string[]][] = [
    ['is not self-signed', () => [root.cert, deepest.cert], () => []],
    ['has a root among the intermediates only', () => [issuing.cert], () => [root.cert]],
    ['has a CA with the name of its issuer', () => [namesake.cert, issuing.cert], () => []],
  ]
  for (const [title, cas, intermediates] of unusable) {
    it(`are rejected if a CA ${title}, and the message says which`, () => {
      const at = cas().length
      expect(() => subjectsOf(cas(), intermediates()))
        .to.throw(TypeError, `CA certificate ${at} of the trust store can't be used in a handshake`)
        .with.property('code', 'ERR_INVALID_ARG_VALUE')
    })
  }

  it('are rejected if another key signed a CA, whatever names are in it', () => {
    const holder = issue({ subject: 'root', ca: true, keyIds: false })
    const forger = { subject: 'root', privateKey: generate() }
    const forged = issue({ subject: 'forged', ca: true, keyIds: false, by: forger })
    const real = issue({ subject: 'real', ca: true, keyIds: false, by: holder })
    expect(subjectsOf([holder.pem, real.pem])).to.deep.equal(['CN=root', 'CN=real'])
    expect(() => subjectsOf([holder.pem, forged.pem])).to.throw(TypeError, 'CA certificate 2')
  })
})
