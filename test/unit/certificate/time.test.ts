import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { readElement } from '../../../src/certificate/der.js'
import { readTime } from '../../../src/certificate/time.js'
import { certificateOf, generalizedTime, spkiOf, tlv, utcTime } from '../../support/der-writer.js'

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

function read(der: Buffer): number | undefined {
  // In the middle of other bytes, so that a reader can't just start at the beginning.
  const bytes = Buffer.concat([Buffer.from('3030', 'latin1'), der, Buffer.from('00Z')])
  const element = readElement(bytes, 4, 4 + der.length)
  if (element === undefined) throw new Error('It is not DER')
  return readTime(bytes, element)
}

/** The date as Node shows it; `undefined` without seconds, which newer versions of OpenSSL require. */
function shownByNode(notBefore: Buffer): string | undefined {
  const digits = /^\d+/.exec(notBefore.subarray(2).toString())?.[0].length
  const hasSeconds = digits === (notBefore[0] === 0x17 ? 12 : 14)
  try {
    const { validFrom } = new X509Certificate(certificateOf({ spki: spkiOf(publicKey), notBefore }))
    // Node shows fractions of a second, and older versions don't show the time zone.
    return validFrom.replace(/\.\d+/, '').replace(/ GMT$/, '')
  } catch (error) {
    if (hasSeconds) throw error
    return undefined
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Writes a date as OpenSSL does. Early years have fewer than four digits. */
function asText(time: number): string {
  const date = new Date(time)
  const [day, clock] = [String(date.getUTCDate()).padStart(2), date.toISOString().slice(-13, -5)]
  return `${String(MONTHS[date.getUTCMonth()])} ${day} ${clock} ${date.getUTCFullYear()}`
}

function utc(
  year: number,
  ...rest: [month: number, day: number, h?: number, m?: number, s?: number]
): number {
  const [month, day, ...clock] = rest
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.setUTCHours(clock[0] ?? 0, clock[1] ?? 0, clock[2] ?? 0)
}

describe('a date of a certificate', () => {
  const dates: [der: Buffer, time: number][] = [
    [utcTime('240203040506Z'), utc(2024, 2, 3, 4, 5, 6)],
    [utcTime('491231235959Z'), utc(2049, 12, 31, 23, 59, 59)],
    [utcTime('500101000000Z'), utc(1950, 1, 1)],
    [utcTime('991231235959Z'), utc(1999, 12, 31, 23, 59, 59)],
    [utcTime('000101000000Z'), utc(2000, 1, 1)],
    [utcTime('000229000000Z'), utc(2000, 2, 29)],
    [utcTime('240229120000Z'), utc(2024, 2, 29, 12)],
    [utcTime('700101000000Z'), 0],
    [utcTime('2402030405Z'), utc(2024, 2, 3, 4, 5)],
    [utcTime('240203040506+0130'), utc(2024, 2, 3, 2, 35, 6)],
    [utcTime('240203040506-0130'), utc(2024, 2, 3, 5, 35, 6)],
    [utcTime('2402030405-1259'), utc(2024, 2, 3, 17, 4)],
    [utcTime('2402030405+1200'), utc(2024, 2, 2, 16, 5)],
    [utcTime('240203040506+0000'), utc(2024, 2, 3, 4, 5, 6)],
    [utcTime('241231235959-0001'), utc(2025, 1, 1, 0, 0, 59)],
    [generalizedTime('20500101000000Z'), utc(2050, 1, 1)],
    [generalizedTime('20240203040506Z'), utc(2024, 2, 3, 4, 5, 6)],
    [generalizedTime('202402030405Z'), utc(2024, 2, 3, 4, 5)],
    [generalizedTime('20240203040506.5Z'), utc(2024, 2, 3, 4, 5, 6)],
    [generalizedTime('20240203040506.123456789Z'), utc(2024, 2, 3, 4, 5, 6)],
    [generalizedTime('20240203040506+0130'), utc(2024, 2, 3, 2, 35, 6)],
    [generalizedTime('20240203040506.25-0130'), utc(2024, 2, 3, 5, 35, 6)],
    [generalizedTime('99991231235959Z'), utc(9999, 12, 31, 23, 59, 59)],
    [generalizedTime('19000228235959Z'), utc(1900, 2, 28, 23, 59, 59)],
    [generalizedTime('10000101000000Z'), utc(1000, 1, 1)],
    [generalizedTime('00990101000000Z'), utc(99, 1, 1)],
    [generalizedTime('00500101000000Z'), utc(50, 1, 1)],
    [generalizedTime('00490101000000Z'), utc(49, 1, 1)],
    [generalizedTime('00010101000000Z'), utc(1, 1, 1)],
    [generalizedTime('00000101000000Z'), utc(0, 1, 1)],
    [generalizedTime('00000229000000Z'), utc(0, 2, 29)],
    [generalizedTime('24000229000000Z'), utc(2400, 2, 29)],
    ...MONTHS.flatMap((_, index): [Buffer, number][] => {
      const month = String(index + 1).padStart(2, '0')
      const last = new Date(Date.UTC(2025, index + 1, 0)).getUTCDate()
      return [[utcTime(`25${month}${last}235959Z`), utc(2025, index + 1, last, 23, 59, 59)]]
    }),
  ]
  for (const [der, time] of dates) {
    it(`is read as Node shows it: ${der.subarray(2).toString()}`, () => {
      expect(read(der)).to.equal(time)
      expect(shownByNode(der) ?? asText(time)).to.equal(asText(time))
    })
  }

  const wrong: (Buffer | string)[] = [
    '',
    'Z',
    '240203040506',
    '240203040506z',
    '240203040506 Z',
    ' 240203040506Z',
    '240203040506Z ',
    '240203040506Z\n',
    '240203040506Z\0',
    '240203040506ZZ',
    '24020304050Z',
    '24020304Z',
    '240203Z',
    '2402030405067Z',
    '240203040506.5Z',
    '2402030405.5Z',
    '240203040506+01',
    '240203040506+013',
    '240203040506+01300',
    '240203040506+0130Z',
    '240203040506 0130',
    '240203040506+1300',
    '240203040506-1300',
    '240203040506+0160',
    '240003040506Z',
    '241303040506Z',
    '240200040506Z',
    '240230040506Z',
    '250229000000Z',
    '240431000000Z',
    '241232000000Z',
    '240203240000Z',
    '240203046000Z',
    '240203040560Z',
    '24020304056Z',
    '2402030405+6Z',
    '-40203040506Z',
    '+40203040506Z',
    '0x0203040506Z',
    '24 203040506Z',
    '24.203040506Z',
    '2e1203040506Z',
    '\u0662\u0664',
    '240203040506Z'.repeat(3),
    generalizedTime(''),
    generalizedTime('20240203040506'),
    generalizedTime('2024020304Z'),
    generalizedTime('20240203040506,5Z'),
    generalizedTime('20240203040506.Z'),
    generalizedTime('202402030405.5Z'),
    generalizedTime('20240203040506.1234567891Z'),
    generalizedTime('20240203040506.123456789+01300'),
    generalizedTime('19000229000000Z'),
    generalizedTime('21000229000000Z'),
    generalizedTime('20250229000000Z'),
    generalizedTime('00010229000000Z'),
    generalizedTime('20240203040560Z'),
    generalizedTime('20240203040506+1300'),
    generalizedTime('120240203040506Z'),
    generalizedTime('99991332000000Z'),
    generalizedTime(`20240203040506.${'0'.repeat(10_000)}Z`),
    tlv(0x16, Buffer.from('240203040506Z')),
    tlv(0x0c, Buffer.from('20240203040506Z')),
    tlv(0x02, Buffer.from('240203040506Z')),
  ]
  for (const text of wrong) {
    const der = typeof text === 'string' ? utcTime(text) : text
    const shown = JSON.stringify(der.subarray(2, 40).toString('latin1'))
    it(`is rejected: ${shown} with the tag ${String(der[0])}`, () => {
      expect(read(der)).to.equal(undefined)
    })
  }

  it('may have both a fraction and an offset', () => {
    expect(read(generalizedTime('20240203040506.123456789+0130'))).to.equal(
      utc(2024, 2, 3, 2, 35, 6),
    )
  })
})
