import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { explainHeader, explainVerification } from '../../src/extractor/explain-header.js'
import { explainSocket } from '../../src/extractor/explain-socket.js'
import type { DetailsByReason, SocketDetail } from '../../src/extractor/result.js'
import type { RevocationFault } from '../../src/path/crl/faults.js'
import { explainPathFault, explainRevocationFault, REVOKED } from '../../src/path/explain.js'
import type { PathFault } from '../../src/path/verdict.js'
import { type Attack, ATTACKS, root, VICTIM_PATH } from '../attacks/support/path-attacks.js'
import { revoke } from '../attacks/support/socket-crl.js'
import type { Setup } from '../support/details-server.js'
import { issue } from '../support/der-chain.js'
import {
  crlToPem,
  entryOf,
  flag,
  issuingDistributionPoint,
  listBy,
  reasons,
} from '../support/crl-writer.js'
import {
  basicConstraints,
  bits,
  certificateOf,
  ecSpki,
  extension,
  int,
  oid,
  seq,
  toPem,
  utcTime,
} from '../support/der-writer.js'
import { keyUsage } from '../support/paths.js'
import { toBase64Der, toUrlPem, toXfcc } from '../support/header-values.js'
import { createAuthority, type Issued, testPki, type TestPki } from '../support/pki.js'

const SERVER = fileURLToPath(new URL('../support/details-server.ts', import.meta.url))
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'

/** A request, and what the operator of the server is told about it. */
interface Case {
  readonly reason: keyof DetailsByReason
  readonly detail: string | undefined
  readonly code?: string
  readonly message: string
  /** A part of the line of the trace. */
  readonly trace: string
  readonly strategy: string
  readonly server: string
  readonly lines?: readonly string[]
  readonly client?: Partial<Issued>
  readonly query?: string
}

const STRATEGIES = {
  socket: {},
  header: {
    certificateHeader: 'X-Cert',
    headerEncoding: 'base64-der',
    chainHeader: 'X-Chain',
    includeChain: true,
    trustedProxies: 'loopback',
  },
  envoy: { certificateSource: 'envoy', trustedProxies: 'loopback' },
  hop: { certificateSource: 'envoy', trustedProxies: 'loopback', xfccHop: 0 },
  nginx: { certificateSource: 'nginx', trustedProxies: 'loopback' },
  elsewhere: { certificateSource: 'nginx', trustedProxies: '192.0.2.1' },
  no: { certificateSource: 'nginx', trustedProxies: 'no' },
  throws: { certificateSource: 'nginx', trustedProxies: 'throws' },
} as const

/** Whether a request on Node can have the detail here. Some need a renegotiation, or another runtime. */
const EVERY: { [Reason in keyof DetailsByReason]: Record<DetailsByReason[Reason], boolean> } = {
  socket_not_authorized: {
    not_tls: true,
    certificate_not_requested: true,
    no_certificate: true,
    untrusted_ca: true,
    self_signed: true,
    expired: true,
    not_yet_valid: true,
    wrong_purpose: true,
    revoked: true,
    renegotiation: false,
    connection_lost: true,
    other: true,
  },
  header_missing_or_malformed: {
    not_sent: true,
    sent_more_than_once: true,
    lookalike_header: true,
    named_in_connection: true,
    too_many_headers: true,
    wrong_encoding: true,
    not_a_certificate: true,
    unsupported_key: true,
    too_many_certificates: true,
    chain_malformed: true,
    several_elements: true,
    no_certificate_in_element: true,
    hash_mismatch: true,
    names_differ: true,
  },
  verification_header_mismatch: {
    not_sent: true,
    sent_more_than_once: true,
    wrong_value: true,
    lookalike_header: true,
    named_in_connection: true,
  },
  untrusted_proxy: {
    address_unknown: true,
    address_not_listed: true,
    function_said_no: true,
    no_certificate: true,
    untrusted_ca: true,
    // Settings in JSON have no trust stores.
    revoked: false,
    revocation_unknown: false,
    expired: true,
    not_yet_valid: true,
  },
  certificate_chain_untrusted: {
    unknown_issuer: true,
    bad_signature: true,
    expired: true,
    not_yet_valid: true,
    not_a_ca: true,
    path_length: true,
    path_too_long: true,
    key_usage: true,
    extended_key_usage: true,
    name_constraints: true,
    unknown_critical_extension: true,
    weak_algorithm: true,
    policy: true,
    malformed: true,
  },
  certificate_revoked: {},
  revocation_unknown: {
    no_crl: true,
    // Settings in JSON have no functions.
    function_said_unknown: false,
    function_failed: false,
    out_of_scope: true,
    some_reasons_only: true,
    weak_algorithm: true,
    signer_not_allowed: true,
    bad_signature: true,
    unknown_critical_extension: true,
    no_next_update: true,
    from_the_future: true,
    stale: true,
  },
  certificate_not_retrievable: { unsupported_key: false, unsupported_server: false },
  lambda_event_missing_clientcert: {},
  lambda_event_clientcert_malformed: {
    not_a_certificate: false,
    too_many_certificates: false,
    unsupported_key: false,
  },
  certificate_expired: {},
  certificate_not_yet_valid: {},
}

