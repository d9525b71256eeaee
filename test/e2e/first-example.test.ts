import { expect } from 'chai'
import { ExampleFolder } from './support/first-example.js'
import type { Mistake } from './support/mistake.js'
import { MISTAKES_AT_START } from './support/mistakes-at-start.js'
import { MISTAKES_IN_HANDSHAKE } from './support/mistakes-in-handshake.js'
import { MISTAKES_IN_REQUEST } from './support/mistakes-in-request.js'
import { MISTAKES_SEEN_IN_TRACE } from './support/mistakes-in-trace.js'

const STEP_4 = ['AB:CD:...', '<alice>'] as const

const MISTAKES: readonly [title: string, mistakes: Readonly<Record<string, Mistake>>][] = [
  ['when it starts', MISTAKES_AT_START],
  ['in the handshake', MISTAKES_IN_HANDSHAKE],
  ['in the trace of a request that Node accepts', MISTAKES_SEEN_IN_TRACE],
  ['in the request', MISTAKES_IN_REQUEST],
]

describe('the first example of the README, as a person sees it', () => {
  let folder: ExampleFolder

  before(() => {
    folder = new ExampleFolder()
  })
  after(() => {
    folder.remove()
  })

  for (const [language, isCommonJs] of [
    ['ES modules', false],
    ['CommonJS', true],
  ] as const) {
    it(`prints the fingerprint of step 3, and answers after step 4: ${language}`, async () => {
      expect(await folder.run({}, isCommonJs)).to.deep.equal({
        stdout: 'unknown client, fingerprint <alice>',
        stderr: '',
        curl: 'Unauthorized',
      })
      expect(await folder.run({ code: [STEP_4] }, isCommonJs)).to.deep.equal({
        stdout: '',
        stderr: '',
        curl: '{"user":{"name":"alice"},"certificateExpires":"<date>"}',
      })
    })
  }

  for (const [when, mistakes] of MISTAKES) {
    for (const [title, { seen, stdout = '', stderr = '', ...trial }] of Object.entries(mistakes)) {
      it(`tells the cause ${when}: ${title}`, async () => {
        const code = [STEP_4, ...(trial.code ?? [])]
        const { curl, ...printed } = await folder.run({ ...trial, code })
        expect(printed).to.deep.equal({ stdout, stderr })
        if (seen instanceof RegExp) expect(curl).to.match(seen)
        else expect(curl).to.equal(seen)
      })
    }
  }
})
