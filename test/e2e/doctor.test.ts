import { expect } from 'chai'
import { type DoctorData, diagnoseDeployment, removeFiles, writeFiles } from '../support/doctor.js'
import { CERTIFICATE_ALONE, SOURCES } from './sources.js'
import { certificates, HOST } from './support/certificates.js'
import { documented, naive } from './support/files.js'
import { versionOf } from './support/launch.js'
import { type ProxyName, proxyOf, PROXIES } from './support/proxies.js'
import { startSite } from './support/site.js'

interface Misconfiguration {
  readonly proxy: ProxyName
  readonly file: string
  /** The checks that find it. */
  readonly checks: readonly string[]
  /** Whether the strategy reads the certificate header alone. */
  readonly isAlone?: true
}

const FORGED = ['forged', 'good-forged']
const UNVERIFIED = ['self-signed', 'false-ca']

/** Every configuration in test/e2e/naive with which a client gets in that must not. */
const MISCONFIGURATIONS: readonly Misconfiguration[] = [
  { proxy: 'nginx', file: 'nginx-missing.conf', checks: FORGED },
  { proxy: 'nginx', file: 'nginx-inherited-away.conf', checks: FORGED },
  { proxy: 'nginx', file: 'nginx-verify-only.conf', checks: ['good-forged'] },
  { proxy: 'nginx', file: 'nginx-optional-no-ca.conf', checks: ['self-signed'], isAlone: true },
  { proxy: 'haproxy', file: 'haproxy-missing.cfg', checks: FORGED },
  { proxy: 'haproxy', file: 'haproxy-if.cfg', checks: ['forged'] },
  { proxy: 'haproxy', file: 'haproxy-verify-only.cfg', checks: FORGED },
  { proxy: 'haproxy', file: 'haproxy-ignore-errors.cfg', checks: UNVERIFIED, isAlone: true },
  { proxy: 'apache', file: 'httpd-missing.conf', checks: FORGED },
  { proxy: 'apache', file: 'httpd-setifempty.conf', checks: FORGED },
  { proxy: 'apache', file: 'httpd-verify-only.conf', checks: ['good-forged'] },
  { proxy: 'apache', file: 'httpd-optional-no-ca.conf', checks: ['self-signed'], isAlone: true },
  { proxy: 'caddy', file: 'Caddyfile-missing', checks: FORGED },
  { proxy: 'caddy', file: 'Caddyfile-request', checks: UNVERIFIED },
  { proxy: 'caddy', file: 'Caddyfile-require', checks: UNVERIFIED },
]

/** Runs `doctor` as the client `ec`, whose identity the application knows. */
async function diagnose(
  name: ProxyName,
  file: URL,
  isAlone: boolean,
  ...more: readonly string[]
): Promise<DoctorData> {
  const { clients, serverCa } = await certificates()
  const { cert, key } = clients.ec
  const files = writeFiles({ cert, key, ca: serverCa.cert })
  const routes = { '/': (isAlone ? CERTIFICATE_ALONE : SOURCES)[name] }
  const site = await startSite(proxyOf(name), file, routes)
  const placed = more.map((text) => text.replace('BACKEND', String(site.backend.port)))
  try {
    return await diagnoseDeployment(
      ...[`https://${HOST}:${site.port}/`, '--connect', '127.0.0.1', '--ca', files.ca],
      ...['--cert', files.cert, '--key', files.key, ...placed],
    )
  } finally {
    await site.stop()
  }
}

describe('doctor, against real proxies', () => {
  before(() => {
    PROXIES.forEach(versionOf)
  })
  after(removeFiles)

  for (const { proxy, file, checks, isAlone = false } of MISCONFIGURATIONS) {
    it(`finds the mistake in ${file}, and names the page of ${proxy}`, async () => {
      const { findings, requests } = await diagnose(proxy, naive(file), isAlone)
      expect(findings.map(({ check }) => check)).to.deep.equal(checks)
      expect(requests).to.be.at.most(60)
      const page =
        checks[0] === 'self-signed'
          ? 'docs/proxies/README.md#proxies-that-validate-nothing'
          : `docs/proxies/${proxy}/README.md`
      for (const { pages } of findings) expect(pages).to.include(page)
    })
  }

  for (const proxy of PROXIES) {
    for (const mode of ['required', 'optional'] as const) {
      it(`finds nothing in the documented configuration of ${proxy.title}: ${mode}`, async () => {
        const data = await diagnose(proxy.name, documented(proxy, mode), false)
        expect(data.findings).to.deep.equal([])
        expect(data.baseline).to.equal('200')
        expect(data.checks.filter(({ verdict }) => verdict === 'no answer')).to.deep.equal([])
        expect(data.requests).to.be.at.most(60)
      })
    }

    it(`finds that a client can bypass ${proxy.title}`, async () => {
      const file = documented(proxy, 'optional')
      const { findings } = await diagnose(
        proxy.name,
        file,
        false,
        '--direct',
        'http://127.0.0.1:BACKEND',
      )
      expect(findings.map(({ check }) => check)).to.deep.equal(['direct-forged'])
    })
  }
})
