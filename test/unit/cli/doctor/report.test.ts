import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { ADVICE, pagesOf } from '../../../../src/cli/doctor/advice.js'
import { CHECKS } from '../../../../src/cli/doctor/checks.js'
import { toReport } from '../../../../src/cli/doctor/report.js'
import type { Settings } from '../../../../src/cli/doctor/settings.js'
import { type CertificateSource, PRESETS } from '../../../../src/parsers/presets.js'
import {
  CERT,
  createFixtures,
  fullSettings,
  safe,
  type Simulated,
  simulate,
  statusOf,
} from '../../../support/deployment.js'
import { type DoctorData, removeFiles } from '../../../support/doctor.js'

const ROOT = new URL('../../../../', import.meta.url)

async function reportOn(deployment: Simulated, settings: Settings) {
  const { diagnosis } = await simulate(deployment, settings)
  const { text, data, exitCode } = toReport(diagnosis)
  return { text, data: data as DoctorData, exitCode, lines: text.split('\n') }
}

describe('the report of doctor', () => {
  let plain: Settings
  let full: Settings
  let urlPem: string
  let base64: string
  before(async () => {
    ;({ plain, full, urlPem, base64 } = await createFixtures())
  })
  after(removeFiles)

  it('is a table, and says that nothing was found', async () => {
    const { text, exitCode } = await reportOn(safe, plain)
    expect(exitCode).to.equal(0)
    expect(text).to.match(/^https:\/\/api\.example\.com\/me, \d+ requests\n\nclient /)
    expect(text.endsWith("\n\nNo client got in that shouldn't.\n")).to.equal(true)
    const table = text.split('\n').slice(2, -3)
    expect(table.slice(0, 5)).to.deep.equal([
      'client                       headers                           answer  verdict',
      'the good certificate         -                                 200     baseline',
      'no certificate               -                                 401     rejected',
      'a self-signed certificate    -                                 401     rejected',
      'a certificate of a false CA  -                                 401     rejected',
    ])
  })

  it('explains each client that gets in, and exits with 1', async () => {
    const { text, exitCode } = await reportOn(
      ({ client, header }) => (client === 'good' || header(CERT) === urlPem ? 200 : 401),
      plain,
    )
    expect(exitCode).to.equal(1)
    expect(text).to.match(/^no certificate {2,}as proxies write them {2,}401, 200 {2}GETS IN$/m)
    const { meaning, cause, fix } = ADVICE.forged
    expect(text).to.include(
      `\n\nGETS IN: no certificate, headers as proxies write them\n  Header:  ${CERT} (url-pem)\n  Meaning: ${meaning}\n  Cause:   ${cause}\n` +
        `  Fix:     ${fix}\n  Page:    docs/proxies/nginx/README.md\n`,
    )
    expect(text.endsWith('\n\nFound: 2. See above for causes and fixes.\n')).to.equal(true)
  })

  it('says that a header is read', async () => {
    const deployment: Simulated = ({ client, header }) =>
      client === 'good' && header(CERT)?.startsWith('AII') !== true ? 200 : 401
    const { text, exitCode, data } = await reportOn(deployment, plain)
    expect(exitCode).to.equal(1)
    expect(text).to.match(/200, 401 {2}HEADER IS READ$/m)
    expect(text).to.include(
      '\nHEADER IS READ: the good certificate, headers as proxies write them, compared\n',
    )
    expect(data.findings).to.have.lengthOf(1)
    expect(data.findings[0]).to.deep.include({
      check: 'good-forged',
      client: 'the good certificate, headers as proxies write them, compared',
      verdict: 'header is read',
      headers: [`${CERT} (base64-der)`],
      pages: ['docs/proxies/caddy/README.md', 'docs/proxies/haproxy/README.md'],
      ...ADVICE.read,
    })
  })

  it('names the overview if it knows no header, several, or your own header', async () => {
    const { data, text } = await reportOn(() => 200, plain)
    expect(data.findings[0]?.pages).to.deep.equal([ADVICE.unprotected.page])
    expect(data.findings[0]?.headers).to.deep.equal([])
    expect(text).not.to.include('  Header: ')
    expect(text).to.include('\nGETS IN: no certificate\n  Meaning: ')
    const pair = await reportOn(
      ({ client, header }) =>
        client === 'good' || (header('akamai-cc-der') && header('x-amzn-mtls-clientcert'))
          ? 200
          : 401,
      plain,
    )
    expect(pair.data.findings[0]?.headers).to.have.lengthOf.above(1)
    expect(pair.data.findings[0]?.pages).to.deep.equal([ADVICE.forged.page])
    const own = await reportOn(
      ({ client, header }) => (client === 'good' || header('x-own') === base64 ? 200 : 401),
      await fullSettings(['X-Own']),
    )
    expect(own.data.findings[0]).to.deep.include({
      headers: ['x-own (base64-der)'],
      pages: [ADVICE.forged.page],
    })
  })

  it('has every check in its JSON', async () => {
    const { data } = await reportOn(safe, full)
    expect(data).to.include({
      url: 'https://api.example.com/me',
      baseline: '200',
      baselineAtEnd: '200',
    })
    expect(data.checks.map(({ check }) => check)).to.deep.equal(CHECKS.map(({ name }) => name))
    expect(data.checks[5]).to.deep.equal({
      check: 'forged',
      client: 'no certificate',
      headers: 'as proxies write them',
      answer: '401',
      answers: ['401', '401', '401'],
      verdict: 'rejected',
      note: undefined,
    })
    expect(data.checks.find(({ check }) => check === 'direct-forged')?.client).to.equal(
      'no certificate, direct',
    )
    expect(JSON.parse(JSON.stringify(data))).to.have.property('requests', data.requests)
  })

  it('folds the checks that were not made for the same reason', async () => {
    const closed = { kind: 'closed', code: undefined } as const
    const { lines, data } = await reportOn(
      ({ client }) => (client === 'good' ? 200 : client === 'none' ? closed : 401),
      plain,
    )
    const row = /^no certificate {2,}forged {2,}- {2,}not tried: the connection is rejected$/
    expect(lines.filter((line) => row.test(line))).to.have.lengthOf(1)
    const untried = data.checks.filter(({ verdict }) => verdict === 'not tried')
    expect(untried).to.have.lengthOf.above(5)
  })

  it('keeps rows apart with different clients, reasons or ports', async () => {
    const closed = { kind: 'closed', code: undefined } as const
    const { lines } = await reportOn(({ client }) => (client === 'good' ? 200 : closed), full)
    const untried = lines.filter((line) => line.includes('not tried: the connection is rejected'))
    expect(untried.map((line) => line.split(/ {2,}/).slice(0, 2))).to.deep.equal([
      ['no certificate', 'forged'],
      ['no certificate, direct', 'as proxies write them'],
      ['a self-signed certificate', 'forged'],
      ['the other certificate', 'as proxies write them'],
    ])
  })

  it('leaves a row for each control on a path that needs no certificate', async () => {
    const { lines } = await reportOn(() => 200, full)
    expect(
      lines.filter((line) => / - .*not tried: this path needs no certificate$/.test(line)),
    ).to.have.lengthOf.above(4)
  })

  it('shows how a request failed', async () => {
    const answers = [
      [{ kind: 'timeout' }, 'time-out'],
      [{ kind: 'unreachable', code: 'E\u001b[2J' }, 'E [2J'],
      [{ kind: 'untrusted', code: 'CERT_HAS_EXPIRED' }, 'CERT_HAS_EXPIRED'],
      [{ kind: 'closed', code: 'ECONNRESET' }, 'closed'],
    ] as const
    for (const [answer, shown] of answers) {
      const { data } = await reportOn(({ client }) => (client === 'good' ? 200 : answer), plain)
      expect(data.checks[0]).to.deep.include({ answer: shown, answers: [shown] })
    }
  })

  it('warns about checks without an answer', async () => {
    const { text, exitCode } = await reportOn(
      ({ client }) => (client === 'none' ? { kind: 'timeout' } : safe({ client } as never)),
      plain,
    )
    expect(exitCode).to.equal(0)
    expect(text).to.include(
      "\nWithout an answer: 1. These checks prove nothing.\nNo client got in that shouldn't.\n",
    )
    expect((await reportOn(safe, plain)).text).not.to.include('Without an answer')
  })

  it('warns about checks for which no request was left', async () => {
    const { text } = await reportOn(safe, await fullSettings(['a', 'b', 'c', 'd']))
    expect(text).to.match(/\nNot tried, because a run sends at most 60 requests: \d+ checks\.\n/)
    expect((await reportOn(safe, plain)).text).not.to.include('Not tried')
  })

  it('warns if the good certificate is rejected at the end', async () => {
    const warning =
      /\nAt the end, the good certificate got 429 instead of 200, so some rows may be wrong\.\n/
    const deployment: Simulated = ({ client, before }) =>
      before > 5 ? 429 : client === 'none' ? 401 : 200
    expect((await reportOn(deployment, plain)).text).to.match(warning)
    const rejected: Simulated = ({ header }) => (header(CERT) === urlPem ? 200 : 401)
    expect((await reportOn(rejected, plain)).text).not.to.include('At the end')
    expect((await reportOn(() => 200, plain)).text).not.to.include('At the end')
    const redirect: Simulated = ({ client, before }) =>
      client === 'none' || before < 6 ? statusOf(302, '/home') : statusOf(302, '/login')
    expect((await reportOn(redirect, plain)).exitCode).to.equal(1)
  })
})

