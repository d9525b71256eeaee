import type { ClientName } from './certificates.js'
import { DROP_VERIFY, FORGED, FORGERIES, type Forgery } from './forgeries.js'

export interface Case {
  /** The client's certificate, and the headers that it forges. */
  readonly title: string
  /** `null` for a client without a certificate. */
  readonly client: ClientName | null
  /** Whether the client must be, may be, or must not be accepted under its own name. */
  readonly entry: 'due' | 'possible' | 'forbidden'
  readonly route?: '/' | '/chain'
  readonly forgery?: Forgery
  /** The client connects a second time, and resumes the session of the first connection. */
  readonly resumes?: 'TLSv1.2' | 'TLSv1.3'
}

const VALID: readonly Case[] = [
  due('an RSA certificate', 'rsa'),
  due('an EC certificate', 'ec'),
  due('a subject with quotes, commas, semicolons and non-ASCII', 'hostileSubject'),
  due('alternative names of every type', 'allNames'),
  due('a certificate from an intermediate, which it sends', 'chained'),
  {
    ...due('a certificate from an intermediate, which it sends, with `includeChain`', 'chained'),
    route: '/chain',
  },
  { ...due('a certificate below two intermediates, with `includeChain`', 'deep'), route: '/chain' },
  ...(['TLSv1.3', 'TLSv1.2'] as const).flatMap((resumes): Case[] => [
    { ...due(`a resumed session, ${resumes}`, 'ec'), resumes },
    {
      ...due(`a resumed session, ${resumes}, with \`includeChain\``, 'chained'),
      route: '/chain',
      resumes,
    },
  ]),
]

const INVALID: readonly Case[] = [
  forbidden('no certificate', null),
  { ...forbidden('no certificate, in a resumed session', null), resumes: 'TLSv1.3' },
  forbidden('a certificate from a forged CA with the right name', 'stranger'),
  forbidden('a self-signed certificate', 'selfSigned'),
  forbidden("a certificate from an intermediate, which it doesn't send", 'withoutIntermediate'),
  forbidden('an expired certificate', 'expired'),
  forbidden("a certificate that isn't valid yet", 'notYetValid'),
]

/** Clients that send headers which only the proxy should send. */
const FORGING: readonly Case[] = [
  ...FORGERIES.map((forgery) => forging('no certificate', null, 'forbidden', forgery)),
  ...FORGERIES.map((forgery) => forging('its own certificate', 'ec', 'possible', forgery)),
  ...[FORGED, DROP_VERIFY].map((forgery) =>
    forging('a self-signed certificate', 'selfSigned', 'forbidden', forgery),
  ),
]

export const CASES: readonly Case[] = [...VALID, ...INVALID, ...FORGING]

export function caseOf(title: string): Case {
  const found = CASES.find((testCase) => testCase.title === title)
  if (found === undefined) throw new Error(`Unknown case "${title}"`)
  return found
}

function due(title: string, client: ClientName): Case {
  return { title, client, entry: 'due' }
}

function forbidden(title: string, client: ClientName | null): Case {
  return { title, client, entry: 'forbidden' }
}

function forging(
  what: string,
  client: ClientName | null,
  entry: Case['entry'],
  forgery: Forgery,
): Case {
  const { title, route = '/' } = forgery
  return { title: `${what}, and ${title}`, client, entry, forgery, route }
}
