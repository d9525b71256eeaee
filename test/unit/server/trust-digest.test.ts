import { expect } from 'chai'
import { digestTrust, splitRevocationLists } from '../../../src/server/trust-digest.js'
import { revoke } from '../../attacks/support/socket-crl.js'
import { testPki } from '../../support/pki.js'

/** Rewrites PEM as other tools do: with another line length, other line ends, and text around it. */
function relaid(pem: string): string {
  const [begin, ...rest] = pem.trim().split('\n')
  const end = rest.pop()
  const base64 = rest.join('').match(/.{1,40}/g) ?? []
  return ['Subject: CN=somebody', begin, ...base64, end, '# the end', ''].join('\r\n')
}

function withLabel(pem: string, label: string): string {
  return pem.replaceAll(' CERTIFICATE-', ` ${label}-`)
}

describe('the digest of CAs and revocation lists', () => {
  it('fits into the session ID context of OpenSSL', async () => {
    const { root } = await testPki()
    expect(digestTrust(root.cert)).to.match(/^[0-9a-f]{32}$/)
  })

  it('does not depend on the order, layout and type of the CAs', async () => {
    const { root, stranger } = await testPki()
    const digest = digestTrust([root.cert, stranger.cert])
    const bytes = new Uint8Array(Buffer.from(stranger.cert))
    const same = {
      'in another order': [stranger.cert, root.cert],
      'in one string': root.cert + stranger.cert,
      'in another layout': relaid(stranger.cert) + relaid(root.cert),
      twice: [root.cert, stranger.cert + root.cert],
      'as bytes': [Buffer.from(root.cert), bytes as Buffer],
      'under older labels': [
        withLabel(root.cert, 'X509 CERTIFICATE'),
        withLabel(stranger.cert, 'TRUSTED CERTIFICATE'),
      ],
      'with a key, which Node ignores': [root.key, root.cert, stranger.cert],
    }
    for (const [how, ca] of Object.entries(same)) expect(digestTrust(ca), how).to.equal(digest)
  })

  it('does not depend on the order and layout of the revocation lists', async () => {
    const { root, stranger } = await testPki()
    const lists = [await revoke(root), await revoke(stranger)]
    const digest = digestTrust(root.cert, lists)
    expect(digestTrust(root.cert, [...lists].reverse())).to.equal(digest)
    const relaidLists = splitRevocationLists(lists.map(relaid).join(''))
    expect(digestTrust(root.cert, relaidLists)).to.equal(digest)
  })

  it('differs for other CAs, even with the same name, and for other revocation lists', async () => {
    const { root, stranger, ec } = await testPki()
    const digests = [
      digestTrust(root.cert),
      digestTrust(stranger.cert),
      digestTrust([root.cert, stranger.cert]),
      digestTrust(root.cert, [await revoke(root)]),
      digestTrust(root.cert, [await revoke(root, ec)]),
      digestTrust(root.cert, [await revoke(root), await revoke(stranger)]),
    ]
    expect(new Set(digests).size).to.equal(digests.length)
  })

  it('throws if there is no CA', async () => {
    const { ec } = await testPki()
    const none = [undefined, null, 7, '', [], [''], [[]], '# none', Buffer.alloc(0), ec.raw, ec.key]
    for (const ca of [...none, 'no PEM\nin here']) {
      expect(() => digestTrust(ca as string))
        .to.throw(TypeError, 'option "ca" must hold at least one CA certificate in PEM')
        .with.property('code', 'ERR_INVALID_ARG_VALUE')
    }
  })

  it('throws if Node would silently ignore a damaged CA', async () => {
    const { root, stranger } = await testPki()
    const damaged = stranger.cert.replace(/\n\w/, '\n#')
    const cutOff = stranger.cert.slice(0, 200)
    const noCertificate = root.key.replaceAll('PRIVATE KEY', 'CERTIFICATE')
    const problems: [bad: string, problem: string][] = [
      [damaged, 'cannot be read. Received a string'],
      [noCertificate, 'cannot be read. Received a string'],
      [cutOff, 'must have a BEGIN and an END line'],
      [cutOff + root.cert, 'must have a BEGIN and an END line'],
    ]
    for (const [bad, problem] of problems) {
      expect(() => digestTrust([root.cert, bad]))
        .to.throw(TypeError, `CA certificate 2 of option "ca" ${problem}`)
        .with.property('code', 'ERR_INVALID_ARG_VALUE')
    }
  })
})

describe('revocation lists', () => {
  it('are separated if one string contains several, because Node reads only the first', async () => {
    const { root, stranger } = await testPki()
    const [first, second] = [await revoke(root), await revoke(stranger)]
    const lists = [first.trim(), second.trim()]
    expect(splitRevocationLists(`# ours\n${first}${second}`)).to.deep.equal(lists)
    expect(splitRevocationLists([first, Buffer.from(second)])).to.deep.equal(lists)
  })

  it('may be absent', () => {
    expect(splitRevocationLists(undefined)).to.equal(undefined)
  })

  it('throw if the option contains no list, because Node would skip the check', async () => {
    const { root } = await testPki()
    for (const crl of ['', [], Buffer.alloc(0), '# none', root.cert, null]) {
      expect(() => splitRevocationLists(crl as string))
        .to.throw(TypeError, 'option "crl" must hold at least one revocation list in PEM')
        .with.property('code', 'ERR_INVALID_ARG_VALUE')
    }
  })
})
