import { expect } from 'chai'
import { createExtractor, type ExtractorOptions } from '../../../src/extractor/index.js'
import { X509Certificate } from 'node:crypto'
import { type Preset, PRESETS } from '../../../src/parsers/presets.js'
import { presentedBy, readCapture, readCertificate } from '../../support/captures.js'
import { type CapturedHeader, capturedHeaders } from '../../support/captured-headers.js'
import { runCommand } from '../../support/run-command.js'

interface Data {
  readonly source: string
  readonly header: string | null
  readonly encoding: string
  readonly presets: string[]
  readonly strategyOptions: ExtractorOptions
  readonly certificates: { readonly fingerprint256: string }[]
}

async function inspect(input: string): Promise<Data> {
  const { status, out, err } = await runCommand(['inspect', '--json'], input)
  expect({ status, err }).to.deep.equal({ status: 0, err: '' })
  return JSON.parse(out) as Data
}

/** The preset of a capture's proxy, if it has one that reads the header's encoding. */
function presetOf({ proxy, encoding }: CapturedHeader): string | undefined {
  const name = proxy.replace(/-(?:fragment|middleware)$/, '')
  return presets[name]?.encoding === encoding ? name : undefined
}

const presets: Readonly<Record<string, Preset | undefined>> = PRESETS
const headers = capturedHeaders()

/** A name that the administrator chose, which two presets could have. */
const AMBIGUOUS = 'X-Client-Cert-Der'

describe('inspect, with the headers of real proxies', () => {
  it('has headers of every proxy', () => {
    const proxies = new Set(headers.map(presetOf))
    expect(headers).to.have.lengthOf.above(40)
    expect([...proxies]).to.have.members([
      'nginx',
      'ingress-nginx',
      'haproxy',
      'caddy',
      'traefik',
      'apache',
      undefined,
    ])
  })

  for (const captured of headers) {
    const { capture, header, value, encoding } = captured
    const preset = presetOf(captured)
    const presented = presentedBy(readCapture(capture)).map(
      (der) => new X509Certificate(der).fingerprint256,
    )

    it(`names the preset, the encoding and the certificate: ${capture}, ${header}`, async () => {
      const alone = await inspect(value)
      expect(alone.source).to.equal('header')
      expect(alone.encoding).to.equal(encoding)
      if (preset !== undefined) expect(alone.presets).to.include(preset)
      const line = await inspect(`${header}: ${value}\n`)
      expect(line.header).to.equal(header)
      expect(line.encoding).to.equal(encoding)
      if (preset !== undefined) {
        const first = header === AMBIGUOUS ? line.presets.slice(0, 2) : line.presets.slice(0, 1)
        expect(first).to.include(preset)
      }
      for (const { certificates } of [alone, line]) {
        const shown = certificates.map(({ fingerprint256 }) => fingerprint256)
        expect(shown).to.deep.equal(presented.slice(0, shown.length))
        expect(shown).not.to.be.empty
      }
    })

    it(`prints options that read the header: ${capture}, ${header}`, async () => {
      const { strategyOptions } = await inspect(`${header}: ${value}`)
      // Only the header is given here, so those that say that the proxy verified it come from the preset.
      const preset = (PRESETS as Partial<typeof PRESETS>)[
        strategyOptions.certificateSource as 'nginx'
      ]
      const { requiredHeaders = [], validates } = preset ?? {}
      const ca = validates === 'never' ? { ca: readCertificate('root.crt') } : {}
      const others = requiredHeaders.map((rule): [string, string] => [rule.header, rule.value])
      const extract = createExtractor({ ...strategyOptions, ...ca, checkValidity: false })
      const request = {
        socket: { remoteAddress: '10.1.2.3' },
        headers: { ...Object.fromEntries(others), [header.toLowerCase()]: value },
      }
      const { certificate, reason } = extract(request)
      expect(reason).to.equal(null)
      expect(certificate?.fingerprint256).to.equal(presented[0])
    })
  }
})
