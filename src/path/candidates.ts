import type { PathCertificate } from './certificate.js'

/** Certificates by their canonical subject, so that the number of CAs makes no difference to a search. */
export class CandidateIndex {
  private readonly bySubject = new Map<string, PathCertificate[]>()

  constructor(certificates: readonly PathCertificate[]) {
    for (const certificate of certificates) this.add(certificate)
  }

  /** Leaves out a certificate that the index has already. */
  private add(certificate: PathCertificate): void {
    const namesakes = this.bySubject.get(certificate.subject)
    if (namesakes === undefined) this.bySubject.set(certificate.subject, [certificate])
    else if (!this.has(certificate)) namesakes.push(certificate)
  }

  named(subject: string): readonly PathCertificate[] {
    return this.bySubject.get(subject) ?? []
  }

  has({ subject, bytes }: PathCertificate): boolean {
    return this.named(subject).some((one) => one.bytes.equals(bytes))
  }

  /**
   * The certificates with the issuer's name, and with its key identifier if both certificates have one.
   * RFC 5280 4.2.1.1 gives the identifier as a hint only, but OpenSSL passes such certificates over too.
   */
  issuersOf({
    issuer,
    extensions: { authorityKeyId },
  }: PathCertificate): readonly PathCertificate[] {
    const named = this.named(issuer)
    if (authorityKeyId === undefined) return named
    return named.filter(({ extensions: { subjectKeyId } }) => {
      return subjectKeyId === undefined || subjectKeyId.equals(authorityKeyId)
    })
  }

  get all(): PathCertificate[] {
    return [...this.bySubject.values()].flat()
  }
}
