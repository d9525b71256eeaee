import { expect } from 'chai'
import { type Command, UsageError } from '../../../src/cli/command.js'
import { type Commands, printable, run } from '../../../src/cli/run.js'

const greet: Command = {
  summary: 'greets a file',
  help: 'Usage: greet FILE\n',
  options: { loud: { type: 'boolean' }, times: { type: 'string' } },
  run: ({ values, positionals }) => {
    const [file] = positionals
    if (file === undefined) return Promise.reject(new UsageError('name a file'))
    if (file === 'odd') throw 'thrown' as unknown
    if (file === 'bug') throw new TypeError('cannot read\nproperties of \u001b[31mundefined')
    const text = `hello ${file}${values['loud'] === true ? '!' : ''}\n`
    return Promise.resolve({ text, data: { file, ...values }, exitCode: file === 'bad' ? 1 : 0 })
  },
}
const COMMANDS: Commands = { greet, other: { ...greet, summary: 'does something else' } }

async function call(...argv: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const status = await run(argv, COMMANDS, {
    stdin: (async function* () {})(),
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  })
  return { status, out, err }
}

describe('the command line', () => {
  for (const argv of [['help'], ['--help'], ['-h']]) {
    it(`lists the commands for ${argv.join(' ')}`, async () => {
      const { status, out, err } = await call(...argv)
      expect(out).to.include('Usage: passport-client-certificate-auth <command> [options]')
      expect(out).to.include('  greet  greets a file\n  other  does something else\n')
      expect({ status, err }).to.deep.equal({ status: 0, err: '' })
    })
  }

  it('lists the commands without arguments too, but fails', async () => {
    expect(await call()).to.deep.equal({ ...(await call('help')), status: 2 })
  })

  for (const flag of ['--help', '-h']) {
    it(`explains a command for ${flag}, whatever else it is given`, async () => {
      const expected = { status: 0, out: 'Usage: greet FILE\n', err: '' }
      expect(await call('greet', flag, 'bug')).to.deep.equal(expected)
    })
  }

  it('prints what the command found, and exits with its status', async () => {
    expect(await call('greet', 'x', '--loud')).to.deep.equal({
      status: 0,
      out: 'hello x!\n',
      err: '',
    })
    expect(await call('greet', 'bad')).to.deep.equal({ status: 1, out: 'hello bad\n', err: '' })
  })

  it('prints JSON with --json', async () => {
    const { status, out } = await call('greet', 'bad', '--json', '--times', '2')
    expect(JSON.parse(out)).to.deep.equal({ file: 'bad', json: true, times: '2' })
    expect(out.endsWith('}\n')).to.equal(true)
    expect(status).to.equal(1)
  })

  it('escapes everything in JSON that a terminal obeys', async () => {
    const file = 'a\u001b\u007f\u009b\u202e\u2028\u{e0001}\u00e9'
    const { out } = await call('greet', file, '--json')
    expect(out).to.include('"a\\u001b\\u007f\\u009b\\u202e\\u2028\\udb40\\udc01\u00e9"')
    expect(JSON.parse(out)).to.include({ file })
  })

  const mistakes: readonly (readonly [title: string, argv: string[], line: string])[] = [
    ['input that the command rejects', ['greet'], 'name a file'],
    [
      'a misspelt command',
      ['gret'],
      "there is no command gret (did you mean 'greet'?); run passport-client-certificate-auth --help for a list",
    ],
    [
      'a command named like a member of Object.prototype',
      ['toString'],
      'there is no command toString; run passport-client-certificate-auth --help for a list',
    ],
    ['an unknown option', ['greet', 'x', '--quiet'], "unknown option '--quiet'"],
    [
      'a misspelt option',
      ['greet', 'x', '--time=2'],
      "unknown option '--time' (did you mean '--times'?)",
    ],
    [
      'a misspelt option that every command has',
      ['greet', 'x', '--JSON'],
      "unknown option '--JSON' (did you mean '--json'?)",
    ],
    ['an unknown letter', ['greet', 'x', '-t'], "unknown option '-t'"],
    [
      'an option without its value',
      ['greet', 'x', '--times'],
      "Option '--times <value>' argument missing",
    ],
    ['something thrown that is not an error', ['greet', 'odd'], 'thrown'],
    [
      'a private key in place of a file',
      [
        'greet',
        'x',
        '-----BEGIN EC PRIVATE KEY-----\nTUlHSEFnRUFN\n-----END EC PRIVATE KEY-----\n',
      ],
      "unknown option '-----BEGIN EC PRIVATE KEY-----...",
    ],
    ['an error of a program', ['greet', 'bug'], 'cannot read properties of  [31mundefined'],
  ]
  for (const [title, argv, line] of mistakes) {
    it(`explains ${title} in one line, and exits with 2`, async () => {
      expect(await call(...argv)).to.deep.equal({
        status: 2,
        out: '',
        err: `passport-client-certificate-auth: ${line}\n`,
      })
    })
  }
})

describe('printable()', () => {
  it('replaces characters that a terminal obeys or that change the order of the others', () => {
    expect(printable('a\u001b[2Jb\r\nc\u202ed\u2028e\u009bf\u200bg ')).to.equal('a [2Jb c d e f g')
  })
})
