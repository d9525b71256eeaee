import { expect } from 'chai'
import { findSuspectHeader, readField, type RequestLike } from '../../../src/extractor/request.js'

describe('reading one header field of a request', () => {
  const sentOnce: RequestLike = { headers: { 'x-cert': 'one' }, rawHeaders: ['X-Cert', 'one'] }
  const sentTwice: RequestLike = {
    headers: { 'x-cert': 'one, two' },
    rawHeaders: ['X-Cert', 'one', 'X-Other', 'x', 'x-cert', 'two'],
  }

  it('a field on one line is its value, even an empty one', () => {
    expect(readField(sentOnce, 'x-cert')).to.equal('one')
    expect(readField({ headers: { 'x-cert': '' }, rawHeaders: ['X-Cert', ''] }, 'x-cert')).to.equal(
      '',
    )
  })

  it('a field that was not sent is null', () => {
    for (const request of [{}, { headers: {} }, { headers: {}, rawHeaders: [] }, sentOnce]) {
      expect(readField(request, 'x-other')).to.equal(null)
      expect(readField(request, 'x-other', true)).to.equal(null)
    }
  })

  it('a field on two lines is not read, whatever Node made of it', () => {
    expect(readField(sentTwice, 'x-cert')).to.equal(undefined)
    for (const headers of [{}, { 'x-cert': 'one' }, { 'x-cert': 'two' }]) {
      expect(readField({ ...sentTwice, headers }, 'x-cert')).to.equal(undefined)
    }
  })

  it('a field that may repeat is read as Node joined it', () => {
    expect(readField(sentTwice, 'x-cert', true)).to.equal('one, two')
  })

  it('a line of another name does not count', () => {
    for (const other of ['X-Certs', 'X-Cer', 'X_Cert', 'Y-Cert', '', 'one']) {
      const rawHeaders = [other, 'x', 'X-Cert', 'one', other, 'x']
      expect(readField({ ...sentOnce, rawHeaders }, 'x-cert'), other).to.equal('one')
    }
  })

  it('a value that looks like the name is not a line', () => {
    const rawHeaders = ['X-Cert', 'x-cert', 'X-Other', 'X-Cert']
    expect(readField({ headers: { 'x-cert': 'x-cert' }, rawHeaders }, 'x-cert')).to.equal('x-cert')
  })

  it('lines that are not text do not count, and no list of lines is no objection', () => {
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
      expect(readField(request, 'x-cert')).to.equal('one')
    }
  })

  it('a value that is not text is not read', () => {
    for (const value of [['one'], [], 7, null, undefined, {}, true]) {
      for (const repeatable of [false, true]) {
        const request = { headers: { 'x-cert': value } } as unknown as RequestLike
        expect(readField(request, 'x-cert', repeatable)).to.equal(undefined)
      }
    }
  })

  it('what every object inherits is not a field', () => {
    const inherited: unknown = Object.create({ 'x-cert': 'one' })
    for (const headers of [{}, inherited] as RequestLike['headers'][]) {
      for (const name of ['x-cert', 'constructor', '__proto__', 'tostring', 'toString']) {
        expect(readField({ headers, rawHeaders: [] } as RequestLike, name), name).to.equal(null)
      }
    }
  })

  it('headers without a prototype are read all the same', () => {
    const headers = Object.assign(Object.create(null), { 'x-cert': 'one' }) as Record<
      string,
      string
    >
    expect(readField({ headers }, 'x-cert')).to.equal('one')
    expect(readField({ headers }, 'constructor')).to.equal(null)
  })
})

describe("a framework's own request, made after Node's", () => {
  const headers = { 'x-cert': 'first' }
  const twice = ['X-Cert', 'first', 'X-Cert', 'second']
  const alias = ['X-Cert', 'first', 'X_Cert', 'second']

  for (const name of ['raw', 'req']) {
    it(`shows the lines that came, where Node's is its ${name}`, () => {
      const wrap = (rawHeaders: unknown): RequestLike => ({ headers, [name]: { rawHeaders } })
      expect(readField(wrap(twice), 'x-cert')).to.equal(undefined)
      expect(readField(wrap(twice.slice(2)), 'x-cert')).to.equal('first')
      expect(findSuspectHeader(wrap(alias), ['x-cert'])).to.equal('x-cert')
      for (const odd of [undefined, null, 'text', {}]) {
        expect(readField(wrap(odd), 'x-cert')).to.equal('first')
      }
    })
  }

  it('may be an adapter that knows no lines: then the headers are looked at', () => {
    const disguised = { headers: { ...headers, x_cert: 'second' }, rawHeaders: [] }
    expect(findSuspectHeader(disguised, ['x-cert'])).to.equal('x-cert')
    const stripped = { headers: { ...headers, connection: 'X-Cert' }, rawHeaders: [] }
    expect(findSuspectHeader(stripped, ['x-cert'])).to.equal('x-cert')
  })

  it('may have something else by that name', () => {
    for (const raw of [null, undefined, 'text', 7, () => undefined]) {
      expect(readField({ headers, raw } as RequestLike, 'x-cert')).to.equal('first')
    }
  })

  it('shows its own lines, where it has some', () => {
    const request = { headers, rawHeaders: ['X-Cert', 'first'], raw: { rawHeaders: twice } }
    expect(readField(request, 'x-cert')).to.equal('first')
  })
})
