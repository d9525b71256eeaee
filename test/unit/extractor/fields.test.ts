import { expect } from 'chai'
import { collectFields, readField, UNREADABLE } from '../../../src/extractor/fields.js'
import type { RequestLike } from '../../../src/extractor/request.js'

const read = (request: RequestLike, name: string, isRepeatable?: boolean) =>
  readField(collectFields(request, [name]), name, isRepeatable)
const findSuspect = (request: RequestLike) => collectFields(request, ['x-cert']).suspect?.name

describe('reading one header field of a request', () => {
  const sentOnce: RequestLike = { headers: { 'x-cert': 'one' }, rawHeaders: ['X-Cert', 'one'] }
  const sentTwice: RequestLike = {
    headers: { 'x-cert': 'one, two' },
    rawHeaders: ['X-Cert', 'one', 'X-Other', 'x', 'x-cert', 'two'],
  }

  it('a field on one line is its value, even an empty one', () => {
    expect(read(sentOnce, 'x-cert')).to.equal('one')
    expect(read({ headers: { 'x-cert': '' }, rawHeaders: ['X-Cert', ''] }, 'x-cert')).to.equal('')
  })

  it('a field that was not sent is undefined', () => {
    for (const request of [{}, { headers: {} }, { headers: {}, rawHeaders: [] }, sentOnce]) {
      expect(read(request, 'x-other')).to.equal(undefined)
      expect(read(request, 'x-other', true)).to.equal(undefined)
    }
  })

  it('a field on two lines is not read, whatever Node made of it', () => {
    expect(read(sentTwice, 'x-cert')).to.equal(UNREADABLE)
    for (const headers of [{}, { 'x-cert': 'one' }, { 'x-cert': 'two' }]) {
      expect(read({ ...sentTwice, headers }, 'x-cert')).to.equal(UNREADABLE)
    }
  })

  it('a field that may repeat is read as Node joined it', () => {
    expect(read(sentTwice, 'x-cert', true)).to.equal('one, two')
  })

  it('ignores a line with another name', () => {
    for (const other of ['X-Certs', 'X-Cer', 'X_Cert', 'Y-Cert', '', 'one']) {
      const rawHeaders = [other, 'x', 'X-Cert', 'one', other, 'x']
      expect(read({ ...sentOnce, rawHeaders }, 'x-cert'), other).to.equal('one')
    }
  })

  it('a value that looks like the name is not a line', () => {
    const rawHeaders = ['X-Cert', 'x-cert', 'X-Other', 'X-Cert']
    expect(read({ headers: { 'x-cert': 'x-cert' }, rawHeaders }, 'x-cert')).to.equal('x-cert')
  })

  it('ignores lines that are not strings, and accepts a request without a list of lines', () => {
    for (const rawHeaders of [
      [null, 'x', undefined, 'x', 7, 'x', {}, 'x', 'X-Cert', 'one'],
      ['X-Cert'],
      'X-Cert: one',
      7,
      null,
      { 0: 'x-cert', 2: 'x-cert', length: 4 },
      undefined,
    ]) {
      const request = { headers: { 'x-cert': 'one' }, rawHeaders } as unknown as RequestLike
      expect(read(request, 'x-cert')).to.equal('one')
    }
  })

  it('a value that is not text is not read', () => {
    for (const value of [['one'], [], 7, null, undefined, {}, true]) {
      for (const repeatable of [false, true]) {
        const request = { headers: { 'x-cert': value } } as unknown as RequestLike
        expect(read(request, 'x-cert', repeatable)).to.equal(UNREADABLE)
      }
    }
  })

  it('a value whose getter throws is not read', () => {
    const headers = {
      get 'x-cert'(): string {
        throw new Error('gone')
      },
    }
    expect(read({ headers, rawHeaders: ['X-Cert', 'one'] }, 'x-cert')).to.equal(UNREADABLE)
  })

  it('the lines of each field are counted on their own', () => {
    const rawHeaders = ['X-Cert', 'one', 'X-Verify', 'a', 'x-verify', 'b', 'X-VERIFY', 'c']
    const headers = { 'x-cert': 'one', 'x-verify': 'a, b, c' }
    const fields = collectFields({ headers, rawHeaders }, ['x-cert', 'x-verify'])
    expect(readField(fields, 'x-cert')).to.equal('one')
    expect(readField(fields, 'x-verify')).to.equal(UNREADABLE)
    expect(readField(fields, 'x-verify', true)).to.equal('a, b, c')
  })

  it('names without raw lines are not counted, whatever their letter case', () => {
    expect(read({ headers: { 'X-Cert': 'other', 'x-cert': 'one' } }, 'x-cert')).to.equal('one')
  })

  it('does not treat members of Object.prototype as fields', () => {
    const inherited: unknown = Object.create({ 'x-cert': 'one' })
    for (const headers of [{}, inherited] as RequestLike['headers'][]) {
      for (const name of ['x-cert', 'constructor', '__proto__', 'tostring', 'toString']) {
        expect(read({ headers, rawHeaders: [] } as RequestLike, name), name).to.equal(undefined)
      }
    }
  })

  it('headers without a prototype are read all the same', () => {
    const headers = Object.assign(Object.create(null), { 'x-cert': 'one' }) as Record<
      string,
      string
    >
    expect(read({ headers }, 'x-cert')).to.equal('one')
    expect(read({ headers }, 'constructor')).to.equal(undefined)
  })
})

describe("a framework's own request, made after Node's", () => {
  const headers = { 'x-cert': 'first' }
  const twice = ['X-Cert', 'first', 'X-Cert', 'second']
  const alias = ['X-Cert', 'first', 'X_Cert', 'second']

  for (const name of ['raw', 'req']) {
    it(`shows the lines that came, where Node's is its ${name}`, () => {
      const wrap = (rawHeaders: unknown): RequestLike => ({ headers, [name]: { rawHeaders } })
      expect(read(wrap(twice), 'x-cert')).to.equal(UNREADABLE)
      expect(read(wrap(twice.slice(2)), 'x-cert')).to.equal('first')
      expect(findSuspect(wrap(alias))).to.equal('x-cert')
      for (const odd of [undefined, null, 'text', {}]) {
        expect(read(wrap(odd), 'x-cert')).to.equal('first')
      }
    })
  }

  it('may be an adapter that knows no lines: then the headers are looked at', () => {
    const disguised = { headers: { ...headers, x_cert: 'second' }, rawHeaders: [] }
    expect(findSuspect(disguised)).to.equal('x-cert')
    const stripped = { headers: { ...headers, connection: 'X-Cert' }, rawHeaders: [] }
    expect(findSuspect(stripped)).to.equal('x-cert')
  })

  it('may have something else by that name', () => {
    for (const raw of [null, undefined, 'text', 7, () => undefined]) {
      expect(read({ headers, raw } as RequestLike, 'x-cert')).to.equal('first')
    }
  })

  it('shows its own lines, where it has some', () => {
    const request = { headers, rawHeaders: ['X-Cert', 'first'], raw: { rawHeaders: twice } }
    expect(read(request, 'x-cert')).to.equal('first')
  })
})
