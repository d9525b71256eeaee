import type { ExtractorOptions } from '../../src/extractor/index.js'

/** A header that becomes expensive when a client repeats a part of it. */
export interface HostileHeader {
  readonly options: ExtractorOptions
  readonly name: string
  readonly unit: string
}

const BEGIN = encodeURIComponent('-----BEGIN CERTIFICATE-----\n')
const END = encodeURIComponent('\n-----END CERTIFICATE-----\n')

const traefik = {
  options: { certificateSource: 'traefik' },
  name: 'X-Forwarded-Tls-Client-Cert',
} as const
const aws = { options: { certificateSource: 'aws-alb' }, name: 'X-Amzn-Mtls-Clientcert' } as const
const envoy = { options: { certificateSource: 'envoy' }, name: 'X-Forwarded-Client-Cert' } as const

export const HOSTILE_HEADERS: Readonly<Record<string, HostileHeader>> = {
  commas: { ...traefik, unit: ',' },
  'short items': { ...traefik, unit: 'QUJD,' },
  'Byte Sequences': {
    options: { certificateSource: 'cloudflare-rfc9440' },
    name: 'Client-Cert',
    unit: ':QUJD:, ',
  },
  'BEGIN markers': { ...aws, unit: BEGIN },
  'empty blocks': { ...aws, unit: `${BEGIN}QUJD${END}` },
  percents: { ...aws, unit: '%' },
  'escaped percents': { ...aws, unit: '%25' },
  'XFCC pairs': { ...envoy, unit: 'By=a;' },
  'XFCC elements': {
    ...envoy,
    options: { certificateSource: 'envoy', xfccHop: 0 },
    unit: 'By=a,',
  },
  'XFCC quotes': { ...envoy, unit: 'Subject="\\"' },
  'names of a Connection header': { ...traefik, name: 'Connection', unit: 'close,' },
}

/** A value of about this length. */
export function repeatTo(length: number, { unit }: HostileHeader): string {
  return unit.repeat(Math.floor(length / unit.length))
}
