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

  it('says what the attacks come to', async function () {
    const { lines, missing } = scores
    // What cannot be run here is taken as it is written.
    const rows = missing.map((reason) => reason.slice(0, 2))
    const unchecked = linesOf(written).filter((line) => rows.includes(line.slice(2, 4)))
    const expected = linesOf(written).filter((line) => !unchecked.includes(line))
    expect(lines).to.deep.equal(expected)
    expect(lines).to.have.lengthOf(ATTACKS.length - missing.length)
    if (missing.length > 0) console.warn(`Not compared: ${missing.join('; ')}`)
    else expect(await toDocument(lines)).to.equal(written)
  })

  it('says that this package refuses them all', () => {
    for (const line of linesOf(written)) expect(line).to.match(/ refused \|$/)
  })
})
