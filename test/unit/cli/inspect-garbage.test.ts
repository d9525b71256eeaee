import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { capturedHeaders } from '../../support/captured-headers.js'
import { MUTATIONS, otherGarbage, Random } from '../../support/garbage.js'
import { failureOf, runCommand } from '../../support/run-command.js'

const SEED = 20_261_127
const INPUTS_PER_KIND = 15

/** Kinds that leave the certificate intact, so that it can be read although a strategy would reject it. */
const READABLE: ReadonlySet<string> = new Set([
  'doubled without a separator',
  'doubled with a comma',
  'percent-encoded again',
])
/** Kinds that mostly leave it intact or yield another certificate. */
const RARELY_GARBAGE: ReadonlySet<string> = new Set([
  ...['one flipped bit', 'a flipped bit in the DER', 'digits of base64url', 'a comma inserted'],
  'DER with bytes after its end',
])

/**
 * The fingerprints of the certificates that OpenSSL can still read somewhere in a text, by a search that
 * shares no code with the program: undo escapes, join lines, and try every run of base64.
 */
function survivorsOf(input: string | Buffer): Set<string> {
  const found = new Set<string>()
  for (let text = input.toString('latin1'), times = 0; times < 4; times += 1) {
    const joined = text.replaceAll(/-----[A-Z ]*-----/g, '|').replaceAll(/\s/g, '')
    for (const [run] of joined.matchAll(/[A-Za-z0-9+/]{100,}/g)) {
      const bytes = Buffer.from(run, 'base64')
      addCertificate(bytes, found)
      if (bytes.toString('latin1').includes('BEGIN')) {
        for (const one of survivorsOf(bytes)) found.add(one)
      }
    }
    text = text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
  }
  return found
}

function addCertificate(bytes: Buffer, found: Set<string>): void {
  for (
    let at = bytes.indexOf('3082', 'hex');
    at !== -1;
    at = bytes.indexOf('3082', at + 1, 'hex')
  ) {
    try {
      found.add(new X509Certificate(bytes.subarray(at)).fingerprint256)
    } catch {
      // No certificate begins here.
    }
  }
}

/** Whether a message holds more than 40 characters of the input in a row. */
function quotes(message: string, input: string): boolean {
  for (let at = 0; at + 41 <= message.length; at += 1) {
    if (input.includes(message.slice(at, at + 41))) return true
  }
  return false
}

async function expectRejection(input: string | Buffer): Promise<string> {
  const line = failureOf(await runCommand(['inspect'], input))
  expect(line).to.match(/^[\x20-\x7e]{20,260}$/)
  expect(line).not.to.match(/\bat [\w.]+ \(|undefined|\[object|NaN/)
  expect(quotes(line, input.toString('latin1'))).to.equal(false)
  return line
}

describe(`inspect, with garbage from the seed ${SEED}`, () => {
  const headers = capturedHeaders()
  const rejected = new Map<string, number>()

  for (const [kind, mutate] of Object.entries(MUTATIONS)) {
    it(`rejects headers of real proxies that lost their certificate: ${kind}`, async () => {
      const random = new Random(SEED + kind.length * 7919)
      let garbage = 0
      for (let tries = 0; tries < 25 * INPUTS_PER_KIND && garbage < INPUTS_PER_KIND; tries += 1) {
        const { header, value } = random.pick(headers)
        const mutated = mutate(value, random, random.pick(headers).value)
        const input = random.below(2) === 0 ? mutated : `${header}: ${mutated.toString()}\n`
        const survivors = survivorsOf(input)
        if (survivors.size === 0) {
          await expectRejection(input)
          garbage += 1
          continue
        }
        const outcome = await runCommand(['inspect', '--json'], input)
        if (outcome.status === 2) {
          failureOf(outcome)
          expect(READABLE.has(kind), `${kind}: ${outcome.err}`).to.equal(false)
          continue
        }
        const { certificates } = JSON.parse(outcome.out) as {
          certificates: [{ fingerprint256: string }]
        }
        expect(survivors).to.include(certificates[0].fingerprint256)
      }
      if (READABLE.has(kind)) expect(garbage).to.equal(0)
      else if (!RARELY_GARBAGE.has(kind)) expect(garbage).to.equal(INPUTS_PER_KIND)
      rejected.set(kind, garbage)
    })
  }

  it('rejects input that never was a certificate, without a character of a private key', async () => {
    const random = new Random(SEED)
    for (const [kind, make] of Object.entries(await otherGarbage())) {
      for (let times = 0; times < INPUTS_PER_KIND; times += 1) {
        const input = make(random)
        expect(survivorsOf(input).size, kind).to.equal(0)
        const line = await expectRejection(input)
        if (kind.startsWith('a private key')) {
          expect(line, kind).to.match(/^this is a private key; don't share it, and pass the cert/)
        }
      }
      rejected.set(kind, INPUTS_PER_KIND)
    }
  })

  it('has tried at least 1,000 inputs of 40 kinds, half of them from real proxies', () => {
    const kinds = [...rejected].filter(([, count]) => count > 0)
    const total = kinds.reduce((sum, [, count]) => sum + count, 0)
    const mutated = kinds.filter(([kind]) => Object.hasOwn(MUTATIONS, kind))
    expect(kinds).to.have.lengthOf.above(60)
    expect(total).to.be.above(1000)
    expect(mutated.reduce((sum, [, count]) => sum + count, 0)).to.be.above(500)
  })
})