describe('the checks of doctor', () => {
  it('have different names, and a control before all others of the same client', () => {
    expect(new Set(CHECKS.map(({ name }) => name)).size).to.equal(CHECKS.length)
    for (const { client, isDirect, name } of CHECKS.filter(
      ({ forgery }) => forgery !== undefined,
    )) {
      if (client === 'good') continue
      const [control] = CHECKS.filter(
        (check) => check.client === client && check.isDirect === isDirect,
      )
      expect(control?.forgery, name).to.equal(undefined)
    }
  })

  it('begin with a client that has no certificate and forges nothing', () => {
    expect(CHECKS[0]).to.deep.equal({
      name: 'no-certificate',
      client: 'none',
      advice: 'unprotected',
    })
  })

  it('use all the advice that there is', () => {
    const used = new Set(
      CHECKS.map(({ advice }) => advice).filter((advice) => advice !== undefined),
    )
    expect([...used].sort()).to.deep.equal(Object.keys(ADVICE).sort())
  })

  it('name pages that exist, with a section of that name', () => {
    const sources = Object.keys(PRESETS) as CertificateSource[]
    const pages = [...pagesOf(sources), ...Object.values(ADVICE).map(({ page }) => page)]
    for (const page of pages) {
      const [path = '', section] = page.split('#')
      expect(existsSync(new URL(path, ROOT)), page).to.equal(true)
      if (section === undefined) continue
      const headings = readFileSync(new URL(path, ROOT), 'utf8').match(/^#+ .*$/gm) ?? []
      const anchors = headings.map((line) =>
        line.replace(/^#+ /, '').toLowerCase().replaceAll(' ', '-'),
      )
      expect(anchors, page).to.include(section)
    }
  })

  it('name each page once', () => {
    expect(pagesOf(['aws-alb', 'aws-alb-verify', 'caddy'])).to.deep.equal([
      'docs/proxies/aws-alb/README.md',
      'docs/proxies/caddy/README.md',
    ])
  })
})
