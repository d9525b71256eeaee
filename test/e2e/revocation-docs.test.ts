import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { DocumentedSteps, listSteps } from './support/documented-steps.js'

const PAGE = readFileSync(new URL('../../docs/revocation.md', import.meta.url), 'utf8')
const [SECTION = ''] = /^## Step by step\n[^]*?(?=^## )/m.exec(PAGE) ?? []

describe('docs/revocation.md, with OpenSSL and curl', () => {
  let steps: DocumentedSteps
  before(() => {
    steps = new DocumentedSteps()
  })
  after(() => {
    steps.remove()
  })

  it('has a command in each of its seven steps', () => {
    const [, ...texts] = SECTION.split(/^### /m)
    expect(texts).to.have.lengthOf(7)
    for (const text of texts) expect(text).to.include('```sh')
  })

  it('shows steps that do what the page says, one after another', async () => {
    for (const step of listSteps(SECTION)) await steps.follow(step)
  })

  it('uses only such commands in the rest of the page as the steps do', () => {
    const others = listSteps(PAGE.replace(SECTION, '')).filter(({ language }) => language === 'sh')
    expect(others).to.deep.equal([])
    const [cronJob = ''] = /^17 \* \* \* \* cd \S+ && (.+)$/m.exec(PAGE)?.slice(1) ?? []
    const [gencrl = '', ...rest] = cronJob.split(' && ')
    expect(SECTION).to.include(`${gencrl}\n${rest.join('\n')}\n`)
  })
})
