import fc from 'fast-check'

/** One change to a string. Positions and lengths are fractions of its length. */
interface Edit {
  readonly kind: 'delete' | 'insert' | 'replace' | 'repeat' | 'swap' | 'flip' | 'token'
  readonly at: number
  readonly to: number
  readonly length: number
  readonly text: string
}

/** Tokens that have a meaning in one of the encodings. */
const TOKENS = [
  ...['%', '%0A', '%0a', '%0D%0A', '%2B', '%25', '%00', '%FF', '+', ' ', '\t', '\n', '\r\n'],
  ...[',', ', ', ' ,', ';', ';;', ':', '::', '=', '==', '"', '\\', '\\"', '\\\\', 'A', '/', '-'],
  ...['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----'],
  ...[
    'Cert="',
    'Chain="',
    'Subject="";',
    'URI=;',
    'URI=a,',
    'By=;',
    'By=a;b;',
    ',By=a;',
    'Hash=;',
    ';hash=',
    '";',
    '";Cert="',
  ],
]

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('delete', 'insert', 'replace', 'repeat', 'swap', 'flip', 'token'),
  // Prefers both ends, because lax parsers ignore faults there.
  at: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  to: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 2000 })),
  text: fc.oneof(fc.constantFrom(...TOKENS), fc.string({ maxLength: 8, unit: 'binary' })),
})

/** Changes that keep most of a string. */
export const edits: fc.Arbitrary<Edit[]> = fc.array(edit, { maxLength: 3 })

/** Any string made of the tokens of the encodings. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.constantFrom(...TOKENS), { maxLength: 30 }).map((tokens) => tokens.join('')),
)

/** A string after some changes. */
export function mutate(text: string, changes: readonly Edit[]): string {
  return changes.reduce(apply, text)
}

function apply(text: string, { kind, at, to, length, text: other }: Edit): string {
  const start = Math.round(at * text.length)
  const target = Math.round(to * text.length)
  const [front, part, back] = [
    text.slice(0, start),
    text.slice(start, start + length),
    text.slice(start + length),
  ]
  switch (kind) {
    case 'delete':
      return front + back
    case 'insert':
      return front + other + part + back
    case 'replace':
      return front + other + text.slice(start + other.length)
    case 'repeat':
      return text.slice(0, target) + part + text.slice(target)
    case 'swap':
      return back + part + front
    case 'flip':
      return front + flip(part) + back
    case 'token':
      return replaceToken(text, other, target)
  }
}

function flip(text: string): string {
  const upper = text.toUpperCase()
  return upper === text ? text.toLowerCase() : upper
}

/** Replaces one occurrence of a token by another token, because tokens carry the structure. */
function replaceToken(text: string, other: string, from: number): string {
  const found = TOKENS.map((token) => ({ token, at: text.indexOf(token, from) }))
  const [first] = found.filter(({ at }) => at !== -1).sort((a, b) => a.at - b.at)
  if (first === undefined) return text + other
  return text.slice(0, first.at) + other + text.slice(first.at + first.token.length)
}
