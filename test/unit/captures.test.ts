import { expect } from 'chai'
import type { ExtractorOptions } from '../../src/extractor/index.js'
import { presentedBy, readCapture, readCaptures, replay } from '../support/captures.js'
import { chainOf } from '../support/chain-of.js'

/** The leaf the client presented, its whole chain, or nothing and why. */
type Outcome = 'leaf' | 'chain' | 'header_missing_or_malformed' | 'verification_header_mismatch'

const NONE = 'header_missing_or_malformed'
const MISMATCH = 'verification_header_mismatch'

interface Reading {
  readonly proxy: string
  readonly how: string
  readonly options: ExtractorOptions
  readonly outcomes: Readonly<Record<string, Outcome>>
}

const nginx = { certificateHeader: 'X-SSL-Client-Cert', headerEncoding: 'url-pem' } as const
const nginxVerified = { certificateSource: 'nginx' } as const
const ingressVerified = { certificateSource: 'ingress-nginx' } as const
const haproxy = {
  certificateSource: 'haproxy',
  certificateHeader: 'X-SSL-Client-Cert-Der',
} as const
const haproxyChain = { ...haproxy, chainHeader: 'X-SSL-Client-Chain-Der', includeChain: true }
const rfc9440 = { certificateHeader: 'Client-Cert', headerEncoding: 'rfc9440' } as const
const caddy = { certificateHeader: 'X-Client-Cert-Der', headerEncoding: 'base64-der' } as const
const apache = {
  certificateSource: 'apache',
  certificateHeader: 'SSL_CLIENT_CERT',
  chainHeader: 'SSL_CLIENT_CERT_CHAIN_*',
  verifyHeader: 'SSL_CLIENT_VERIFY',
  verifyValue: 'SUCCESS',
} as const

