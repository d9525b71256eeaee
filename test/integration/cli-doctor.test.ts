import { expect } from 'chai'
import {
  argumentsFor,
  CERT,
  decode,
  encode,
  findingsAt,
  first,
  nameOf,
  safeProxy,
  VERIFY,
  without,
} from '../support/doctor-site.js'
import { diagnoseDeployment, removeFiles, runDoctor, writeFiles } from '../support/doctor.js'
import {
  clientOf,
  type HeaderLine,
  type Rewrite,
  startNodeProxy,
  toLines,
} from '../support/node-proxy.js'
import { testPki } from '../support/pki.js'
import { closeServers, listenHttp, listenHttps } from '../support/servers.js'

describe('doctor, against Node servers', () => {
  let known: string
  before(async () => (known = (await testPki()).ec.raw.toString('base64')))
  afterEach(closeServers)
  after(removeFiles)

  /** Wants the good certificate in the header, and `SUCCESS`. */
  const application = (lines: readonly HeaderLine[]): number =>
    decode(first(lines, CERT)) === known && first(lines, VERIFY) === 'SUCCESS' ? 200 : 401

  it('finds nothing where the handshake rejects all others', async () => {
    const server = await listenHttps((_req, res) => res.end(), { rejectUnauthorized: true })
    expect(await findingsAt(server)).to.deep.equal([])
  })

  it('finds nothing where the application compares certificates', async () => {
    const server = await listenHttps((req, res) => {
      const { certificate, isVerified } = clientOf(req)
      const isKnown = isVerified && certificate?.toString('base64') === known
      res.writeHead(isKnown ? 200 : 401).end()
    })
    expect(await findingsAt(server)).to.deep.equal([])
  })

  it('finds nothing behind a proxy that sets both headers', async () => {
    const { proxy } = await startNodeProxy(safeProxy, application)
    expect(await findingsAt(proxy)).to.deep.equal([])
  })

  it('finds a path that needs no certificate', async () => {
    expect(await findingsAt(await listenHttps((_req, res) => res.end()))).to.deep.equal([
      'no-certificate',
    ])
  })

  it('finds rejectUnauthorized: false without a check', async () => {
    const server = await listenHttps((req, res) => {
      const { certificate } = clientOf(req)
      res.writeHead(/CN=ec-client/.test(nameOf('subject', certificate)) ? 200 : 401).end()
    })
    expect(await findingsAt(server)).to.deep.equal(['self-signed', 'false-ca'])
  })

  it('finds an application that compares the name of the issuer', async () => {
    const server = await listenHttps((req, res) => {
      const { certificate } = clientOf(req)
      res.writeHead(/CN=Test root/.test(nameOf('issuer', certificate)) ? 200 : 401).end()
    })
    expect(await findingsAt(server)).to.deep.equal(['false-ca'])
  })

  it('finds a header that any client may set', async () => {
    const server = await listenHttps((req, res) => {
      const { isVerified } = clientOf(req)
      const isForged = decode(first(toLines(req.rawHeaders), CERT)) === known
      res.writeHead(isVerified || isForged ? 200 : 401).end()
    })
    expect(await findingsAt(server)).to.deep.equal(['forged', 'self-signed-forged'])
  })

  const mistakes: readonly (readonly [
    title: string,
    rewrite: Rewrite,
    findings: string[],
    read?: (lines: readonly HeaderLine[]) => number,
  ])[] = [
    [
      'a proxy that appends',
      (lines, client) => [...lines, ...safeProxy([], client)],
      ['forged', 'good-forged', 'self-signed-forged'],
    ],
    [
      'a proxy that sets nothing',
      (lines) => lines,
      ['forged', 'good-forged', 'self-signed-forged'],
    ],
    [
      'a proxy that sets only the verify header',
      (lines, { isVerified }) => [
        ...without(lines, VERIFY),
        [VERIFY, isVerified ? 'SUCCESS' : 'NONE'],
      ],
      ['good-forged'],
    ],
    [
      'a proxy that replaces only lower-case names',
      (lines, client) => [
        ...safeProxy([], client),
        ...lines.filter(([name]) => name !== CERT && name !== VERIFY),
      ],
      ['twice'],
      // The last line is taken.
      (lines) => application([...lines].reverse()),
    ],
    [
      'a proxy that passes names with _ to an application with CGI-style names',
      safeProxy,
      ['underscores', 'good-underscores'],
      (lines) => application(lines.map(([name, value]) => [name.replaceAll('_', '-'), value])),
    ],
    [
      'a proxy that drops its verify header for `Connection`',
      (lines, client) => {
        const listed = (first(lines, 'connection') ?? '').toLowerCase().split(/, */)
        return without(safeProxy(lines, client), ...listed)
      },
      ['self-signed-dropped'],
      (lines) => {
        const hasFailed = !['SUCCESS', undefined].includes(first(lines, VERIFY))
        return hasFailed || decode(first(lines, CERT)) === '' ? 401 : 200
      },
    ],
    [
      "a proxy that passes the client's verify header on",
      (lines, { certificate, isVerified }) => [
        ...without(lines, CERT),
        [CERT, encode(certificate)],
        ...(first(lines, VERIFY) === undefined
          ? [[VERIFY, isVerified ? 'SUCCESS' : 'NONE'] as const]
          : []),
      ],
      ['self-signed-forged'],
      (lines) =>
        decode(first(lines, CERT)) !== '' && first(lines, VERIFY) === 'SUCCESS' ? 200 : 401,
    ],
    [
      'an application that reads the verify header alone',
      (lines) => lines,
      ['forged', 'good-forged', 'self-signed-forged'],
      (lines) => (first(lines, VERIFY) === 'SUCCESS' ? 200 : 401),
    ],
  ]
  for (const [title, rewrite, findings, read] of mistakes) {
    it(`finds ${title}`, async () => {
      const { proxy } = await startNodeProxy(rewrite, read ?? application)
      expect(await findingsAt(proxy)).to.deep.equal(findings)
    })
  }

  it('finds a header with a name of yours, and another header that goes along', async () => {
    const own = (lines: readonly HeaderLine[]): number =>
      first(lines, 'x-own-cert') === known && first(lines, 'x-own-verify') === 'yes' ? 200 : 401
    const { proxy } = await startNodeProxy(
      (lines, { certificate }) => [
        ...lines,
        ...(certificate === undefined
          ? []
          : ([
              ['x-own-cert', certificate.toString('base64')],
              ['x-own-verify', 'yes'],
            ] as const)),
      ],
      own,
    )
    expect(await findingsAt(proxy)).to.deep.equal([])
    const more = ['--header', 'X-Own-Cert', '--header', 'X-Own-Verify: yes']
    expect(await findingsAt(proxy, ...more)).to.include('forged')
  })

  it('finds that another certificate gets in with a forged header only', async () => {
    const { proxy } = await startNodeProxy(
      (lines, client) => [
        ...(client.certificate === undefined ? [] : lines),
        ...safeProxy([], client),
      ],
      application,
      { rejectUnauthorized: true },
    )
    const { chained, intermediate } = await testPki()
    const { cert, key } = writeFiles({ cert: chained.cert + intermediate.cert, key: chained.key })
    const findings = await findingsAt(proxy, '--other-cert', cert, '--other-key', key)
    expect(findings).to.deep.equal(['good-forged', 'other-forged'])
  })

  it('finds an application that can be reached without its proxy', async () => {
    const { proxy, backend } = await startNodeProxy(safeProxy, application)
    const direct = `http://127.0.0.1:${backend.port}`
    expect(await findingsAt(proxy, '--direct', direct)).to.deep.equal(['direct-forged'])
    const open = await listenHttp((_req, res) => res.end())
    const other = `http://127.0.0.1:${open.port}`
    expect(await findingsAt(proxy, '--direct', other)).to.deep.equal(['direct'])
  })

  it('reports clients that get no answer', async () => {
    const server = await listenHttps((req, res) => {
      if (clientOf(req).isVerified) res.end()
    })
    const { checks, findings } = await diagnoseDeployment(
      ...(await argumentsFor(server)),
      '--timeout',
      '1',
    )
    expect(findings).to.deep.equal([])
    expect(checks[0]).to.include({ answer: 'time-out', verdict: 'no answer' })
  })

  it('stops if the good certificate gets no answer', async () => {
    const server = await listenHttps(() => undefined)
    const { status, out, err } = await runDoctor(...(await argumentsFor(server)), '--timeout', '1')
    expect({ status, out }).to.deep.equal({ status: 2, out: '' })
    expect(err).to.match(/, doesn't answer the good certificate within 1 s\n$/)
  })

  it('stops if it does not trust the server, and says what to do', async () => {
    const requests: unknown[] = []
    const server = await listenHttps((req, res) => {
      requests.push(req)
      res.end()
    })
    const [url = '', , cert = '', , key = ''] = await argumentsFor(server)
    const { status, err } = await runDoctor(url, '--cert', cert, '--key', key)
    expect(status).to.equal(2)
    expect(err).to.match(
      / isn't trusted \(SELF_SIGNED_CERT_IN_CHAIN\); pass the CA that issued it with --ca, /,
    )
    expect(requests).to.deep.equal([])
    const insecure = await runDoctor(url, '--cert', cert, '--key', key, '--insecure')
    expect(insecure.status).to.equal(1)
  })

  it('sends at most 60 requests, only to the given host, and follows no redirect', async () => {
    const [asked, elsewhere]: [string[], unknown[]] = [[], []]
    const other = await listenHttp((req, res) => {
      elsewhere.push(req)
      res.end()
    })
    const server = await listenHttps((req, res) => {
      const { isVerified } = clientOf(req)
      asked.push(`${req.method ?? ''} ${req.url ?? ''}`)
      res.writeHead(isVerified ? 302 : 307, { location: `http://127.0.0.1:${other.port}/` }).end()
    })
    const names = ['a', 'b', 'c', 'd', 'e'].flatMap((name) => ['--header', name])
    const data = await diagnoseDeployment(...(await argumentsFor(server)), ...names)
    expect(asked).to.deep.equal(Array(60).fill('GET /me'))
    expect(data).to.include({ requests: 60, baseline: '302' })
    expect(elsewhere).to.deep.equal([])
  })

  it('reads no body, and ends each connection', async () => {
    const server = await listenHttps((req, res) => {
      res.writeHead(clientOf(req).isVerified ? 200 : 401)
      // It never ends.
      res.write('x')
    })
    expect(await findingsAt(server)).to.deep.equal([])
  })
})
