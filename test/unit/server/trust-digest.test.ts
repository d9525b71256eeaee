import { expect } from 'chai'
import { digestTrust, splitRevocationLists } from '../../../src/server/trust-digest.js'
import { revoke } from '../../attacks/support/socket-crl.js'
import { testPki } from '../../support/pki.js'

/** The same PEM with another line length, line ends and text around it, as tools leave it. */
function relaid(pem: string): string {
  const [begin, ...rest] = pem.trim().split('\n')
  const end = rest.pop()
  const base64 = rest.join('').match(/.{1,40}/g) ?? []
  return ['Subject: CN=somebody', begin, ...base64, end, '# the end', ''].join('\r\n')
}

function withLabel(pem: string, label: string): string {
  return pem.replaceAll(' CERTIFICATE-', ` ${label}-`)
}

describe('the digest of authorities and revocation lists', () => {
  it('fits into what OpenSSL takes as the context of a session', async () => {
    const { root } = await testPki()
    expect(digestTrust(root.cert)).to.match(/^[0-9a-f]{32}$/)
  })

  it('is the same in whatever order, layout and type the authorities are given', async () => {
    const { root, stranger } = await testPki()
    const digest = digestTrust([root.cert, stranger.cert])
    const bytes = new Uint8Array(Buffer.from(stranger.cert))
    const same = {
      'in another order': [stranger.cert, root.cert],
      'in one text': root.cert + stranger.cert,
      'in another layout': relaid(stranger.cert) + relaid(root.cert),
      twice: [root.cert, stranger.cert + root.cert],
      'as bytes': [Buffer.from(root.cert), bytes as Buffer],
      'under older labels': [
        withLabel(root.cert, 'X509 CERTIFICATE'),
        withLabel(stranger.cert, 'TRUSTED CERTIFICATE'),
      ],
      'beside a key, which Node passes over': [root.key, root.cert, stranger.cert],
    }
    for (const [how, ca] of Object.entries(same)) expect(digestTrust(ca), how).to.equal(digest)
  })

  it('is the same in whatever order and layout the revocation lists are given', async () => {
    const { root, stranger } = await testPki()
    const lists = [await revoke(root), await revoke(stranger)]
    const digest = digestTrust(root.cert, lists)
    expect(digestTrust(root.cert, [...lists].reverse())).to.equal(digest)
    const relaidLists = splitRevocationLists(lists.map(relaid).join(''))
    expect(digestTrust(root.cert, relaidLists)).to.equal(digest)
  })

  it('differs for other authorities, also of the same name, and other revocation lists', async () => {
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

  it('is refused where there is no authority', async () => {
    const { ec } = await testPki()
    const none = [undefined, null, 7, '', [], [''], [[]], '# none', Buffer.alloc(0), ec.raw, ec.key]
    for (const ca of [...none, 'no PEM\nin here']) {
      expect(() => digestTrust(ca as string))
        .to.throw(TypeError, 'option "ca" must hold at least one CA certificate in PEM')
        .with.property('code', 'ERR_INVALID_ARG_VALUE')
    }
  })

  it('is refused where Node would silently pass over an authority that is damaged', async () => {
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
  it('are taken apart where several stand in one text, of which Node reads the first', async () => {
    const { root, stranger } = await testPki()
    const [first, second] = [await revoke(root), await revoke(stranger)]
    const lists = [first.trim(), second.trim()]
    expect(splitRevocationLists(`# ours\n${first}${second}`)).to.deep.equal(lists)
    expect(splitRevocationLists([first, Buffer.from(second)])).to.deep.equal(lists)
  })

  it('may be absent', () => {
    expect(splitRevocationLists(undefined)).to.equal(undefined)
  })

  it('are refused where none is in what is given, of which Node makes no check at all', async () => {
    const { root } = await testPki()
    for (const crl of ['', [], Buffer.alloc(0), '# none', root.cert, null]) {
      expect(() => splitRevocationLists(crl as string))
        .to.throw(TypeError, 'option "crl" must hold at least one revocation list in PEM')
        .with.property('code', 'ERR_INVALID_ARG_VALUE')
    }
  })
})
