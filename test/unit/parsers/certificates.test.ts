import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { derToCertificate, pemToCertificate } from '../../../src/parsers/index.js'
import { certificateOf, ecSpki, oid, toPem } from '../../support/der-writer.js'
import { testPki, type TestPki } from '../../support/pki.js'

describe('a single certificate', () => {
  let pki: TestPki
  before(async () => {
    pki = await testPki()
  })

  const rejects = (run: () => unknown, code: string, ...words: string[]) => {
    const thrown = expect(run).to.throw(TypeError).that.includes({ code })
    for (const word of words) thrown.and.has.property('message').that.includes(word)
  }

  it('is read from PEM and from DER, in the shape of a TLS socket', () => {
    for (const { cert, raw } of [pki.rsa, pki.ec, pki.expired, pki.selfSigned]) {
      const expected = new X509Certificate(raw).toLegacyObject()
      for (const certificate of [
        pemToCertificate(cert),
        pemToCertificate(cert.replaceAll('\n', '\r\n')),
        pemToCertificate(cert.trimEnd()),
        derToCertificate(raw),
        derToCertificate(new Uint8Array(raw)),
      ]) {
        const { subject, fingerprint256 } = expected
        expect(certificate).to.deep.include({ subject, fingerprint256, raw })
        expect(certificate).not.to.have.property('issuerCertificate')
      }
    }
  })

  it('is rejected if its PEM contains anything else', () => {
    const { cert } = pki.ec
    for (const wrong of [
      '',
      'not a certificate',
      cert + pki.root.cert,
      ` ${cert}`,
      `subject=CN = alice\n${cert}`,
      `${cert}trailing`,
      cert.replaceAll('\n', ' '),
      cert.replace('\nMI', '\nMJ'),
      cert.slice(0, -40),
      encodeURIComponent(cert),
    ]) {
      rejects(
        () => pemToCertificate(wrong),
        'ERR_INVALID_ARG_VALUE',
        'pemToCertificate(pem) must be',
      )
    }
  })

  it('is rejected with another message if only its public key cannot be shown', () => {
    const der = certificateOf({ spki: ecSpki(oid('1.2.3'), Buffer.alloc(65, 4)) })
    for (const read of [() => derToCertificate(der), () => pemToCertificate(toPem(der))]) {
      rejects(
        read,
        'ERR_INVALID_ARG_VALUE',
        "has a public key that this version of Node can't show",
      )
    }
  })

  it('is rejected if its DER contains anything else', () => {
    const { raw, cert } = pki.ec
    for (const wrong of [
      Buffer.alloc(0),
      Buffer.from('not a certificate'),
      Buffer.from(cert),
      Buffer.concat([raw, Buffer.alloc(1)]),
      Buffer.concat([raw, pki.root.raw]),
      raw.subarray(0, -1),
    ]) {
      const received = `Received '${wrong.length} bytes'`
      rejects(() => derToCertificate(wrong), 'ERR_INVALID_ARG_VALUE', 'derToCertificate', received)
    }
  })

  it('must be a string or bytes', () => {
    for (const wrong of [undefined, null, 7, {}, [], pki.ec.raw]) {
      rejects(() => pemToCertificate(wrong as never), 'ERR_INVALID_ARG_TYPE', 'a string')
    }
    for (const wrong of [undefined, null, 7, {}, [], pki.ec.cert, pki.ec.raw.buffer]) {
      rejects(() => derToCertificate(wrong as never), 'ERR_INVALID_ARG_TYPE', 'a Buffer')
    }
  })

  it('is never quoted in the error, because it may be a private key', () => {
    const secret = 'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg'
    const key = `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n`
    for (const [wrong, received] of [
      [key, "Received '-----BEGIN PRIVATE KEY-----'"],
      [secret, `Received '${secret.length} characters'`],
    ] as const) {
      expect(() => pemToCertificate(wrong))
        .to.throw(TypeError, received)
        .with.property('message')
        .that.does.not.include(secret.slice(0, 20))
    }
    expect(() => derToCertificate(Buffer.from(secret)))
      .to.throw(TypeError)
      .with.property('message')
      .that.does.not.match(/4d ?49 ?47/)
  })
})
