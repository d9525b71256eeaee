import { spawn } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { certificateFor } from '../../support/certificate-for.js'

const PARSE = fileURLToPath(new URL('../../support/parse-lines.ts', import.meta.url))

/**
 * What the parser makes of each header value, in a process of its own: Node 24.21 and 26.10 end
 * with a segmentation fault when they are to show certain keys.
 */
async function parseElsewhere(lines: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, ['--import', 'ts-blank-space/register', PARSE])
  // A child that crashes leaves its input unread.
  child.stdin.on('error', () => undefined)
  child.stdin.end(lines.join('\n'))
  return (await text(child.stdout)).trimEnd().split('\n')
}

function ec(namedCurve: string, paramEncoding: 'named' | 'explicit' = 'named'): KeyObject {
  return generateKeyPairSync('ec', { namedCurve, paramEncoding }).publicKey
}

function spkiOf(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' })
}

/** A key on a curve, or of an algorithm, that does not exist. */
function withUnknown(identifier: string): Buffer {
  const spki = spkiOf(ec('P-256'))
  const oid = Buffer.from(identifier, 'hex')
  spki[spki.indexOf(oid) + oid.length - 1] = 0x7f
  return spki
}

function offCurve(): Buffer {
  const spki = spkiOf(ec('P-256'))
  return spki.fill(1, spki.length - 8)
}

const usable: [what: string, key: KeyObject][] = [
  ['P-384', ec('P-384')],
  ['P-521', ec('P-521')],
  ['Ed25519', generateKeyPairSync('ed25519').publicKey],
  ['Ed448', generateKeyPairSync('ed448').publicKey],
  ['RSA-PSS', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey],
]

const odd: [what: string, key: KeyObject | Buffer][] = [
  ['on the curve secp256k1', ec('secp256k1')],
  ['on a Brainpool curve', ec('brainpoolP256r1')],
  ['on a Brainpool curve that is spelled out', ec('brainpoolP256r1', 'explicit')],
  ['on a curve that does not exist', withUnknown('2a8648ce3d030107')],
  ['of an algorithm that does not exist', withUnknown('2a8648ce3d0201')],
  ['that is no point of its curve', offCurve()],
]

describe('a certificate with an unusual key', () => {
  let values: string[]
  let parsed: string[]
  before(async () => {
    const keys = [...usable, ...odd].map(([, key]) => (Buffer.isBuffer(key) ? key : spkiOf(key)))
    const ders = await Promise.all(keys.map(certificateFor))
    values = ders.map((der) => der.toString('base64'))
    parsed = await parseElsewhere(values)
  })

  usable.forEach(([what], index) => {
    it(`is read: ${what}`, () => {
      expect(parsed[index]).to.equal(values[index])
    })
  })

  odd.forEach(([what], index) => {
    it(`is refused, or read whole, and does not end the process: ${what}`, () => {
      const at = usable.length + index
      expect(parsed[at]).to.be.oneOf(['refused', values[at]])
    })
  })
})
