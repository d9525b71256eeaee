import { expect } from 'chai'
import { X509Certificate } from 'node:crypto'
import {
  type ChainedPeerCertificate,
  toPeerCertificate,
} from '../../../src/certificate/peer-certificate.js'
import { allowCA } from '../../../src/helpers/index.js'
import { createTrustStore } from '../../../src/trust.js'
import { certificateLike } from '../../support/certificates.js'
import { type Holder, issue } from '../../support/der-chain.js'
import { generalizedTime } from '../../support/der-writer.js'

const root = issue({ subject: 'root', ca: true })
const intermediate = issue({ subject: 'intermediate', ca: true, by: root })
const client = issue({ subject: 'client', by: intermediate })
const direct = issue({ subject: 'direct', by: root })
const other = issue({ subject: 'root', ca: true })

/** A certificate with links to its issuers, as with includeChain. */
function show(...holders: Holder[]): ChainedPeerCertificate {
  const views = holders.map(({ der }) => toPeerCertificate(new X509Certificate(der)))
  for (const [index, view] of views.entries()) {
    const issuer = views[index + 1]
    if (issuer !== undefined) view.issuerCertificate = issuer
  }
  return views[0] as ChainedPeerCertificate
}

describe('allowing by CA', () => {
  it('allows exactly the certificates that the CA issued', () => {
    const isAllowed = allowCA(root.pem)
    expect(isAllowed(show(direct))).to.equal(true)
    expect(isAllowed(show(direct, root))).to.equal(true)
    // The other CA has the same name.
    expect(allowCA(other.pem)(show(direct))).to.equal(false)
    expect(allowCA([other.der, root.der])(show(direct))).to.equal(true)
    expect(isAllowed(show(issue({ subject: 'direct', by: other })))).to.equal(false)
  })

  it('finds the intermediate CA by the links of the certificate, or in the options', () => {
    expect(allowCA(root.pem)(show(client))).to.equal(false)
    expect(allowCA(root.pem)(show(client, intermediate))).to.equal(true)
    expect(allowCA(root.pem)(show(client, intermediate, root))).to.equal(true)
    const options = { intermediates: intermediate.pem }
    expect(allowCA(root.pem, options)(show(client))).to.equal(true)
    expect(allowCA(other.pem, options)(show(client))).to.equal(false)
  })

  it("does not trust a link, only its certificate's signature", () => {
    const forgery = issue({ subject: 'client', by: { ...other, subject: 'intermediate' } })
    expect(allowCA(root.pem)(show(forgery, intermediate, root))).to.equal(false)
    const issuedByClient = issue({ subject: 'admin', by: direct })
    expect(allowCA(root.pem)(show(issuedByClient, direct, root))).to.equal(false)
  })

  it('ends at a root that links to itself, as those of Node do', () => {
    const linked = show(direct, root)
    const end = linked.issuerCertificate as ChainedPeerCertificate
    end.issuerCertificate = end
    expect(allowCA(root.pem)(linked)).to.equal(true)
    const alone = show(other)
    alone.issuerCertificate = alone
    expect(allowCA(root.pem)(alone)).to.equal(false)
  })

  it('follows at most nine links', () => {
    const links = (count: number) => Array.from({ length: count }, () => root)
    expect(allowCA(root.pem)(show(client, ...links(8), intermediate))).to.equal(true)
    expect(allowCA(root.pem)(show(client, ...links(9), intermediate))).to.equal(false)
  })

  it('obeys the other options', () => {
    expect(allowCA(root.pem, { maxDepth: 0 })(show(client, intermediate))).to.equal(false)
    expect(allowCA(root.pem, { maxDepth: 0 })(show(direct))).to.equal(true)
    expect(allowCA(root.pem, { policies: ['1.2.3'] })(show(direct))).to.equal(false)
  })

  it('checks the dates of the certificate', () => {
    const notAfter = generalizedTime('20200101000000Z')
    const notBefore = generalizedTime('20190101000000Z')
    const expired = issue({ subject: 'expired', by: root, notBefore, notAfter })
    expect(allowCA(root.pem)(show(expired))).to.equal(false)
  })

  it('does not allow a certificate without DER', () => {
    for (const fields of [{}, { raw: undefined }, { raw: null }, { raw: direct.pem }]) {
      expect(allowCA(root.pem)(certificateLike(fields))).to.equal(false)
    }
    for (const raw of [Buffer.alloc(0), Buffer.from('no certificate'), direct.der.subarray(1)]) {
      expect(allowCA(root.pem)(certificateLike({ raw }))).to.equal(false)
    }
  })

  it('takes a trust store, which may be replaced', async () => {
    const store = createTrustStore({ ca: other.pem })
    const isAllowed = allowCA(store)
    expect(isAllowed(show(direct))).to.equal(false)
    await store.replace({ ca: root.pem })
    expect(isAllowed(show(direct))).to.equal(true)
  })

  it('throws for anything that is not a CA, and for options that have no effect', () => {
    const store = createTrustStore({ ca: root.pem })
    const refused: [args: unknown[], code: string, message: string][] = [
      [[], 'TYPE', 'option "ca" must be'],
      [[7], 'TYPE', 'option "ca" must be'],
      [[[]], 'VALUE', 'option "ca"'],
      [[direct.pem], 'VALUE', "isn't a CA"],
      [[root.pem, { intermediate: [] }], 'VALUE', "did you mean 'intermediates'?"],
      [
        [store, { intermediates: intermediate.pem }],
        'VALUE',
        'allowCA(ca, options): options have no meaning beside a trust store; give them to createTrustStore()',
      ],
    ]
    for (const [args, code, message] of refused) {
      expect(() => (allowCA as (...given: unknown[]) => unknown)(...args), message)
        .to.throw(TypeError, message)
        .with.property('code', `ERR_INVALID_ARG_${code}`)
    }
    expect(() => allowCA(store, {})).not.to.throw()
  })
})
