// Must come before anything that loads @peculiar/x509.
import 'reflect-metadata'
import type { JsonGeneralNames } from '@peculiar/x509'
import {
  type Authority,
  createAuthority,
  createSelfSigned,
  type Issued,
} from '../../support/pki.js'

/** A certificate with its key, and the intermediates that the client sends with it. */
export interface Client extends Issued {
  readonly issuers: readonly Buffer[]
}

export interface Certificates {
  /** The CA whose client certificates the proxies accept. */
  readonly clientCa: Authority
  readonly serverCa: Authority
  readonly server: Issued
  readonly clients: Readonly<Record<ClientName, Client>>
  /**
   * A genuine, valid and public certificate of another client. The attacker doesn't have its key.
   */
  readonly victim: Issued
}

export type ClientName =
  | 'rsa'
  | 'ec'
  | 'hostileSubject'
  | 'allNames'
  | 'chained'
  | 'deep'
  | 'withoutIntermediate'
  | 'stranger'
  | 'selfSigned'
  | 'expired'
  | 'notYetValid'

/** The name of the site in every configuration. */
export const HOST = 'api.example.com'

const DAY_MS = 24 * 60 * 60 * 1000

/** One name of each type in RFC 5280 4.2.1.6 that the tests can make. */
const ALL_NAMES: JsonGeneralNames = [
  { type: 'dns', value: 'client.example.com' },
  { type: 'email', value: 'client@example.com' },
  { type: 'url', value: 'spiffe://example.com/a;b,c?d=%22e%22' },
  { type: 'ip', value: '192.0.2.1' },
  { type: 'ip', value: '2001:db8::1' },
  { type: 'dn', value: 'CN=someone\\, else, O=Example' },
  { type: 'id', value: '1.2.3.4.5' },
  { type: 'upn', value: 'client@corp.example.com' },
]

let shared: Promise<Certificates> | undefined

/** Creates the certificates once for the whole run. */
export function certificates(): Promise<Certificates> {
  return (shared ??= create())
}

async function create(): Promise<Certificates> {
  const clientCa = await createAuthority({ subject: 'CN=Client root, O=Example' })
  const serverCa = await createAuthority({ subject: 'CN=Server root, O=Example' })
  return {
    clientCa,
    serverCa,
    server: await serverCa.issue({
      subject: `CN=${HOST}`,
      subjectAltName: [{ type: 'dns', value: HOST }],
    }),
    clients: { ...(await createValid(clientCa)), ...(await createInvalid(clientCa)) },
    victim: await clientCa.issue({ subject: 'CN=victim, O=Example' }),
  }
}

async function createValid(authority: Authority) {
  const intermediate = await authority.createIntermediate()
  const chained = await intermediate.issue({ subject: 'CN=chained, O=Example' })
  const lower = await intermediate.createIntermediate({ subject: 'CN=Lower intermediate' })
  const deep = await lower.issue({ subject: 'CN=deep, O=Example' })
  return {
    rsa: alone(await authority.issue({ subject: 'CN=rsa, O=Example', keyType: 'rsa' })),
    ec: alone(await authority.issue({ subject: 'CN=ec, O=Example' })),
    hostileSubject: alone(
      await authority.issue({
        subject: [
          { CN: ['"quoted", a; b=c + d \\ <e> #f', 'CN=victim, O=Example'] },
          { O: ['Zo\u00eb \u6f22\u5b57 \u{1f511}', '-----BEGIN CERTIFICATE-----'] },
          { OU: [' leading and trailing ', '%0A%2B', '(null)'] },
        ],
      }),
    ),
    allNames: alone(
      await authority.issue({ subject: 'CN=names, O=Example', subjectAltName: ALL_NAMES }),
    ),
    chained: {
      ...chained,
      cert: chained.cert + intermediate.cert,
      issuers: [intermediate.raw],
    },
    deep: {
      ...deep,
      cert: deep.cert + lower.cert + intermediate.cert,
      issuers: [lower.raw, intermediate.raw],
    },
    withoutIntermediate: alone(chained),
  }
}

async function createInvalid(authority: Authority) {
  const now = Date.now()
  // The attacker gives this CA the name of the real one.
  const strange = await createAuthority({ subject: 'CN=Client root, O=Example' })
  return {
    stranger: alone(await strange.issue({ subject: 'CN=victim, O=Example' })),
    selfSigned: alone(await createSelfSigned({ subject: 'CN=victim, O=Example' })),
    expired: alone(
      await authority.issue({
        subject: 'CN=expired, O=Example',
        notBefore: new Date(now - 3 * DAY_MS),
        notAfter: new Date(now - 2 * DAY_MS),
      }),
    ),
    notYetValid: alone(
      await authority.issue({
        subject: 'CN=early, O=Example',
        notBefore: new Date(now + 2 * DAY_MS),
        notAfter: new Date(now + 3 * DAY_MS),
      }),
    ),
  }
}

/** A certificate with this many alternative names, of about 39 bytes each. */
export async function issueBig(names: number): Promise<Client> {
  const { clientCa } = await certificates()
  const subjectAltName = Array.from({ length: names }, (_, index) => ({
    type: 'dns' as const,
    value: `client-${String(index).padStart(4, '0')}.a-rather-long.example.com`,
  }))
  return alone(await clientCa.issue({ subject: 'CN=big, O=Example', subjectAltName }))
}

function alone(issued: Issued): Client {
  return { ...issued, issuers: [] }
}
