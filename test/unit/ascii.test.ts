import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDERS = ['src', 'test', 'examples', 'bench', '.github', '.ci']
const SOURCES = /\.([cm]?[jt]s|yml|sh)$|^run$/

function sourcesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sourcesIn(path)
    return SOURCES.test(entry.name) ? [path] : []
  })
}

describe('source files', () => {
  // Other characters can look like these, or reverse the order in which text is shown (CVE-2021-42574).
  it('are plain ASCII, without control characters but line feeds', () => {
    const files = FOLDERS.flatMap(sourcesIn)
    const lines = files.flatMap((file) =>
      readFileSync(join(ROOT, file), 'utf8')
        .split('\n')
        .flatMap((line, at) => (/[^ -~]/.test(line) ? [`${file}:${at + 1}: ${line}`] : [])),
    )
    expect(files).to.have.lengthOf.above(300)
    expect(lines).to.deep.equal([])
  })
})
