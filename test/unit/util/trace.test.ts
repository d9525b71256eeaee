import { expect } from 'chai'
import { compileTrace } from '../../../src/util/trace.js'

const NAME = 'passport-client-certificate-auth'

describe('NODE_DEBUG=passport-client-certificate-auth', () => {
  it("is said where a name in the variable is the package's, as Node compares names", () => {
    const lines: string[] = []
    const log = Object.assign((message: string) => lines.push(message), { enabled: true })
    const names: [variable: string, isSaid: boolean][] = [
      [NAME, true],
      [NAME.toUpperCase(), true],
      [`http,${NAME},tls`, true],
      ['passport-*', true],
      ['*', true],
      ['*-auth', true],
      ['', false],
      ['http', false],
      ['passport', false],
      [`${NAME}2`, false],
      [`http, ${NAME}`, false],
      [NAME.replaceAll('-', '.'), false],
    ]
    for (const [variable, isSaid] of names) {
      compileTrace(log, () => variable)('a line')
      expect(lines.splice(0), variable).to.deep.equal(isSaid ? ['a line'] : [])
    }
  })

  it('is one line, whatever the values in it are', () => {
    const lines: string[] = []
    const log = Object.assign((...parts: unknown[]) => lines.push(parts.join('|')), {
      enabled: true,
    })
    const said = compileTrace(log, () => NAME)
    said('%s %s', 'a\r\nb\u2028c', '\u001b[2J\u009b31m\u202ed')
    said('%s', 7)
    expect(lines).to.deep.equal(['%s %s|a b c|[2J 31m d', '%s|7'])
    expect(said.enabled).to.equal(true)
  })

  it('depends on the variable in a runtime that does not say what it has enabled', () => {
    const lines: string[] = []
    const write = (message: string) => lines.push(message)
    expect(compileTrace(write, () => 'http').enabled).to.equal(false)
    const trace = compileTrace(write, () => NAME)
    trace('a line')
    expect(trace.enabled).to.equal(true)
    expect(lines).to.deep.equal(['a line'])
  })

  it('is not said in a runtime that says that every trace is wanted, without the variable', () => {
    const log = Object.assign(() => expect.fail('said'), { enabled: true })
    compileTrace(log, () => undefined)('a line')
  })

  it("is left to the runtime where the variable can't be read, or the runtime itself doesn't allow it", () => {
    const lines: string[] = []
    const write = (message: string) => lines.push(message)
    const unreadable = (): string => {
      throw new Error('not allowed')
    }
    compileTrace(Object.assign(write, { enabled: true }), unreadable)('one')
    compileTrace(Object.assign(write, { enabled: false }), unreadable)('two')
    expect(lines).to.deep.equal(['one', 'two'])
  })
})
