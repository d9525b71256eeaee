import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import { decisionsOf, writeResults } from './results.js'
import { DOCS } from './support/files.js'
import { stopSites } from './support/run.js'

const FILE = new URL('proxies/RESULTS.md', DOCS)

describe('docs/proxies/RESULTS.md', () => {
  after(stopSites)

  it('shows the decisions of the proxies and the strategy', async () => {
    const results = await writeResults()
    if (process.env['WRITE_RESULTS'] === '1') writeFileSync(FILE, results)
    expect(decisionsOf(readFileSync(FILE, 'utf8'))).to.deep.equal(decisionsOf(results))
  })
})
