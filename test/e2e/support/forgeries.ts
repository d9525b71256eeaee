import type { X509Certificate } from 'node:crypto'
import {
  toBase64Der,
  toRfc9440,
  toUrlPem,
  toUrlPemAws,
  toXfcc,
} from '../../support/header-values.js'
import { CERTIFICATE, type Line, type Proxy, VERIFY } from './proxies.js'

export interface Forgery {
  readonly title: string
  /** The header lines of an attacker who has the victim's certificate, but not its key. */
  readonly lines: (proxy: Proxy, victim: X509Certificate) => readonly Line[]
  /** The route to attack instead of `/`. */
  readonly route?: '/chain'
}

export const FORGED: Forgery = {
  title: 'both headers',
  lines: (proxy, victim) => [certificateLine(proxy, victim), verifyLine(proxy)],
}

export const DROP_VERIFY: Forgery = {
  title: 'both headers and `Connection: close, X-SSL-Client-Verify`',
  lines: (proxy, victim) => [['Connection', `close, ${VERIFY}`], ...FORGED.lines(proxy, victim)],
}

export const OTHERS: Forgery = {
  title: 'the headers of other proxies',
  lines: (_proxy, victim) => othersLines(forms(victim)),
}

export const FORGERIES: readonly Forgery[] = [
  FORGED,
  {
    title: 'the certificate header alone',
    lines: (proxy, victim) => [certificateLine(proxy, victim)],
  },
  { title: 'the verify header alone', lines: (proxy) => [verifyLine(proxy)] },
  {
    title: 'the certificate header twice, the verify header once',
    lines: (proxy, victim) => [certificateLine(proxy, victim), ...FORGED.lines(proxy, victim)],
  },
  {
    title: 'both headers, in lower case and in upper case',
    lines: (proxy, victim) => [
      ...renamed(FORGED.lines(proxy, victim), (name) => name.toLowerCase()),
      ...renamed(FORGED.lines(proxy, victim), (name) => name.toUpperCase()),
    ],
  },
  {
    title: 'both headers with `_` for `-`',
    lines: (proxy, victim) =>
      renamed(FORGED.lines(proxy, victim), (name) => name.replaceAll('-', '_')),
  },
  {
    title: 'both headers with a space before the colon',
    lines: (proxy, victim) => renamed(FORGED.lines(proxy, victim), (name) => `${name} `),
  },
  {
    title: 'both headers and `Connection: close, X-SSL-Client-Cert`',
    lines: (proxy, victim) => [
      ['Connection', `close, ${CERTIFICATE}`],
      ...FORGED.lines(proxy, victim),
    ],
  },
  DROP_VERIFY,
  {
    title: 'chain headers, with `includeChain`',
    route: '/chain',
    lines: (_proxy, victim) => [
      ['X-SSL-Client-Chain', toBase64Der(forms(victim))],
      ['X-SSL-Client-Chain-0', victim.toString().replaceAll('\n', ' ')],
    ],
  },
  OTHERS,
]

function certificateLine({ encode }: Proxy, victim: X509Certificate): Line {
  return [CERTIFICATE, encode(victim)]
}

function verifyLine({ verification }: Proxy): Line {
  return [VERIFY, verification?.good ?? 'SUCCESS']
}

function renamed(lines: readonly Line[], rename: (name: string) => string): Line[] {
  return lines.map(([name, value]) => [rename(name), value])
}

function forms(certificate: X509Certificate) {
  return { cert: certificate.toString(), raw: certificate.raw }
}

function othersLines(victim: ReturnType<typeof forms>): Line[] {
  return [
    ['Client-Cert', toRfc9440(victim)],
    ['X-Forwarded-Client-Cert', toXfcc(victim)],
    ['X-Forwarded-Tls-Client-Cert', toBase64Der(victim)],
    ['X-Amzn-Mtls-Clientcert-Leaf', toUrlPemAws(victim)],
    ['X-ARR-ClientCert', toBase64Der(victim)],
    ['Cf-Client-Cert-Der-Base64', toBase64Der(victim)],
    ['ssl-client-cert', toUrlPem(victim)],
    ['ssl-client-verify', 'SUCCESS'],
  ]
}
