import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { hasLines, listBlocks } from '../support/code-blocks.js'

const ROOT = new URL('../../', import.meta.url)
const PAGES = new URL('docs/frameworks/', ROOT)
const EXAMPLES = new URL('examples/', ROOT)

/** The contents of the files in a folder, by name. */
function readAll(folder: URL, extension: string): Map<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith(extension))
  return new Map(names.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]))
}

describe('docs/frameworks', () => {
  const pages = readAll(PAGES, '.md')
  const examples = [...readAll(EXAMPLES, '.js')]

  for (const [name, page] of pages) {
    const blocks = listBlocks(page, 'js')

    it(`${name} only shows parts of programs that the tests run, and links to them`, () => {
      if (name !== 'README.md') expect(blocks).to.have.lengthOf.at.least(1)
      for (const block of blocks) {
        const sources = examples.filter(([, program]) => hasLines(program, block))
        const links = sources.map(([file]) => `](../../examples/${file})`)
        const isNamed = links.some((link) => page.includes(link))
        expect(isNamed, `not part of any program that the page links to:\n${block}`).to.equal(true)
      }
    })
  }

  it('lists every page in its README', () => {
    const [, ...links] = (pages.get('README.md') ?? '')
      .split('](')
      .map((rest) => rest.split(')')[0])
    const others = [...pages.keys()].filter((name) => name !== 'README.md')
    expect(links).to.include.members(others)
  })
})