const REQUIRED = 'Client certificate required'
const REJECTED = 'Client certificate rejected'
const HEADER = 'Client certificate header missing or malformed'
const VERIFICATION = 'Client certificate verification failed'
const PROXY = 'Client certificate header from an untrusted source'

async function listCases(pki: TestPki, unlisted: Issued): Promise<Case[]> {
  const [notBefore, notAfter] = [new Date('2090-01-01'), new Date('2091-01-01')]
  const future = await pki.root.issue({ subject: 'CN=alice', notBefore, notAfter })
  const forServers = await pki.root.issue({ subject: 'CN=alice', extendedKeyUsage: [SERVER_AUTH] })
  return [
    ...socketCases(pki, { future, forServers, unlisted }),
    ...headerCases(pki, future),
    ...xfccCases(pki),
    ...verificationCases(pki),
    ...proxyCases(pki, future),
    ...pathCases(),
    ...revocationCases(),
  ]
}

function socketCases(
  pki: TestPki,
  { future, forServers, unlisted }: Record<'future' | 'forServers' | 'unlisted', Issued>,
): Case[] {
  const kinds: [
    detail: SocketDetail,
    server: string,
    client?: Issued | undefined,
    code?: string,
  ][] = [
    ['not_tls', 'http'],
    ['certificate_not_requested', 'unasked', pki.ec],
    ['no_certificate', 'https', undefined, 'UNABLE_TO_GET_ISSUER_CERT'],
    ['untrusted_ca', 'https', pki.unknown, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['self_signed', 'https', pki.selfSigned, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['expired', 'https', pki.expired, 'CERT_HAS_EXPIRED'],
    ['not_yet_valid', 'https', future, 'CERT_NOT_YET_VALID'],
    ['wrong_purpose', 'https', forServers, 'INVALID_PURPOSE'],
    ['revoked', 'crl', pki.ec, 'CERT_REVOKED'],
    ['other', 'crl', unlisted, 'UNABLE_TO_GET_CRL'],
  ]
  const withoutCertificate = ['not_tls', 'certificate_not_requested', 'no_certificate']
  const cases = kinds.map(([detail, server, client, code]) => ({
    reason: 'socket_not_authorized' as const,
    detail,
    message: withoutCertificate.includes(detail) ? REQUIRED : REJECTED,
    trace: explainSocket(detail, code),
    strategy: 'socket',
    server,
    ...(code && { code }),
    ...(client && { client }),
  }))
  const lost = {
    reason: 'socket_not_authorized' as const,
    detail: 'connection_lost',
    message: REQUIRED,
    trace: explainSocket('connection_lost'),
    strategy: 'socket',
    server: 'https',
    client: pki.ec,
    query: '?destroyed',
  }
  return [...cases, lost]
}

type Kind = [detail: string, trace: string, lines: string[]]

function over(
  strategy: string,
  common: Pick<Case, 'reason' | 'message'>,
  kinds: readonly Kind[],
): Case[] {
  return kinds.map(([detail, trace, lines]) => ({
    ...common,
    detail,
    trace,
    lines,
    strategy,
    server: 'http',
  }))
}

function headerCases({ ec, rsa }: TestPki, future: Issued): Case[] {
  const cert = toBase64Der(ec)
  const sent = `X-Cert: ${cert}`
  const unusable = certificateOf({ spki: ecSpki(oid('1.2.3'), Buffer.alloc(65, 4)) })
  const many = Array.from({ length: 1100 }, (_, at) => `X-${at}: 1`)
  const names = { header: 'x-cert', line: 'x_cert', encoding: 'base64-der' } as const
  const common = { reason: 'header_missing_or_malformed', message: HEADER } as const
  const ended = { reason: 'certificate_not_yet_valid', detail: undefined } as const
  return [
    ...over('header', common, [
      ['not_sent', "header x-cert wasn't sent; the client presented no certificate", []],
      ['not_sent', 'header x-cert says that there is no certificate', ['X-Cert: (null)']],
      ['sent_more_than_once', explainHeader('sent_more_than_once', names), [sent, sent]],
      ['lookalike_header', explainHeader('lookalike_header', names), [sent, `X_Cert: ${cert}`]],
      [
        'named_in_connection',
        explainHeader('named_in_connection', names),
        [sent, 'Connection: close, X-Cert'],
      ],
      ['too_many_headers', explainHeader('too_many_headers', names), [sent, ...many]],
      [
        'wrong_encoding',
        "header x-cert isn't valid base64-der; it looks like url-pem, which the preset 'nginx' reads",
        [`X-Cert: ${toUrlPem(ec)}`],
      ],
      ['wrong_encoding', explainHeader('wrong_encoding', names), ['X-Cert: secret']],
      [
        'not_a_certificate',
        explainHeader('not_a_certificate', names),
        [`X-Cert: ${cert.slice(0, -8)}`],
      ],
      [
        'unsupported_key',
        "header x-cert holds a certificate whose public key can't be used: its elliptic curve is unknown",
        [`X-Cert: ${unusable.toString('base64')}`],
      ],
      [
        'too_many_certificates',
        explainHeader('too_many_certificates', names),
        [`X-Cert: ${toBase64Der(ec, rsa)}`],
      ],
      [
        'chain_malformed',
        explainHeader('chain_malformed', { header: 'x-chain' }),
        [sent, 'X-Chain: secret'],
      ],
    ]),
    {
      ...ended,
      message: 'Client certificate is not yet valid',
      trace: "the client's certificate isn't valid yet",
      strategy: 'header',
      server: 'http',
      lines: [`X-Cert: ${toBase64Der(future)}`],
    },
  ]
}

function xfccCases({ ec, rsa }: TestPki): Case[] {
  const line = (value: string): string[] => [`X-Forwarded-Client-Cert: ${value}`]
  const common = { reason: 'header_missing_or_malformed', message: HEADER } as const
  const rejected = 'header x-forwarded-client-cert is rejected: '
  const hash = 'a'.repeat(64)
  return [
    ...over('envoy', common, [
      ['several_elements', `${rejected}it has 2 elements`, line(`${toXfcc(ec)},${toXfcc(rsa)}`)],
      ['no_certificate_in_element', `${rejected}the element has no`, line(`By=x;Hash=${hash}`)],
      [
        'hash_mismatch',
        `${rejected}Hash is the SHA-256 of another`,
        line(`Hash=${hash};Cert="${toUrlPem(ec)}"`),
      ],
    ]),
    ...over('hop', common, [
      ['names_differ', `${rejected}the URI and DNS names`, line(`${toXfcc(ec)};URI=spiffe://x`)],
    ]),
  ]
}

function verificationCases({ ec }: TestPki): Case[] {
  const sent = `X-SSL-Client-Cert: ${toUrlPem(ec)}`
  const verified = 'X-SSL-Client-Verify: SUCCESS'
  const names = { header: 'x-ssl-client-verify', line: 'x_ssl_client_verify' }
  const explain = (detail: Parameters<typeof explainVerification>[0]): string =>
    explainVerification(detail, names)
  const common = { reason: 'verification_header_mismatch', message: VERIFICATION } as const
  return over('nginx', common, [
    ['not_sent', explain('not_sent'), [sent]],
    ['sent_more_than_once', explain('sent_more_than_once'), [sent, verified, verified]],
    ['wrong_value', explain('wrong_value'), [sent, 'X-SSL-Client-Verify: FAILED:secret']],
    ['lookalike_header', explain('lookalike_header'), [sent, 'X_SSL_Client_Verify: SUCCESS']],
    [
      'named_in_connection',
      explain('named_in_connection'),
      [sent, verified, 'Connection: close, X-SSL-Client-Verify'],
    ],
  ])
}

function proxyCases(pki: TestPki, future: Issued): Case[] {
  const common = { reason: 'untrusted_proxy', message: PROXY } as const
  const peer = (detail: string, trace: string, client?: Issued): Case => ({
    ...common,
    detail,
    trace,
    strategy: 'peer',
    server: 'https',
    ...(client && { client }),
  })
  const [unknown, ...listed] = over('elsewhere', common, [
    ['address_unknown', 'the address of the peer is unknown', []],
    ['address_not_listed', "the peer 127.0.0.1 isn't in trustedProxies", []],
  ])
  return [
    { ...(unknown as Case), server: 'unix' },
    ...listed,
    ...over('no', common, [['function_said_no', 'the function trustedProxies did not return', []]]),
    ...over('throws', common, [
      ['function_said_no', 'the function trustedProxies threw Error', []],
    ]),
    peer('no_certificate', 'the peer presented no certificate'),
    peer(
      'untrusted_ca',
      "the peer's certificate isn't from a CA in trustedProxies.ca: ",
      pki.unknown,
    ),
    peer('expired', "the peer's own certificate has expired", pki.expired),
    peer('not_yet_valid', "the peer's own certificate isn't valid yet", future),
  ]
}

/** A path whose only CA isn't valid yet. */
function makeFuturePath(): Attack {
  const ca = issue({
    subject: 'Future',
    by: root,
    ca: true,
    notBefore: utcTime('490101000000Z'),
    notAfter: utcTime('491231000000Z'),
  })
  return ['', 'not_yet_valid', [issue({ subject: 'alice', by: ca }).der, ca.der]]
}

/** As AWS ALB in passthrough mode forwards a path. */
function toAlbLine(path: readonly Buffer[]): string {
  const value = encodeURIComponent(path.map(toPem).join(''))
  return `X-Amzn-Mtls-Clientcert: ${value.replace(/%2B|%2F|%3D/g, decodeURIComponent)}`
}

function pathCases(): Case[] {
  const common = {
    reason: 'certificate_chain_untrusted',
    message: 'Client certificate is not trusted',
  } as const
  const trusted = "the client's certificate isn't trusted: "
  const kinds = [...ATTACKS, makeFuturePath()].map(([, detail, path]): Kind => [
    detail,
    trusted + explainPathFault(detail as PathFault),
    [toAlbLine(path)],
  ])
  return [
    ...over('path', common, kinds),
    ...over('policies', common, [
      ['policy', trusted + explainPathFault('policy'), [toAlbLine(VICTIM_PATH)]],
    ]),
  ]
}

const now = Date.now()
const day = 86_400_000
const timeAt = (ms: number): Buffer =>
  utcTime(`${new Date(ms).toISOString().replace(/[-T:]/g, '').slice(2, 14)}Z`)
const dates = { thisUpdate: timeAt(now - day), nextUpdate: timeAt(now + day) }
const clients = issue({ subject: 'Clients', by: root, ca: true })
const revocable = issue({ subject: 'alice', by: clients, serialNumber: int(7) })
const onlyCerts = { by: root, extensions: [basicConstraints(true), keyUsage(0x04, 2)] }
const withoutLists = issue({ subject: 'Without lists', ...onlyCerts })
const ofRoot = listBy(root, dates)

/** The list of the CA for each detail, and the path if it isn't the usual one. */
const LISTS: Record<string, [parts: Parameters<typeof listBy>[1], path?: readonly Buffer[]]> = {
  stale: [{ nextUpdate: timeAt(now - day / 2) }],
  from_the_future: [{ thisUpdate: timeAt(now + day / 2) }],
  no_next_update: [{ nextUpdate: null }],
  unknown_critical_extension: [{ extensions: [extension('1.2.3', seq(), true)] }],
  weak_algorithm: [{ algorithm: seq(oid('1.2.840.10045.4.1')) }],
  out_of_scope: [{ extensions: [issuingDistributionPoint(flag(0x82))] }],
  some_reasons_only: [{ extensions: [issuingDistributionPoint(reasons(0x83, 5, 0x60))] }],
  bad_signature: [{ signature: bits(Buffer.alloc(70, 1)) }],
  no_crl: [{ issuer: 'Another CA' }],
  signer_not_allowed: [
    { issuer: 'Without lists' },
    [issue({ subject: 'alice', by: withoutLists }).der, withoutLists.der],
  ],
  revoked: [{ entries: [entryOf(7)] }],
}

function revocationStrategies(): Record<string, object> {
  const entries = Object.entries(LISTS).map(([detail, [parts]]) => {
    const crl = [ofRoot, listBy(clients, { ...dates, ...parts })].map(crlToPem)
    const options = { certificateSource: 'aws-alb', trustedProxies: 'loopback', ca: root.pem, crl }
    return [`crl_${detail}`, options] as const
  })
  return Object.fromEntries(entries)
}

function revocationCases(): Case[] {
  return Object.entries(LISTS).flatMap(([detail, [, path = [revocable.der, clients.der]]]) => {
    const lines = [toAlbLine(path)]
    const common =
      detail === 'revoked'
        ? {
            reason: 'certificate_revoked' as const,
            detail: undefined,
            message: 'Client certificate is revoked',
            trace: `the client's certificate isn't accepted: ${REVOKED}`,
          }
        : {
            reason: 'revocation_unknown' as const,
            detail,
            message: 'Client certificate could not be checked for revocation',
            trace:
              "it isn't known whether the client's certificate is revoked: " +
              explainRevocationFault(detail as RevocationFault),
          }
    return [{ ...common, strategy: `crl_${detail}`, server: 'http', lines }]
  })
}

describe('each detail of a rejection, over real connections', () => {
  let pki: TestPki
  let cases: Case[]
  let folder: string
  let child: ChildProcess
  let stderr: Promise<string>
  let ports: Record<string, number | string>
  let outcomes: AsyncIterator<string>

  before(async () => {
    pki = await testPki()
    folder = await mkdtemp(join(tmpdir(), 'details-'))
    const material = { key: pki.server.key, cert: pki.server.cert, ca: pki.root.cert }
    const optional = { ...material, requestCert: true, rejectUnauthorized: false }
    const strangers = await createAuthority({ subject: 'CN=No list' })
    const unlisted = await strangers.issue({ subject: 'CN=x' })
    const setup: Setup = {
      servers: {
        http: {},
        unix: { socketPath: join(folder, 'http.sock') },
        https: optional,
        unasked: material,
        crl: {
          ...optional,
          ca: [pki.root.cert, strangers.cert],
          crl: [await revoke(pki.root, pki.ec)],
        },
      },
      strategies: {
        ...STRATEGIES,
        path: { certificateSource: 'aws-alb', trustedProxies: 'loopback', ca: root.pem },
        policies: {
          certificateSource: 'aws-alb',
          trustedProxies: 'loopback',
          ca: root.pem,
          policies: ['1.2.3.4'],
        },
        ...revocationStrategies(),
        peer: { certificateSource: 'nginx', trustedProxies: { ca: pki.root.cert } },
      },
    }
    cases = await listCases(pki, unlisted)
    child = spawn(process.execPath, ['--import', 'ts-blank-space/register', SERVER], {
      env: { ...process.env, NODE_DEBUG: 'passport-client-certificate-auth', NODE_OPTIONS: '' },
    })
    const { stdin, stdout } = child as {
      stdin: NodeJS.WritableStream
      stdout: NodeJS.ReadableStream
    }
    stderr = text(child.stderr as NodeJS.ReadableStream)
    outcomes = createInterface({ input: stdout })[Symbol.asyncIterator]()
    stdin.write(`${JSON.stringify(setup)}\n`)
    ports = JSON.parse((await outcomes.next()).value as string) as typeof ports
  })

  after(async () => {
    child.kill()
    await rm(folder, { recursive: true, force: true })
  })

  /** Sends exactly these header lines. */
  async function send({ server, client, lines = [] }: Case, path: string): Promise<string> {
    const to = ports[server] as number
    const isTls = ['https', 'unasked', 'crl'].includes(server)
    const { key, cert } = client ?? {}
    const socket = isTls
      ? tls.connect({ host: '127.0.0.1', port: to, ca: pki.root.cert, ...(cert && { key, cert }) })
      : typeof to === 'string'
        ? connect(to)
        : connect(to, '127.0.0.1')
    const head = ['Host: localhost', ...lines].map((line) => `${line}\r\n`).join('')
    const close = lines.some((line) => line.startsWith('Connection:'))
      ? ''
      : 'Connection: close\r\n'
    socket.write(`GET ${path} HTTP/1.1\r\n${head}${close}\r\n`)
    return text(socket).catch(() => '')
  }

  it('is told to hooks, in info and in the trace, with a message and a sentence that fit', async () => {
    const decided: Case[] = []
    for (const each of cases) {
      const { reason, detail, code, message } = each
      const answer = await send(each, `/${each.strategy}${each.query ?? ''}`)
      // Newer versions of Node answer such a request themselves.
      if (detail === 'too_many_headers' && answer.startsWith('HTTP/1.1 431 ')) continue
      decided.push(each)
      const outcome = JSON.parse((await outcomes.next()).value as string) as { info: object }
      const told = { reason, ...(detail && { detail }), ...(code && { code }) }
      expect(outcome, each.trace).to.deep.equal({ user: false, told, info: { message, ...told } })
      if (each.query === undefined) expect(answer).to.match(/^HTTP\/1\.1 401 /)
    }
    child.stdin?.end('\n')
    const traced = (await stderr).split('\n').filter((line) => line.startsWith('PASSPORT-'))
    expect(traced).to.have.lengthOf(decided.length)
    decided.forEach(({ trace, strategy, reason, detail, code }, at) => {
      const names = [reason, detail, code].filter((name) => name !== undefined).join(', ')
      expect(traced[at]).to.include(`: ${strategy} rejected the request: ${trace}`)
      expect(traced[at]?.endsWith(` (${names})`), traced[at]).to.equal(true)
    })
    for (const secret of ['alice', 'CN=', 'MII', 'secret']) {
      expect(traced.join('\n')).not.to.include(secret)
    }
  })

  it('covers every detail that a request can have on Node', () => {
    const covered = new Set(cases.map(({ reason, detail }) => `${reason} ${detail}`))
    const missing = Object.entries(EVERY).flatMap(([reason, details]) =>
      Object.entries(details)
        .filter(([detail, isHere]) => isHere && !covered.has(`${reason} ${detail}`))
        .map(([detail]) => `${reason} ${detail}`),
    )
    expect(missing).to.deep.equal([])
  })
})
