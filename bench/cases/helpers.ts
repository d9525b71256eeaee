import {
  allowCN,
  allowEmail,
  allowFingerprints,
  allowOrganization,
  allowOU,
  allowSAN,
  allowSerial,
  type CertificatePredicate,
} from 'passport-client-certificate-auth/helpers'
import { createHash } from 'node:crypto'
import type { PeerCertificate } from 'node:tls'
import { compare, type Contestant, type Effort } from '../measure.js'
import type { Cell, Outcome } from '../results.js'

const FEW = 10
const MANY = 10_000

type Allow = (values: readonly string[]) => CertificatePredicate

/** Each helper, and a function that makes an entry of its list from a number. */
const HELPERS: readonly (readonly [name: string, allow: Allow, entry: (of: number) => string])[] = [
  ['allowCN', allowCN, nameOf],
  ['allowOU', allowOU, nameOf],
  ['allowOrganization', allowOrganization, nameOf],
  ['allowFingerprints', allowFingerprints, digestOf],
  ['allowSerial', allowSerial, serialOf],
  ['allowSAN', allowSAN, (of) => `DNS:${nameOf(of)}`],
  ['allowEmail', allowEmail, (of) => `ops@${nameOf(of)}`],
]

/** Measures whether the time of a lookup depends on the length of the list. */
export async function measureHelpers(effort: Effort): Promise<Outcome> {
  const rows: Cell[][] = []
  for (const [name, allow, entry] of HELPERS) {
    const contestants = [FEW, MANY].map((length) =>
      lookingUp(String(length), allow(Array.from({ length }, (_, of) => entry(of)))),
    )
    const result = await compare(contestants, effort)
    const value = result.ratio(String(MANY), String(FEW))
    const times = [FEW, MANY].map((length) => result.microseconds(String(length)))
    rows.push([name, ...times, { value, target: 'helpers' }])
  }
  return {
    sections: [
      {
        title: 'Helpers',
        about:
          'The same certificates, every other one of them allowed, against a list of 10 entries and ' +
          'one of 10,000. Times in microseconds.',
        head: ['helper', '10 entries', '10,000 entries', 'ratio'],
        rows,
      },
    ],
  }
}

function lookingUp(name: string, allows: CertificatePredicate): Contestant {
  return {
    name,
    prepare(runs) {
      const certificates = Array.from({ length: runs }, (_, index) =>
        makeCertificate(isMember(index) ? index % FEW : MANY + index),
      )
      return () => {
        let right = 0
        certificates.forEach((certificate, index) => {
          if (allows(certificate) === isMember(index)) right += 1
        })
        return right
      }
    },
  }
}

function isMember(index: number): boolean {
  return index % 2 === 0
}

/** Strings that nothing has looked up before, in the form that Node shows. */
function makeCertificate(of: number): PeerCertificate {
  const [CN, OU, O] = [fresh(nameOf(of)), fresh(nameOf(of)), fresh(nameOf(of))]
  return {
    subject: { CN, OU, O },
    fingerprint256: fresh((digestOf(of).match(/../g) ?? []).join(':')),
    serialNumber: fresh(serialOf(of)),
    subjectaltname: fresh(`DNS:${nameOf(of)}, email:ops@${nameOf(of)}`),
  } as unknown as PeerCertificate
}

function fresh(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

function nameOf(of: number): string {
  return `service-${of}.example.com`
}

function digestOf(of: number): string {
  return createHash('sha256').update(String(of)).digest('hex').toUpperCase()
}

function serialOf(of: number): string {
  return `4${digestOf(of).slice(0, 30)}0`
}