const readings: Reading[] = [
  {
    proxy: 'nginx',
    how: 'the escaped certificate and its verdict',
    options: nginxVerified,
    outcomes: {
      'required-rsa': 'leaf',
      'required-ec': 'leaf',
      'required-chain': 'leaf',
      'required-fullchain': 'leaf',
      'optional-rsa': 'leaf',
      'optional-none': MISMATCH,
      'optional_no_ca-rsa': 'leaf',
      'optional_no_ca-none': MISMATCH,
      'optional_no_ca-untrusted': MISMATCH,
      'map-verified-only-rsa': MISMATCH,
      'forged-naive-nocert': NONE,
    },
  },
  {
    proxy: 'nginx',
    how: 'the escaped certificate alone, which a stranger has too',
    options: { ...nginx, includeChain: true },
    outcomes: {
      'required-fullchain': 'leaf',
      'optional-none': NONE,
      'optional_no_ca-none': NONE,
      'optional_no_ca-untrusted': 'leaf',
      'map-verified-only-rsa': 'leaf',
    },
  },
  {
    proxy: 'ingress-nginx-fragment',
    how: 'the escaped certificate and its verdict',
    options: ingressVerified,
    outcomes: {
      'on-pass-rsa': 'leaf',
      'optional-none': MISMATCH,
      'optional-forged-nocert': MISMATCH,
      'optional_no_ca-rsa': 'leaf',
      'optional_no_ca-none': MISMATCH,
      'optional_no_ca-untrusted': MISMATCH,
    },
  },
  {
    proxy: 'haproxy',
    how: 'base64 of DER and its verdict',
    options: haproxy,
    outcomes: {
      'required-rsa': 'leaf',
      'required-ec': 'leaf',
      'required-chain': 'leaf',
      'required-fullchain': 'leaf',
      'optional-rsa': 'leaf',
      'optional-none': NONE,
      'optional_no_ca-rsa': 'leaf',
      'optional_no_ca-none': NONE,
      'optional_no_ca-untrusted': MISMATCH,
      'forged-naive-nocert': NONE,
    },
  },
  {
    proxy: 'haproxy',
    how: 'base64 of DER, the chain in a second header',
    options: haproxyChain,
    outcomes: {
      'required-rsa': 'leaf',
      'required-chain': 'chain',
      'required-fullchain': 'chain',
    },
  },
  {
    proxy: 'haproxy',
    how: 'RFC 9440',
    options: rfc9440,
    outcomes: {
      'required-rsa': 'leaf',
      'required-ec': 'leaf',
      'required-fullchain': 'leaf',
      'optional-none': NONE,
      'forged-naive-nocert': NONE,
    },
  },
  ...[
    { how: 'base64 of DER', options: caddy },
    { how: 'RFC 9440', options: rfc9440 },
  ].map(({ how, options }): Reading => ({
    proxy: 'caddy',
    how,
    options,
    outcomes: {
      'required-rsa': 'leaf',
      'required-ec': 'leaf',
      'required-chain': 'leaf',
      'required-fullchain': 'leaf',
      'optional-rsa': 'leaf',
      'optional-none': NONE,
      'optional_no_ca-rsa': 'leaf',
      'optional_no_ca-none': NONE,
      'optional_no_ca-untrusted': 'leaf',
      'forged-naive-nocert': NONE,
    },
  })),
  {
    proxy: 'traefik-middleware',
    how: 'the preset, with the chain',
    options: { certificateSource: 'traefik', includeChain: true },
    outcomes: {
      'required-rsa': 'leaf',
      'required-ec': 'leaf',
      'required-chain': 'chain',
      'required-fullchain': 'chain',
      'optional-rsa': 'leaf',
      'optional-none': NONE,
    },
  },
  {
    proxy: 'traefik-middleware',
    how: 'the preset',
    options: { certificateSource: 'traefik' },
    outcomes: { 'required-fullchain': 'leaf', 'optional-none': NONE },
  },
  {
    proxy: 'apache',
    how: 'PEM with spaces for line ends and its verdict',
    options: apache,
    outcomes: {
      'required-rsa': 'leaf',
      'required-ec': 'leaf',
      'required-chain': 'leaf',
      'required-fullchain': 'leaf',
      'optional-rsa': 'leaf',
      'optional-none': MISMATCH,
      'optional_no_ca-rsa': 'leaf',
      'optional_no_ca-none': MISMATCH,
      'optional_no_ca-untrusted': MISMATCH,
      'forged-naive-nocert': NONE,
    },
  },
  {
    proxy: 'apache',
    how: 'PEM with spaces for line ends, the chain in numbered headers',
    options: { ...apache, includeChain: true },
    outcomes: {
      'required-rsa': 'leaf',
      'required-chain': 'chain',
      'required-fullchain': 'chain',
    },
  },
  {
    proxy: 'apache',
    how: 'PEM escaped by an expression',
    options: { certificateHeader: 'X-Esc-Pem', headerEncoding: 'url-pem' },
    outcomes: { 'expr-b64-escape-rsa': 'leaf' },
  },
  {
    proxy: 'apache',
    how: 'base64 of PEM, made by an expression',
    options: { certificateHeader: 'X-B64-Pem', headerEncoding: 'base64-pem' },
    outcomes: { 'expr-b64-escape-rsa': 'leaf' },
  },
  {
    proxy: 'apache',
    how: 'base64 of DER, which base64 of PEM is not',
    options: { certificateHeader: 'X-B64-Pem', headerEncoding: 'base64-der' },
    outcomes: { 'expr-b64-escape-rsa': NONE },
  },
]

for (const { proxy, how, options, outcomes } of readings) {
  describe(`requests from ${proxy}, read as ${how}`, () => {
    for (const [name, outcome] of Object.entries(outcomes)) {
      it(`${name}: ${outcome}`, async () => {
        const captured = readCapture(`${proxy}-${name}`)
        const { certificate, reason } = await replay(captured.rawHeaders, options)
        const presented = presentedBy(captured)
        expect(reason).to.equal(outcome === 'leaf' || outcome === 'chain' ? null : outcome)
        expect(chainOf(certificate)).to.deep.equal(
          { leaf: presented.slice(0, 1), chain: presented }[outcome as string] ?? [],
        )
      })
    }
  })
}

describe('a client that the proxy itself turned away', () => {
  const turnedAway = [...readCaptures()].filter(([, { rawHeaders }]) => rawHeaders === null)

  it('never reached the backend, so there is nothing to extract', () => {
    expect(turnedAway.map(([name]) => name)).to.deep.equal([
      'apache-optional-untrusted',
      'caddy-optional-untrusted',
      'haproxy-optional-untrusted',
      'ingress-nginx-fragment-optional-untrusted',
      'nginx-optional-untrusted',
      'traefik-middleware-optional-untrusted',
    ])
    for (const [, { reachedBackend }] of turnedAway) expect(reachedBackend).to.equal(false)
  })

  it('is the only one that is not read above', () => {
    const read = readings.flatMap(({ proxy, outcomes }) =>
      Object.keys(outcomes).map((name) => `${proxy}-${name}`),
    )
    const all = [...read, ...turnedAway.map(([name]) => name)]
    expect([...readCaptures().keys()]).to.have.members([...new Set(all)])
  })
})
