import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { createTrustStore } from 'passport-client-certificate-auth/trust'
import { CA_EXTENSIONS, certificateOf, spkiOf } from '../../test/support/der-writer.js'
import { compare, type Comparison, type Contestant, type Effort } from '../measure.js'
import type { Outcome } from '../results.js'
import { type Encoding, ENCODINGS } from '../support/encodings.js'
import { type Client, type KeyType, type Pki, USUAL } from '../support/pki.js'
import { CERTIFICATE_HEADER, proxiedRequest } from '../support/requests.js'
import { authenticating, thisPackage, toSucceed } from '../support/strategies.js'

const MEASURED = ['RSA-2048', 'P-256'] as const satisfies readonly KeyType[]
const ANCHORS = 1000

/** Measures path validation against the signatures that it can't do without. */
export async function measurePaths({ clients, roots }: Pki, effort: Effort): Promise<Outcome> {
  const long = lengthen(effort)
  const many = [...roots, ...makeAnchors(ANCHORS - roots.length)]
  const results: { keyType: (typeof MEASURED)[number]; comparison: Comparison }[] = []
  for (const keyType of MEASURED) {
    const client = clients[keyType]
    const contestants = [
      verifying(client, rootOf(client, roots)),
      validating('one CA', client, [rootOf(client, roots)]),
      validating('many CAs', client, many),
    ]
    results.push({ keyType, comparison: await compare(contestants, long) })
  }
  return {
    sections: [
      {
        title: 'Path validation',
        about:
          'A leaf, an intermediate CA and a root, from parsed certificates to the verdict, against the two ' +
          `signatures alone. The last two columns have a trust store with ${ANCHORS} CAs. Times in microseconds.`,
        head: ['key', 'signatures', 'one CA', 'ratio', 'many CAs', 'many / one'],
        rows: results.map(({ keyType, comparison: { microseconds, ratio } }) => [
          keyType,
          microseconds('signatures'),
          microseconds('one CA'),
          {
            value: ratio('one CA', 'signatures'),
            target: keyType === 'P-256' ? 'ecPath' : 'rsaPath',
          },
          microseconds('many CAs'),
          { value: ratio('many CAs', 'one CA'), target: 'anchors' },
        ]),
      },
      await measureKnown(clients[USUAL], roots, effort),
    ],
  }
}

/**
 * After a full collection, V8 compiles much of this code again, because nothing with its layout was
 * left. A server that keeps certificates doesn't have that, so it is over before the timed part.
 */
function lengthen({ rounds, batchMs, mostRuns, warmUpMs }: Effort): Effort {
  return { rounds, batchMs: batchMs * 20, mostRuns: mostRuns * 8, warmUpMs: warmUpMs * 10 }
}

function rootOf({ issuer }: Client, roots: readonly string[]): string {
  const certificate = new X509Certificate(issuer.raw)
  const root = roots.find((one) => certificate.checkIssued(new X509Certificate(one)))
  if (root === undefined) throw new Error('The issuer has no root')
  return root
}

/** CAs that issued none of the clients. One key will do, because nothing is verified with it. */
function makeAnchors(count: number): Buffer[] {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return Array.from({ length: count }, (_, index) => {
    const name = `CA ${index}`
    const spki = spkiOf(publicKey)
    const extensions = CA_EXTENSIONS
    return certificateOf({ subject: name, issuer: name, spki, signer: privateKey, extensions })
  })
}

/** New objects for each run, because verdicts about signatures are remembered for each object. */
function parse({ raw, issuer }: Client): readonly [X509Certificate, X509Certificate] {
  return [new X509Certificate(raw), new X509Certificate(issuer.raw)]
}

function verifying(client: Client, root: string): Contestant {
  const { publicKey } = new X509Certificate(root)
  return {
    name: 'signatures',
    prepare(runs) {
      const pairs = Array.from({ length: runs }, () => parse(client))
      return () => {
        let right = 0
        for (const [leaf, issuer] of pairs)
          if (leaf.verify(issuer.publicKey) && issuer.verify(publicKey)) right += 1
        return right
      }
    },
  }
}

function validating(name: string, client: Client, ca: readonly (string | Buffer)[]): Contestant {
  const trust = createTrustStore({ ca })
  return {
    name,
    prepare(runs) {
      const pairs = Array.from({ length: runs }, () => parse(client))
      return () => {
        let right = 0
        for (const [leaf, issuer] of pairs)
          if (trust.validate(leaf, { intermediates: [issuer] }).ok) right += 1
        return right
      }
    },
  }
}

/** A certificate in a header that was seen before, whose verdict is known too. */
async function measureKnown(
  client: Client,
  roots: readonly string[],
  effort: Effort,
): Promise<Outcome['sections'][0]> {
  const encoding = ENCODINGS[0] as Encoding
  const text = Buffer.from(encoding.write(client, client.issuer), 'latin1')
  const attempt = () => toSucceed(proxiedRequest(text), client.fingerprint256)
  const options = {
    certificateHeader: CERTIFICATE_HEADER,
    headerEncoding: encoding.name,
    trustedProxies: 'loopback',
  }
  const trusting = { ...options, ca: [...roots], intermediates: client.issuer.cert }
  const { microseconds } = await compare(
    [
      authenticating('without', thisPackage(options), attempt),
      authenticating('with', thisPackage(trusting), attempt),
    ],
    effort,
  )
  const difference = microseconds('with') - microseconds('without')
  return {
    title: 'A known certificate',
    about:
      'A certificate in a header that was seen before, without ca and with it. Times in microseconds.',
    head: ['encoding', 'without ca', 'with ca', 'difference'],
    rows: [
      [
        encoding.name,
        microseconds('without'),
        microseconds('with'),
        { value: difference, target: 'knownPath' },
      ],
    ],
  }
}
