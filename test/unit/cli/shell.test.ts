import { expect } from 'chai'
import { quoteWord } from '../../../src/cli/shell.js'

describe('a word of a command', () => {
  const cases: [word: string, posix: string, windows: string][] = [
    ['test-certs/ca.pem', 'test-certs/ca.pem', 'test-certs/ca.pem'],
    ['https://localhost:3443/me', 'https://localhost:3443/me', 'https://localhost:3443/me'],
    ['a b', "'a b'", '"a b"'],
    ['certs\\ca.pem', "'certs\\ca.pem'", 'certs\\ca.pem'],
    ['$HOME', "'$HOME'", '"$HOME"'],
    ["it's", "'it'\\''s'", '"it\'s"'],
    ['https://[::1]:3443/me', "'https://[::1]:3443/me'", '"https://[::1]:3443/me"'],
    ['', "''", '""'],
  ]
  for (const [word, posix, windows] of cases) {
    it(`has quotes where a shell needs them: ${word || 'nothing'}`, () => {
      expect(quoteWord(word, 'linux')).to.equal(posix)
      expect(quoteWord(word, 'darwin')).to.equal(posix)
      expect(quoteWord(word, 'win32')).to.equal(windows)
    })
  }

  it('is for the shells of this platform by default', () => {
    expect(quoteWord('a b')).to.equal(quoteWord('a b', process.platform))
  })
})
