import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { explainPathFault } from '../../../src/path/explain.js'
import type { PathFault } from '../../../src/path/verdict.js'
import type { Holder } from '../../support/der-chain.js'
import { certificateOf, name, spkiOf, utcTime } from '../../support/der-writer.js'
import {
  caWith,
  issuePath,
  type Level,
  keyUsage,
  purposes,
  SERVER_AUTH,
} from '../../support/paths.js'
import { failureOf, runCommand } from '../../support/run-command.js'

const [root, ca, leaf] = issuePath({ subject: 'root' }, { subject: 'ca' }, { subject: 'leaf' }) as [
  Holder,
  Holder,
  Holder,
]
const AT = ['--at', '2030-01-01']

describe('check', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'check-'))
  })
  after(() => rm(folder, { recursive: true }))

  let files = 0
  async function fileOf(contents: string | Uint8Array): Promise<string> {
    const path = join(folder, `${(files += 1)}.pem`)
    await writeFile(path, contents)
    return path
  }

  /** Checks the last certificate of a path against the first. */
  async function checkPath(path: readonly Holder[], ...argv: string[]) {
    const [anchor, ...others] = path.map(({ pem }) => pem)
    return runCommand(
      ['check', '--ca', await fileOf(anchor as string), ...argv],
      others.reverse().join(''),
    )
  }

  it('shows a valid path, from the leaf to the CA', async () => {
    const { fingerprint256 } = new X509Certificate(leaf.der)
    const expected = {
      status: 0,
      err: '',
      out: `valid (revocation not checked; pass --crl)
  subject      CN=leaf
  validity     valid until 2049-12-31, 19 years left
  purpose      any, because it has no extendedKeyUsage
  SHA-256      ${fingerprint256}

path, from the client's certificate to your CA
  1. CN=leaf
  2. CN=ca
  3. CN=root
`,
    }
    expect(await checkPath([root, ca, leaf], ...AT)).to.deep.equal(expected)
    const [anchor, between, client] = await Promise.all(
      [root, ca, leaf].map(({ der }) => fileOf(der)),
    )
    const argv = ['--ca', anchor, '--intermediates', between, client] as string[]
    expect(await runCommand(['check', ...AT, ...argv])).to.deep.equal(expected)
  })

  it('takes --ca and --intermediates more than once, and a header value', async () => {
    const [other] = issuePath({ subject: 'other' }, { subject: 'x' }) as [Holder, Holder]
    const cas = await Promise.all([other, root].map(async ({ pem }) => ['--ca', await fileOf(pem)]))
    const between = await Promise.all(
      [ca, other].map(async ({ pem }) => ['--intermediates', await fileOf(pem)]),
    )
    const argv = ['check', '--json', ...AT, ...cas.flat(), ...between.flat(), '-']
    const { status, out } = await runCommand(argv, `:${leaf.der.toString('base64')}:`)
    expect(status).to.equal(0)
    const data = JSON.parse(out) as { path: string[]; certificate: { subject: string } }
    expect(data.certificate.subject).to.equal('CN=leaf')
    expect({ ...data, certificate: undefined }).to.deep.equal({
      valid: true,
      reason: null,
      detail: null,
      explanation: null,
      revocation: 'unchecked',
      crls: [],
      path: ['CN=leaf', 'CN=ca', 'CN=root'],
      certificate: undefined,
    })
  })

  it('explains an invalid path, and exits with 1', async () => {
    const { status, out, err } = await checkPath([root, leaf], ...AT)
    expect({ status, err }).to.deep.equal({ status: 1, err: '' })
    expect(out).to
      .equal(`not valid: the client's certificate isn't trusted: ${explainPathFault('unknown_issuer')} (certificate_chain_untrusted, unknown_issuer)
  subject      CN=leaf
  validity     valid until 2049-12-31, 19 years left
  purpose      any, because it has no extendedKeyUsage
  SHA-256      ${new X509Certificate(leaf.der).fingerprint256}
`)
  })

  it('prints the detail of an invalid path as JSON', async () => {
    const { status, out } = await checkPath([root, leaf], ...AT, '--json')
    expect(status).to.equal(1)
    expect(JSON.parse(out)).to.deep.include({
      valid: false,
      reason: 'certificate_chain_untrusted',
      detail: 'unknown_issuer',
      explanation: `the client's certificate isn't trusted: ${explainPathFault('unknown_issuer')}`,
      path: [],
    })
  })

  const faults: [detail: PathFault, levels: Level[]][] = [
    ['extended_key_usage', [{ subject: 'a' }, { subject: 'b', with: [purposes(SERVER_AUTH)] }]],
    ['key_usage', [{ subject: 'a' }, { subject: 'b', with: [keyUsage(0x20, 5)] }]],
    ['not_a_ca', [{ subject: 'a' }, { subject: 'b', basic: null }, { subject: 'c' }]],
    ['path_length', [{ subject: 'a', basic: caWith(0) }, { subject: 'b' }, { subject: 'c' }]],
    [
      'expired',
      [{ subject: 'a' }, { subject: 'b', notAfter: utcTime('290101000000Z') }, { subject: 'c' }],
    ],
  ]
  for (const [detail, levels] of faults) {
    it(`names the detail ${detail}`, async () => {
      const { status, out } = await checkPath(issuePath(...levels), ...AT)
      expect(status).to.equal(1)
      expect(out.split('\n')[0]).to.equal(
        `not valid: the client's certificate isn't trusted: ${explainPathFault(detail)} ` +
          `(certificate_chain_untrusted, ${detail})`,
      )
    })
  }

  it('tells a valid path of a certificate that has expired, or is not valid yet', async () => {
    const path = issuePath(
      { subject: 'a' },
      { subject: 'b', notBefore: utcTime('280101000000Z'), notAfter: utcTime('290101000000Z') },
    )
    const [early, late] = await Promise.all([
      checkPath(path, '--at', '2027-12-30T00:00Z'),
      checkPath(path, ...AT),
    ])
    expect(early.out.split('\n')[0]).to.equal(
      "not valid: its path leads to your CA, but the certificate itself isn't valid at this time: " +
        'not valid before 2028-01-01, in 2 days (certificate_not_yet_valid)',
    )
    expect(late.out.split('\n')[0]).to.equal(
      "not valid: its path leads to your CA, but the certificate itself isn't valid at this time: " +
        'expired on 2029-01-01, 365 days ago (certificate_expired)',
    )
    const { status, out } = await checkPath(path, ...AT, '--json')
    expect(status).to.equal(1)
    expect(JSON.parse(out)).to.deep.include({
      valid: false,
      reason: 'certificate_expired',
      detail: null,
    })
  })

  it('shows a certificate without a subject', async () => {
    const parts = { issuer: 'root', subject: name(), signer: root.privateKey }
    const nameless = certificateOf({ ...parts, spki: spkiOf(leaf.privateKey) })
    const argv = ['check', '--ca', await fileOf(root.der), ...AT]
    const { out } = await runCommand(argv, nameless)
    expect(out).to.include('  subject      (empty)\n')
    expect(out).to.include('  1. (empty)\n')
  })

  it('does not let a terminal obey names in a certificate', async () => {
    const { out } = await checkPath(issuePath({ subject: 'a' }, { subject: 'b\u001b[2J' }), ...AT)
    expect(out).to.include('  subject      CN=b [2J\n')
    expect(out).to.include('  1. CN=b [2J\n')
  })

  it('takes at most 10 certificates after the first', async () => {
    const many = [root, ...Array.from({ length: 10 }, () => ca), leaf]
    expect((await checkPath(many, ...AT)).status).to.equal(0)
    expect(failureOf(await checkPath([...many.slice(0, 2), ...many.slice(1)], ...AT))).to.equal(
      'the file holds 12 certificates, but a client sends at most 11; pass CAs with --ca or --intermediates',
    )
  })

  const mistakes: [title: string, argv: () => Promise<string[]>, line: RegExp][] = [
    [
      'no CA',
      () => Promise.resolve(['a']),
      /^name the CAs that you trust, for example with --ca clients-ca.pem$/,
    ],
    [
      'two files',
      () => Promise.resolve(['a', 'b']),
      /^check takes one file, or - for standard input$/,
    ],
    [
      'CAs on standard input',
      () => Promise.resolve(['--ca', '-']),
      /^only the certificate can come from standard input; pass CAs and lists as files$/,
    ],
    [
      'intermediates on standard input',
      async () => ['--ca', await fileOf(root.pem), '--intermediates', '-'],
      /^only the certificate can/,
    ],
    ...['ca', 'intermediates', 'crl'].map((option): [string, () => Promise<string[]>, RegExp] => [
      `--${option} without a name`,
      async () => ['--ca', await fileOf(root.pem), `--${option}=`],
      new RegExp(`^--${option} is empty; pass the name of a file with it$`),
    ]),
    [
      'a CA file that is missing',
      () => Promise.resolve(['--ca', '/no/ca.pem']),
      /^\/no\/ca.pem: there is no such file; /,
    ],
    [
      'a leaf as the CA',
      async () => ['--ca', await fileOf(leaf.pem)],
      /^--ca \S+: CA certificate 1 of option "ca" .*CA/,
    ],
    [
      'a CA file that holds none',
      async () => ['--ca', await fileOf('x')],
      /^--ca \S+: nothing in this text begins like a certificate; pass/,
    ],
    [
      'intermediates that hold none',
      async () => ['--ca', await fileOf(root.pem), '--intermediates', await fileOf('x')],
      /^--intermediates \S+: nothing in this text/,
    ],
    [
      'a date that is none',
      async () => ['--ca', await fileOf(root.pem), '--at', '2030-13-01'],
      /^--at needs a date/,
    ],
    [
      'a missing certificate',
      async () => ['--ca', await fileOf(root.pem), '/no/client.pem'],
      /^\/no\/client.pem: there is no such file; /,
    ],
  ]
  for (const [title, argv, line] of mistakes) {
    it(`explains ${title}`, async () => {
      expect(failureOf(await runCommand(['check', ...(await argv())], leaf.pem))).to.match(line)
    })
  }

  const noneLeft =
    'no certificate to check is left, because every file that you named belongs to an option; name the ' +
    "client's certificate last"

  it('says that the certificate is missing if standard input is empty', async () => {
    const argv = ['check', '--ca', await fileOf(root.pem)]
    expect(failureOf(await runCommand(argv))).to.equal(noneLeft)
    expect(failureOf(await runCommand([...argv, '-']))).to.match(/^standard input is empty; pass /)
  })

  for (const option of ['--intermediates', '--crl']) {
    it(`does not wait for a terminal if ${option} took the certificate`, async () => {
      const argv = ['check', '--ca', await fileOf(root.pem), option, await fileOf('x')]
      const isTTY = true
      expect(failureOf(await runCommand(argv, leaf.pem, { isTTY }))).to.equal(noneLeft)
      const named = failureOf(await runCommand([...argv, '-'], leaf.pem, { isTTY }))
      expect(named).to.match(new RegExp(`^${option} `))
      expect(failureOf(await runCommand(argv, leaf.pem, { isTTY: false }))).to.equal(named)
    })
  }

  it('reads a certificate that is pasted into a terminal', async () => {
    const argv = ['check', '--ca', await fileOf(ca.pem), ...AT]
    expect((await runCommand(argv, leaf.pem, { isTTY: true })).status).to.equal(0)
  })
})
