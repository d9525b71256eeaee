import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { BetterTlsData } from './bettertls.js'
import type { LimboData } from './limbo.js'
import type { PkitsData } from './pkits.js'

export interface Vectors {
  readonly pkits: PkitsData
  readonly bettertls: BetterTlsData
  readonly limbo: LimboData
}

export const HOW_TO_GET_THE_VECTORS = [
  'Usage: npm run test:pki -- DIR',
  'DIR holds pkits.json, bettertls.json.gz and limbo.json. They are public, but no part of this repository:',
  '  PKITS       https://csrc.nist.gov/projects/pki-testing',
  '  BetterTLS   https://github.com/Netflix/bettertls',
  '  x509-limbo  https://github.com/C2SP/x509-limbo',
  'test/pki/README.md describes the three files and what to convert.',
].join('\n')

/** Reads the vectors, or throws an error that says what is missing. */
export function readVectors(folder: string | undefined): Vectors {
  if (folder === undefined) throw new Error('The folder with the test vectors is missing')
  const read = (name: string): Buffer => {
    try {
      return readFileSync(join(folder, name))
    } catch (error) {
      throw new Error(`${name} can't be read from the given folder`, { cause: error })
    }
  }
  return {
    pkits: parse<PkitsData>('pkits.json', read('pkits.json'), ['tests', 'certificates', 'crls']),
    bettertls: parse<BetterTlsData>('bettertls.json.gz', gunzipSync(read('bettertls.json.gz')), [
      'tests',
      'certificates',
      'trustRoot',
      'validAt',
    ]),
    limbo: parse<LimboData>('limbo.json', read('limbo.json'), ['testcases']),
  }
}

function parse<Data>(name: string, text: Buffer, properties: readonly (keyof Data)[]): Data {
  const data = JSON.parse(text.toString()) as Data
  const missing = properties.filter((property) => data[property] === undefined)
  if (missing.length > 0) throw new Error(`${name} has no ${missing.join(', ')}`)
  return data
}
