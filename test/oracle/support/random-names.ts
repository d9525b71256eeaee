import type { Random } from '../../fuzz/support/random.js'
import type { Constraints, GeneralName } from './general-names.js'
import { anchorOf, intermediatesOf, leafOf, type Plan } from './plan.js'

/** Few different values, so that names and constraints often meet. */

type Kind = GeneralName['kind']

const NAMES: Readonly<Record<Kind, readonly string[]>> = {
  dns: [
    'a.example.org',
    'example.org',
    'b.a.example.org',
    'A.Example.ORG',
    'example.com',
    'notexample.org',
  ],
  email: [
    'user@example.org',
    'user@EXAMPLE.org',
    'user@a.example.org',
    'other@example.org',
    'user@example.com',
  ],
  uri: [
    'https://example.org/a',
    'spiffe://a.example.org/b',
    'https://EXAMPLE.org:8443/',
    'https://example.com/',
  ],
  ip: ['0a000001', '0a010001', 'c0000201', '20010db8000000000000000000000001'],
  directory: ['O=Example/OU=Clients/CN=a', 'O=Example/CN=b', 'O=Other/CN=a'],
  other: ['user@example.org'],
  registered: ['1.2.3.4'],
}

const BASES: Readonly<Record<Kind, readonly string[]>> = {
  dns: ['example.org', 'a.example.org', 'EXAMPLE.org', 'example.com', 'org', ''],
  email: ['example.org', '.example.org', 'user@example.org', 'example.com'],
  uri: ['example.org', '.example.org', 'a.example.org', 'example.com'],
  ip: [
    '0a000000ff000000',
    '0a000000ffff0000',
    '0000000000000000',
    '20010db8000000000000000000000000ffffffff000000000000000000000000',
  ],
  directory: ['O=Example', 'O=example', 'O=Example/OU=Clients', 'O=Other', ''],
  other: ['user@example.org'],
  registered: ['1.2.3.4'],
}

/** Names and constraints that not every reader takes in the same way. */
export const ODD_NAMES: readonly GeneralName[] = [
  { kind: 'dns', value: '*.example.org' },
  { kind: 'dns', value: '.example.org' },
  { kind: 'dns', value: 'a..example.org' },
  { kind: 'dns', value: 'a.example.org.' },
  { kind: 'dns', value: '' },
  { kind: 'email', value: 'example.org' },
  { kind: 'email', value: '@example.org' },
  { kind: 'email', value: '"user"@example.org' },
  { kind: 'email', value: 'USER@example.org' },
  { kind: 'uri', value: 'urn:example:a' },
  { kind: 'uri', value: 'https://user@example.org/' },
  { kind: 'uri', value: 'https://10.0.0.1/' },
  { kind: 'uri', value: 'example.org' },
  { kind: 'ip', value: '0a0000' },
]
export const ODD_BASES: readonly GeneralName[] = [
  { kind: 'dns', value: '.example.org' },
  { kind: 'dns', value: '*.example.org' },
  { kind: 'dns', value: 'example.org.' },
  { kind: 'email', value: '' },
  { kind: 'email', value: '@example.org' },
  { kind: 'uri', value: '' },
  { kind: 'uri', value: 'https://example.org/' },
  { kind: 'ip', value: '0a000000ff00ff00' },
  { kind: 'ip', value: '0a000000ff' },
]

const KINDS: readonly Kind[] = ['dns', 'dns', 'email', 'uri', 'ip', 'directory', 'directory']

function pickKind(random: Random): Kind {
  return random.chance(0.04) ? random.pick(['other', 'registered']) : random.pick(KINDS)
}

function randomName(random: Random): GeneralName {
  if (random.chance(0.04)) return random.pick(ODD_NAMES)
  const kind = pickKind(random)
  return { kind, value: random.pick(NAMES[kind]) }
}

function randomBase(random: Random): GeneralName {
  if (random.chance(0.04)) return random.pick(ODD_BASES)
  const kind = pickKind(random)
  return { kind, value: random.pick(BASES[kind]) }
}

const several = <Item>(random: Random, most: number, create: () => Item): Item[] =>
  Array.from({ length: random.below(most + 1) }, create)

function randomConstraints(random: Random): Constraints | undefined {
  const permitted = several(random, 3, () => randomBase(random))
  // The CAs have names too. Often allow them, because most paths would be invalid otherwise.
  if (permitted.some(({ kind }) => kind === 'directory') && random.chance(0.7))
    permitted.push({ kind: 'directory', value: 'O=Example' })
  const excluded = several(random, 2, () => randomBase(random)).filter(
    ({ value }) => (value !== '' && value !== 'O=Example') || random.chance(0.1),
  )
  return permitted.length + excluded.length === 0 ? undefined : { permitted, excluded }
}

const COMMON_NAMES = [
  'a.example.org',
  'example.com',
  '10.0.0.1',
  'a_b.example.org',
  'user@example.org',
]

/** Gives some certificates names, and one or two CAs constraints for them. */
export function addNames(plan: Plan, random: Random): void {
  const leaf = leafOf(plan)
  leaf.names = several(random, 3, () => randomName(random))
  if (random.chance(0.2)) leaf.subject = `O=Example/OU=Clients/CN=${random.pick(COMMON_NAMES)}`
  if (random.chance(0.1)) leaf.subject += `/E=${random.pick(NAMES.email)}`
  const cas = [...intermediatesOf(plan), anchorOf(plan)]
  const ca = random.pick(cas)
  ca.constraints = randomConstraints(random)
  if (random.chance(0.2)) random.pick(cas).constraints = randomConstraints(random)
  if (random.chance(0.1)) random.pick(cas).names = [randomName(random)]
}

/** Whether a constraint is one of those that not every reader accepts. */
export const isOddBase = (base: GeneralName): boolean => ODD_BASES.includes(base)

/** Whether a name is one of those that not every reader accepts. */
export const isOddName = (name: GeneralName): boolean => ODD_NAMES.includes(name)
