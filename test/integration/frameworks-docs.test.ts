import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'

const ROOT = new URL('../../', import.meta.url)
const PAGES = new URL('docs/frameworks/', ROOT)
const EXAMPLES = new URL('examples/', ROOT)

/** The text of files in a folder, by name. */
function readAll(folder: URL, extension: string): Map<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith(extension))
  return new Map(names.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]))
}

/** Without the indentation that all lines have in common, which depends on where they stand. */
function dedent(text: string): string {
  const lines = text.split('\n')
  const depths = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/))
  const depth = Math.min(...depths)
  return lines.map((line) => line.slice(depth)).join('\n')
}

/** Whether the lines stand one after another in the program, however deep. */
function contains(program: string, block: string): boolean {
  const lines = program.split('\n')
  const wanted = dedent(block.trimEnd())
  const { length } = wanted.split('\n')
  return lines.some((_, start) => dedent(lines.slice(start, start + length).join('\n')) === wanted)
}

describe('the pages of the frameworks', () => {
  const pages = readAll(PAGES, '.md')
  const examples = [...readAll(EXAMPLES, '.js')]

  for (const [name, page] of pages) {
    const blocks = [...page.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, block = '']) => block)

    it(`${name} shows nothing but parts of programs that the tests run, and names them`, () => {
      if (name !== 'README.md') expect(blocks).to.have.lengthOf.at.least(1)
      for (const block of blocks) {
        const sources = examples.filter(([, program]) => contains(program, block))
        const links = sources.map(([file]) => `](../../examples/${file})`)
        const isNamed = links.some((link) => page.includes(link))
        expect(isNamed, `not a part of a program that the page names:\n${block}`).to.equal(true)
      }
    })
  }

  it('are all listed', () => {
    const [, ...links] = (pages.get('README.md') ?? '')
      .split('](')
      .map((rest) => rest.split(')')[0])
    const others = [...pages.keys()].filter((name) => name !== 'README.md')
    expect(links).to.include.members(others)
  })
})
