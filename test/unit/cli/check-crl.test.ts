import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { RevocationFault } from '../../../src/path/crl/faults.js'
import { explainPathFault, explainRevocationFault, REVOKED } from '../../../src/path/explain.js'
import {
  ca as caOf,
  crlToPem,
  entryOf,
  flag,
  issuingDistributionPoint,
  listBy,
} from '../../support/crl-writer.js'
import { issue } from '../../support/der-chain.js'
import { extension, int, name, utcTime } from '../../support/der-writer.js'
import { failureOf, type Outcome, runCommand } from '../../support/run-command.js'

const AT = ['--at', '2030-01-01']

const root = caOf('root')
const middle = caOf('middle', { by: root, serialNumber: int(5) })
const leaf = issue({ subject: 'client', by: middle, serialNumber: int(7) })
const stranger = caOf('stranger')
const sent = leaf.pem + middle.pem

const good = { root: listBy(root), middle: listBy(middle) }

describe('check --crl', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'check-crl-'))
  })
  after(() => rm(folder, { recursive: true }))

  let files = 0
  async function fileOf(contents: string | Uint8Array): Promise<string> {
    const path = join(folder, `${(files += 1)}.crl`)
    await writeFile(path, contents)
    return path
  }

  /** Checks the client with some lists. */
  async function checkWith(
    lists: readonly (string | Uint8Array)[],
    argv: readonly string[] = AT,
    input = sent,
  ): Promise<Outcome> {
    const options = await Promise.all(lists.map(async (list) => ['--crl', await fileOf(list)]))
    const command = ['check', '--ca', await fileOf(root.pem), ...options.flat(), ...argv]
    return runCommand(command, input)
  }

  const stale = 'the list of an issuer on its path is out of date; download the current list'
  const clauseOf = (detail: RevocationFault): string =>
    detail === 'stale' ? stale : explainRevocationFault(detail)
  const firstLine = ({ out }: Outcome): string | undefined => out.split('\n')[0]

  it('accepts a client that no list names, and shows until when the lists are valid', async () => {
    const { status, out, err } = await checkWith([crlToPem(good.root), good.middle])
    expect({ status, err }).to.deep.equal({ status: 0, err: '' })
    expect(firstLine({ status, out, err })).to.equal('valid')
    expect(out).to.include(`
  CRL          CN=root: valid until 2030-02-01, 31 days left
               CN=middle: valid until 2030-02-01, 31 days left

path, `)
  })

  it('reads a bundle of lists in one file', async () => {
    const { status } = await checkWith([crlToPem(good.root) + crlToPem(good.middle)])
    expect(status).to.equal(0)
  })

  it('prints the lists and the status as JSON', async () => {
    const { status, out } = await checkWith([good.root, good.middle], [...AT, '--json'])
    expect(status).to.equal(0)
    const data = JSON.parse(out) as { crls: unknown[] }
    expect(data).to.include({ valid: true, reason: null, detail: null, revocation: 'good' })
    expect(data.crls[1]).to.deep.equal({
      issuer: 'CN=middle',
      thisUpdate: '2029-12-01T00:00:00Z',
      nextUpdate: '2030-02-01T00:00:00Z',
      validityText: 'valid until 2030-02-01, 31 days left',
    })
  })

  it('rejects a revoked client, with the reason', async () => {
    const revoked = [good.root, listBy(middle, { entries: [entryOf(7)] })]
    const outcome = await checkWith(revoked)
    expect(outcome.status).to.equal(1)
    expect(firstLine(outcome)).to.equal(
      `not valid: the client's certificate isn't accepted: ${REVOKED} (certificate_revoked)`,
    )
    expect(JSON.parse((await checkWith(revoked, [...AT, '--json'])).out)).to.deep.include({
      valid: false,
      reason: 'certificate_revoked',
      detail: null,
      explanation: `the client's certificate isn't accepted: ${REVOKED}`,
      revocation: null,
      path: [],
    })
  })

  it('rejects a client whose CA is revoked', async () => {
    const outcome = await checkWith([listBy(root, { entries: [entryOf(5)] }), good.middle])
    expect(firstLine(outcome)).to.match(/ \(certificate_revoked\)$/)
  })

  const unknown = [
    ['no_crl', [good.root], 'CN=root: valid until 2030-02-01, 31 days left'],
    [
      'stale',
      [good.root, listBy(middle, { nextUpdate: utcTime('291231000000Z') })],
      'CN=middle: expired on 2029-12-31, 24 hours ago',
    ],
    [
      'from_the_future',
      [good.root, listBy(middle, { thisUpdate: utcTime('300103000000Z') })],
      'CN=middle: not valid before 2030-01-03, in 2 days',
    ],
    [
      'no_next_update',
      [good.root, listBy(middle, { nextUpdate: null })],
      "CN=middle: doesn't say until when it is valid",
    ],
  ] as const
  for (const [detail, lists, shown] of unknown) {
    it(`rejects a client with the detail ${detail}, and shows the dates of the list`, async () => {
      const outcome = await checkWith(lists)
      const explanation = `it isn't known whether the client's certificate is revoked: ${clauseOf(detail)}`
      expect(outcome.status).to.equal(1)
      expect(firstLine(outcome)).to.equal(
        `not valid: ${explanation} (revocation_unknown, ${detail})`,
      )
      expect(outcome.out).to.include(shown)
      const { out } = await checkWith(lists, [...AT, '--json'])
      const codes = { reason: 'revocation_unknown', detail, explanation, revocation: null }
      expect(JSON.parse(out)).to.deep.include(codes)
    })
  }

  it('prints null for a list without a nextUpdate', async () => {
    const lists = [good.root, listBy(middle, { nextUpdate: null })]
    const { out } = await checkWith(lists, [...AT, '--json'])
    expect((JSON.parse(out) as { crls: object[] }).crls[1]).to.include({ nextUpdate: null })
  })

  it('takes a list of an issuer that is missing, and says that the issuer is', async () => {
    const outcome = await checkWith([good.root, good.middle], AT, leaf.pem)
    expect(outcome.status).to.equal(1)
    expect(firstLine(outcome)).to.include(explainPathFault('unknown_issuer'))
  })

  it('takes a list of a CA that is only in --intermediates', async () => {
    const argv = [...AT, '--intermediates', await fileOf(middle.der)]
    expect((await checkWith([good.root, good.middle], argv, leaf.pem)).status).to.equal(0)
  })

  it('takes a bundle in which one list is that of another CA', async () => {
    const bundle = crlToPem(listBy(stranger)) + crlToPem(good.root)
    expect((await checkWith([bundle, good.middle])).status).to.equal(0)
  })

  const delta = extension('2.5.29.27', int(1), true)
  const bad: [title: string, contents: string | Uint8Array, line: RegExp][] = [
    [
      'a delta CRL',
      listBy(root, { extensions: [delta] }),
      /^CRL 1 of option "crl" is a delta CRL, /,
    ],
    [
      'an indirect CRL',
      listBy(root, { extensions: [issuingDistributionPoint(flag(0x84))] }),
      /^CRL 1 of option "crl" is an indirect CRL, /,
    ],
    [
      'a truncated CRL in DER',
      good.root.subarray(0, -1),
      /^CRL 1 of option "crl" isn't a revocation /,
    ],
    [
      'a truncated CRL in PEM',
      crlToPem(good.root).slice(0, 200),
      /^this is truncated, because an END line is missing\. Download it again$/,
    ],
    ['a web page', '<html>', /^option "crl" must hold whole X509 CRL blocks in PEM, /],
    ...[root.der, root.pem].map((contents): [string, string | Uint8Array, RegExp] => [
      `a certificate in ${typeof contents === 'string' ? 'PEM' : 'DER'}`,
      contents,
      /^this is a certificate\. Pass the revocation list of the CA instead$/,
    ]),
    [
      'a CRL of another CA with the same name',
      listBy(caOf('root')),
      /^CRL 1 of option "crl" isn't signed by any CA of its issuer's name\. /,
    ],
    [
      'a CRL of another CA',
      listBy(stranger),
      /^the list is that of CN=stranger, which is no CA of this client; pass the list of a CA on its path$/,
    ],
    [
      'control characters in the name of another CA',
      listBy(root, { issuer: name('a\u001b[2J') }),
      /^the list is that of CN=a \[2J, which /,
    ],
  ]
  for (const [title, contents, line] of bad) {
    it(`explains ${title}, and names the file`, async () => {
      const failure = failureOf(await checkWith([good.root, contents]))
      const [, rest = ''] = /^--crl \S+\.crl: (.*)$/.exec(failure) ?? []
      expect(rest).to.match(line)
      expect(rest).not.to.include('Received')
    })
  }

  it('explains a file that is missing, empty or a directory, and standard input', async () => {
    const explain = async (file: string) =>
      failureOf(await runCommand(['check', '--ca', await fileOf(root.pem), '--crl', file], sent))
    expect(await explain('/no/ca.crl')).to.equal(
      '/no/ca.crl: there is no such file; check the path',
    )
    expect(await explain(folder)).to.match(/: this is a directory; pass a file in it$/)
    expect(await explain(await fileOf(''))).to.match(
      /: the file is empty; pass a revocation list in PEM or DER$/,
    )
    expect(await explain('-')).to.equal(
      'only the certificate can come from standard input; pass CAs and lists as files',
    )
  })

  it('reads a list that is larger than 1 MiB, and none that is larger than 128 MiB', async () => {
    const entries = Array.from({ length: 60_000 }, (_, index) => entryOf(100_000 + index))
    const large = listBy(root, { entries })
    expect(large).to.have.lengthOf.above(1024 * 1024)
    expect((await checkWith([large, good.middle])).status).to.equal(0)
    const huge = await fileOf('')
    await truncate(huge, 128 * 1024 * 1024 + 1)
    const argv = ['check', '--ca', await fileOf(root.pem), '--crl', huge]
    expect(failureOf(await runCommand(argv, sent))).to.match(
      / has more than 128 MiB; pass the list of one CA$/,
    )
  })
})
