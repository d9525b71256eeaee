import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { certificateOf, oid, seq, set, spkiOf, tlv } from '../../support/der-writer.js'

const PARSE = fileURLToPath(new URL('../../support/parse-lines.ts', import.meta.url))
const AFFECTED = Number.parseInt(process.versions.node) >= 23

/** Uses another process, because some versions of Node abort when they show certain names. */
async function parseElsewhere(values: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, ['--import', 'ts-blank-space/register', PARSE])
  child.stdin.on('error', () => undefined)
  child.stdin.end(values.join('\n'))
  return (await text(child.stdout)).trimEnd().split('\n')
}

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const nameWith = (tag: number, bytes: string) =>
  seq(set(seq(oid('2.5.4.10'), tlv(tag, Buffer.from(bytes, 'latin1')))))
const make = (subject: Buffer, issuer: Buffer) =>
  certificateOf({ spki: spkiOf(publicKey), subject, issuer }).toString('base64')

const TEXT = nameWith(0x0c, 'Example')
/** Types that OpenSSL reads, although they aren't strings. A BIT STRING begins with its number of unused bits. */
const OTHER_TAGS = [0x03, 0x07, 0x08, 0x09, 0x0b, 0x0d, 0x0e, 0x0f, 0x1d, 0x30]

describe('a certificate with a name that is not a string', () => {
  const cases = OTHER_TAGS.flatMap((tag) => {
    const odd = nameWith(tag, tag === 0x30 ? '\x0c\x010' : '\x000')
    const title = `0x${tag.toString(16)}`
    return [
      [`its subject has a value of type ${title}`, make(odd, TEXT)],
      [`its issuer has a value of type ${title}`, make(TEXT, odd)],
      [`both have values of type ${title}`, make(odd, odd)],
    ] as const
  })
  let parsed: string[]
  before(async () => {
    parsed = await parseElsewhere(cases.map(([, value]) => value))
  })

  cases.forEach(([title, value], index) => {
    it(`is rejected only if Node can't show it: ${title}`, () => {
      expect(parsed[index]).to.equal(AFFECTED ? 'refused' : value)
    })
  })

  const strings = [0x0c, 0x12, 0x13, 0x14, 0x16, 0x1e].map((tag) => nameWith(tag, '\x000'))
  it('is read with values of every string type', async () => {
    const values = strings.map((name) => make(name, name))
    expect(await parseElsewhere(values)).to.deep.equal(values)
  })
})
