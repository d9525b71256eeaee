import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { ATTACKS } from './attacks.js'
import { FILE, linesOf, score, type Scores, toDocument } from './table.js'

describe('docs/comparison.md', () => {
  const written = readFileSync(FILE, 'utf8')
  let scores: Scores

  before(async () => {
    scores = await score()
  })

  it('shows the results of the attacks', async function () {
    const { lines, missing } = scores
    // Rows of attacks that can't run here aren't checked.
    const rows = missing.map((reason) => reason.slice(0, 2))
    const unchecked = linesOf(written).filter((line) => rows.includes(line.slice(2, 4)))
    const expected = linesOf(written).filter((line) => !unchecked.includes(line))
    expect(lines).to.deep.equal(expected)
    expect(lines).to.have.lengthOf(ATTACKS.length - missing.length)
    if (missing.length > 0) console.warn(`Not compared: ${missing.join('; ')}`)
    else expect(await toDocument(lines)).to.equal(written)
  })

  it('shows that this package rejects every attack', () => {
    for (const line of linesOf(written)) expect(line).to.match(/ rejected \|$/)
  })
})
