import { expect } from 'chai'
import { NAME_TAG } from '../../../src/path/general-name.js'
import { listCommonNames, listNames } from '../../../src/path/names.js'
import { name, seq, tlv } from '../../support/der-writer.js'
import {
  attribute,
  directory,
  dns,
  email,
  ip,
  pathCertificate,
  subjectAltNames,
} from '../../support/path-writer.js'

const { directoryName, rfc822Name, dNSName, iPAddress } = NAME_TAG
const EMAIL_ADDRESS = '1.2.840.113549.1.9.1'
const address = (text: string): Buffer => attribute(EMAIL_ADDRESS, tlv(0x16, Buffer.from(text)))

describe('listNames (RFC 5280 4.2.1.10)', () => {
  it('lists the subject', () => {
    const certificate = pathCertificate({ subject: name('Alice') })
    expect(listNames(certificate)).to.deep.equal([
      { tag: directoryName, value: certificate.subject },
    ])
  })

  it('leaves out an empty subject, which is in no subtree', () => {
    expect(listNames(pathCertificate({ subject: seq() }))).to.deep.equal([])
  })

  it('lists the email addresses of the subject, in the form in which they are compared', () => {
    const subject = seq(address('Alice@B.example'), address('bob'))
    expect(listNames(pathCertificate({ subject })).slice(1)).to.deep.equal([
      { tag: rfc822Name, value: 'Alice@b.example' },
      { tag: rfc822Name, value: undefined },
    ])
  })

  it('lists all alternative names, in the form in which they are compared', () => {
    const names = [email('A@B.example'), dns('B.example'), ip(10, 0, 0, 1), directory(name('x'))]
    const certificate = pathCertificate({ subject: seq(), extensions: [subjectAltNames(...names)] })
    expect(listNames(certificate)).to.deep.equal([
      { tag: rfc822Name, value: 'A@b.example' },
      { tag: dNSName, value: 'b.example' },
      { tag: iPAddress, value: Buffer.from([10, 0, 0, 1]) },
      { tag: directoryName, value: pathCertificate({ subject: name('X') }).subject },
    ])
  })

  it('reads the names of a certificate once', () => {
    const certificate = pathCertificate({ subject: name('Alice') })
    expect(listNames(certificate)).to.equal(listNames(certificate))
  })
})

describe('listCommonNames', () => {
  const subject = name('B.example', 'Alice', '10.0.0.1', 'c.example')
  const hosts = ['b.example', 'c.example'].map((value) => ({ tag: dNSName, value }))

  it('lists the common names that look like DNS names', () => {
    expect(listCommonNames(pathCertificate({ subject }))).to.deep.equal(hosts)
  })

  it('lists them beside alternative names of other types', () => {
    const extensions = [subjectAltNames(email('a@b.example'), ip(10, 0, 0, 1))]
    expect(listCommonNames(pathCertificate({ subject, extensions }))).to.deep.equal(hosts)
  })

  it('lists none beside a DNS name', () => {
    const extensions = [subjectAltNames(email('a@b.example'), dns('d.example'))]
    expect(listCommonNames(pathCertificate({ subject, extensions }))).to.deep.equal([])
  })

  it('lists no other attributes', () => {
    const other = seq(attribute('2.5.4.10', tlv(0x0c, Buffer.from('b.example'))))
    expect(listCommonNames(pathCertificate({ subject: other }))).to.deep.equal([])
  })
})
