import { spawn } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { certificateFor } from '../../support/certificate-for.js'

const PARSE = fileURLToPath(new URL('../../support/parse-lines.ts', import.meta.url))

/**
 * Parses each header value in another process, because Node 24.21 and 26.10 end
 * with a segmentation fault when they show certain keys.
 */
async function parseElsewhere(lines: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, ['--import', 'ts-blank-space/register', PARSE])
  // A child that crashes doesn't read all of its input.
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

/** A key with a curve or algorithm that doesn't exist. */
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
  ['on a Brainpool curve with explicit parameters', ec('brainpoolP256r1', 'explicit')],
  ['on a curve that does not exist', withUnknown('2a8648ce3d030107')],
  ['of an algorithm that does not exist', withUnknown('2a8648ce3d0201')],
  ['whose point is not on its curve', offCurve()],
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
    it(`is rejected or read completely, and never ends the process: ${what}`, () => {
      const at = usable.length + index
      expect(parsed[at]).to.be.oneOf(['refused', values[at]])
    })
  })
})
