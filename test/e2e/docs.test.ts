import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { SOURCES } from './sources.js'
import { DOCS, documentedFiles } from './support/files.js'
import { type Proxy, PROXIES } from './support/proxies.js'

interface Block {
  /** The path from the root of the repository, and the line on which the block begins. */
  readonly where: string
  readonly language: string
  readonly text: string
  readonly page: string
}

/** The languages of fenced blocks, for each proxy that the tests run. */
const LANGUAGES: Readonly<Record<Proxy['name'], readonly string[]>> = {
  nginx: ['nginx'],
  haproxy: ['haproxy'],
  apache: ['apache', 'apacheconf'],
  caddy: ['caddyfile', 'caddy'],
}

/** Languages that no proxy is configured in. The test takes every other language for a proxy's. */
const OTHER_LANGUAGES = ['js', 'ts', 'sh', 'console', 'json', 'text', 'diff', 'http', 'ini']

const ROOT = new URL('../', DOCS)
const BLOCKS = ['README.md', ...markdownFiles()].flatMap(blocksOf)
const PROXY_LANGUAGES = Object.values(LANGUAGES).flat()

describe('docs/proxies', () => {
  for (const proxy of PROXIES) {
    const configurations = documentedFiles(proxy).map((file) => readFileSync(file, 'utf8'))
    const blocks = BLOCKS.filter(({ language }) => LANGUAGES[proxy.name].includes(language))

    for (const { where, text } of blocks) {
      it(`shows a configuration that the tests run: ${where}`, () => {
        const isPart = configurations.some((configuration) => contains(configuration, text))
        expect(isPart, `not part of any file in docs/proxies/${proxy.name}:\n${text}`).to.equal(
          true,
        )
      })
    }

    it(`has no configuration that the tests don't run: docs/proxies/${proxy.name}`, () => {
      const folder = new URL(`proxies/${proxy.name}/`, DOCS)
      const files = readdirSync(folder).filter((file) => !file.endsWith('.md'))
      const run = documentedFiles(proxy).map(({ pathname }) => pathname)
      expect(files.map((file) => new URL(file, folder).pathname)).to.have.members(run)
    })

    it(`shows the options that the tests give to the strategy: ${proxy.name}`, () => {
      const page = `docs/proxies/${proxy.name}/README.md`
      expect(blocks.map(({ where }) => where.split(':')[0])).to.include(page)
      expect(optionsOn(page)).to.deep.include(SOURCES[proxy.name])
    })
  }

  for (const { where, language, page } of BLOCKS) {
    if (PROXY_LANGUAGES.includes(language) || OTHER_LANGUAGES.includes(language)) continue

    it(`says that the tests don't run a configuration: ${where}, in "${language}"`, () => {
      expect(page).to.match(/not run in our tests/i)
    })
  }
})

function markdownFiles(): string[] {
  return readdirSync(DOCS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`)
    .sort()
}

function blocksOf(path: string): Block[] {
  const page = read(path)
  return [...page.matchAll(/^( *)```([^\n`]*)\n([^]*?)^\1```$/gm)].map((match) => {
    const [, , language = '', text = ''] = match
    const line = page.slice(0, match.index).split('\n').length
    return { where: `${path}:${line}`, language: language.trim(), text, page }
  })
}

/** Whether the file has these lines one after another, with any indentation. */
function contains(configuration: string, text: string): boolean {
  const lines = configuration.split('\n')
  const part = dedent(text.trimEnd().split('\n'))
  return lines.some((_, start) => {
    return dedent(lines.slice(start, start + part.length)).join('\n') === part.join('\n')
  })
}

/** Removes the indentation that all lines have in common. */
function dedent(lines: readonly string[]): string[] {
  const depths = lines.filter((line) => line !== '').map((line) => line.search(/\S|$/))
  return lines.map((line) => line.slice(Math.min(...depths)))
}

/** The options of every strategy on a page. */
function optionsOn(path: string): unknown[] {
  return [...read(path).matchAll(/new Strategy\(\s*(\{[^{}]*\})/g)].map(([, literal = '']) => {
    const json = literal
      .replace(/\/\/.*$/gm, '')
      .replace(/readFileSync\(('[^']*')\)/g, '$1')
      .replace(/(\w+):/g, '"$1":')
      .replaceAll("'", '"')
      .replace(/,\s*\}/, '}')
    return JSON.parse(json) as unknown
  })
}

function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8')
}
