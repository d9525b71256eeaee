import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { proseOf } from '../support/prose-of.js'
import { findStiffProse, PROSE_PATTERNS } from '../support/prose-patterns.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDERS = ['src', 'test', 'examples', 'bench']
/** They quote stiff phrases, in order to find them. */
const LISTS = [join('test', 'support', 'prose-patterns.ts'), join('test', 'unit', 'prose.test.ts')]

function sourceFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((path) => !/\b(?:dist|fixtures|node_modules)\b/.test(path) && !LISTS.includes(path))
    .sort()
}

/** Each stiff phrase of a file with its place and what to write instead. */
function reportOn(path: string, source = readFileSync(join(ROOT, path), 'utf8')): string[] {
  return proseOf(source, path).flatMap(({ text, lineAt }) =>
    findStiffProse(text).map(({ name, hint, index }) => {
      const around = text.slice(Math.max(index - 40, 0), index + 60).replaceAll(/\s+/g, ' ')
      return `${path}:${lineAt(index)}: ${name}: "${around.trim()}"\n    ${hint}`
    }),
  )
}

describe('the prose of comments, messages and test titles', () => {
  for (const folder of FOLDERS) {
    it(`is plain English in ${folder}`, () => {
      const report = sourceFiles(folder).flatMap((path) => reportOn(path))
      if (report.length > 0) {
        expect.fail(`${report.length} stiff phrases:\n\n${report.join('\n')}\n`)
      }
    })
  }
})

describe('the check of the prose', () => {
  for (const { name, before, after } of PROSE_PATTERNS) {
    it(`finds "${name}" in the stiff sentence, and nothing in the plain one`, () => {
      expect(findStiffProse(before).map((found) => found.name)).to.include(name)
      expect(findStiffProse(after).map((found) => found.name)).to.deep.equal([])
    })
  }

  const stiff: [text: string, names: string[]][] = [
    ['Whose client certificates are accepted.', ['relative clause as subject']],
    ['Whoever has no address may be either, and so is neither.', ['whoever']],
    ['what stands on Object.prototype is no part of a rule', ['relative clause as subject']],
    ['this client is no client', ["is no, for isn't a"]],
    ['counts only when a trusted proxy sent it', ['counts, for is accepted']],
    ["a function of the\napplication's own", ['of its own']],
  ]
  it('finds the phrases at the start, inside and across the lines of a sentence', () => {
    for (const [text, names] of stiff) {
      expect(
        findStiffProse(text).map(({ name }) => name),
        text,
      ).to.include.members(names)
    }
  })

  it('accepts the words of Node, HTTP, X.509 and socket.io, questions, and code', () => {
    const fine = [
      'The CAs whose client certificates we accept.',
      'A peer without an address could be either one, so it is treated as neither.',
      'ignores properties of Object.prototype when it compiles header rules',
      'this request came over plain HTTP, so there is no client certificate; if a proxy terminates ' +
        'TLS, set certificateSource',
      'What does a request cost?',
      'connect ECONNREFUSED 127.0.0.1:443, or: connection refused',
      'all addresses of the host refused the connection',
      'the extension authorityKeyIdentifier names the authority key identifier',
      'the pseudo-header :authority, and /CN=Example Certificate Authority',
      'reads `room`, `house` and `is no code` in the docs',
      'the certificate is no longer valid',
      'the account CN=nobody, or email:nobody',
      'the number and the count of steps',
      'splits at a separator, counts, and only then decodes',
    ]
    for (const text of fine) {
      expect(
        findStiffProse(text).map(({ name }) => name),
        text,
      ).to.deep.equal([])
    }
  })

  it('reads comments, doc comments, strings, templates and sums, but no examples', () => {
    const source = [
      '/**',
      ' * A doc comment',
      ' * on two lines.',
      ' *',
      ' * @param name - of a parameter',
      ' * @example',
      " * const code = 'not prose'",
      ' */',
      'export const a = 1 // behind code',
      '// a comment',
      '// on two lines',
      "const b = 'a sum ' +",
      '  `of ${a ? `two words` : c} and` + d',
      "it('has a title', () => 'word')",
    ].join('\n')
    const found = proseOf(source).map(({ text, lineAt }) => [text, lineAt(text.length - 1)])
    expect(found).to.deep.equal([
      ['A doc comment\non two lines.\n', 3],
      ['of a parameter\n', 5],
      ['behind code\na comment\non two lines\n', 11],
      ['a sum of VALUE andVALUE', 13],
      ['two words', 13],
      ['has a title', 14],
    ])
  })

  it('reports the line, the phrase and what to write instead', () => {
    const [line] = reportOn('a.ts', '// One line.\n// The client is refused here.\n')
    expect(line).to.equal(
      'a.ts:2: refused, for rejected: "One line. The client is refused here."\n    ' +
        'say "rejects" of requests, certificates and options',
    )
  })
})
