import { expect } from 'chai'
import {
  assertHostMatchesServername,
  type HostRequest,
  MisdirectedRequestError,
} from '../../../src/server/index.js'

interface Given {
  servername?: unknown
  isReused?: boolean
  host?: string
  authority?: string
  rawHeaders?: string[]
  url?: string
  originalUrl?: string
}

function requestOf(given: Given): HostRequest {
  const { servername, isReused = false, host, authority, rawHeaders, ...rest } = given
  const headers = {
    ...(host !== undefined && { host }),
    ...(authority !== undefined && { ':authority': authority }),
  }
  const lines = Object.entries(headers).flat()
  const socket = { servername, isSessionReused: () => isReused }
  return { url: '/', ...rest, headers, rawHeaders: rawHeaders ?? lines, socket }
}

const IDN = 'xn--bcher-kva.example'

/** Requests, and whether each is for the host of the handshake. */
const CASES: Record<string, [given: Given, isMatch: boolean]> = {
  'the host of the handshake': [{ servername: 'a.example', host: 'a.example' }, true],
  'another host': [{ servername: 'a.example', host: 'b.example' }, false],
  'a subdomain': [{ servername: 'a.example', host: 'b.a.example' }, false],
  'the parent domain': [{ servername: 'b.a.example', host: 'a.example' }, false],
  'a host with the same ending': [{ servername: 'a.example', host: 'ba.example' }, false],
  'a port': [{ servername: 'a.example', host: 'a.example:8443' }, true],
  'an empty port': [{ servername: 'a.example', host: 'a.example:' }, true],
  'another host with a port': [{ servername: 'a.example', host: 'b.example:443' }, false],
  'an invalid port': [{ servername: 'a.example', host: 'a.example:x' }, false],
  'two ports': [{ servername: 'a.example', host: 'a.example:1:2' }, false],
  'upper case': [{ servername: 'a.example', host: 'A.EXAMPLE' }, true],
  'a final dot': [{ servername: 'a.example', host: 'a.example.' }, true],
  'a final dot and a port': [{ servername: 'a.example', host: 'A.Example.:443' }, true],
  'two final dots': [{ servername: 'a.example', host: 'a.example..' }, false],
  'two final dots, and one in the handshake': [
    { servername: 'a.example.', host: 'a.example..' },
    false,
  ],
  'upper case in the handshake': [{ servername: 'A.EXAMPLE', host: 'a.example' }, false],
  'upper case in both': [{ servername: 'A.EXAMPLE', host: 'A.EXAMPLE' }, false],
  'a final dot in the handshake': [{ servername: 'a.example.', host: 'a.example' }, false],
  'a final dot in both': [{ servername: 'a.example.', host: 'a.example.' }, false],
  'an A-label': [{ servername: IDN, host: IDN }, true],
  'an A-label in upper case': [{ servername: IDN, host: IDN.toUpperCase() }, true],
  'a U-label': [{ servername: IDN, host: 'b\u00fccher.example' }, false],
  'a letter whose lower case is ASCII': [
    { servername: 'k.example', host: '\u212a.example' },
    false,
  ],
  'an underscore': [{ servername: 'a_b.example', host: 'A_B.example' }, true],
  'user information': [{ servername: 'a.example', host: 'a.example@b.example' }, false],
  'a path': [{ servername: 'a.example', host: 'a.example/b' }, false],
  'a blank': [{ servername: 'a.example', host: 'a.example b.example' }, false],
  'a list': [{ servername: 'a.example', host: 'a.example, a.example' }, false],
  'an empty host': [{ servername: 'a.example', host: '' }, false],
  'a port alone': [{ servername: 'a.example', host: ':443' }, false],
  'no host': [{ servername: 'a.example' }, false],
  'two lines of Host': [
    {
      servername: 'a.example',
      host: 'a.example',
      rawHeaders: ['Host', 'a.example', 'host', 'b.example'],
    },
    false,
  ],
  'an address': [{ servername: 'a.example', host: '127.0.0.1' }, false],
  'a pseudo-header :authority': [{ servername: 'a.example', authority: 'a.example:443' }, true],
  'another :authority': [{ servername: 'a.example', authority: 'b.example' }, false],
  ':authority and the same host': [
    { servername: 'a.example', authority: 'a.example', host: 'A.example' },
    true,
  ],
  ':authority and another host': [
    { servername: 'a.example', authority: 'a.example', host: 'b.example' },
    false,
  ],
  'another :authority and the host': [
    { servername: 'a.example', authority: 'b.example', host: 'a.example' },
    false,
  ],
  'an absolute URL': [
    { servername: 'a.example', host: 'a.example', url: 'https://A.example:443/x' },
    true,
  ],
  'an absolute URL without a path': [
    { servername: 'a.example', host: 'a.example', url: 'HTTPS://a.example?x' },
    true,
  ],
  'an absolute URL with another host': [
    { servername: 'a.example', host: 'a.example', url: 'https://b.example/' },
    false,
  ],
  'an absolute URL with user information': [
    { servername: 'a.example', host: 'a.example', url: 'https://a.example@b.example/' },
    false,
  ],
  'an absolute URL with a backslash': [
    { servername: 'a.example', host: 'a.example', url: 'https://a.example\\@b.example/' },
    false,
  ],
  'an absolute URL with another scheme': [
    { servername: 'a.example', host: 'a.example', url: 'https:\\\\b.example/' },
    false,
  ],
  'an absolute URL without Host': [{ servername: 'a.example', url: 'https://a.example/' }, true],
  'a URL that Express has shortened': [
    {
      servername: 'a.example',
      host: 'a.example',
      url: '/x',
      originalUrl: 'https://b.example/app/x',
    },
    false,
  ],
  'a URL that is an asterisk': [{ servername: 'a.example', host: 'a.example', url: '*' }, true],
  'no URL': [{ servername: 'a.example', host: 'a.example', url: '' }, true],
  'a name, without a name in the handshake': [{ servername: false, host: 'a.example' }, false],
  'a name, with an empty name in the handshake': [{ servername: '', host: 'a.example' }, false],
  'an address, without a name in the handshake': [
    { servername: false, host: '192.0.2.1:443' },
    true,
  ],
  'an IPv6 address, without a name': [{ servername: undefined, host: '[2001:DB8::1]:443' }, true],
  'an IPv6 address without a port': [{ servername: null, host: '[::1]' }, true],
  'an IPv6 address without brackets': [{ servername: false, host: '::1' }, false],
  'a name in brackets': [{ servername: 'a.example', host: '[a.example]' }, false],
  'an invalid address': [{ servername: false, host: '127.1' }, false],
  'an address as a number': [{ servername: false, host: '2130706433' }, false],
  'an address, without a name in a resumed handshake': [
    { servername: false, host: '192.0.2.1', isReused: true },
    false,
  ],
  'the host of a resumed handshake': [
    { servername: 'a.example', host: 'a.example', isReused: true },
    true,
  ],
  'an address and a name': [
    { servername: false, host: '192.0.2.1', url: 'https://a.example/' },
    false,
  ],
  'neither a name nor a host': [{ servername: false }, false],
}

describe('the host of a request and the name in its TLS handshake', () => {
  for (const [what, [given, isMatch]] of Object.entries(CASES)) {
    it(`${isMatch ? 'agree' : 'do not agree'}: ${what}`, () => {
      const calls: unknown[][] = []
      const next = (...args: unknown[]) => void calls.push(args)
      expect(assertHostMatchesServername(requestOf(given), {}, next)).to.equal(isMatch)
      const [[error] = [], ...more] = calls
      expect(calls).to.have.lengthOf(1)
      expect(more).to.deep.equal([])
      if (isMatch) {
        expect(calls[0]).to.deep.equal([])
        return
      }
      expect(error).to.be.instanceOf(MisdirectedRequestError)
      expect(error).to.include({
        name: 'MisdirectedRequestError',
        code: 'ERR_MISDIRECTED_REQUEST',
        reason: 'host_not_in_handshake',
        status: 421,
        statusCode: 421,
        message: 'The request names another host than its TLS handshake',
      })
    })
  }

  it('do not agree if the request or its connection cannot be read', () => {
    const trap = () => {
      throw new Error('gone')
    }
    const odd: unknown[] = [
      {},
      { headers: { host: '127.0.0.1' } },
      { headers: { host: 'a.example' }, socket: null },
      { headers: { host: 'a.example' }, socket: {} },
      { headers: { host: ['a.example'] }, socket: { servername: 'a.example' } },
      { headers: { host: 'a.example' }, url: 7, socket: { servername: 'a.example' } },
      Object.defineProperty({ headers: {} }, 'socket', { get: trap }),
      { headers: { host: '127.0.0.1' }, socket: { isSessionReused: trap } },
      {
        headers: Object.create({ host: 'a.example' }) as object,
        socket: { servername: 'a.example' },
      },
    ]
    for (const req of odd) {
      expect(assertHostMatchesServername(req as HostRequest)).to.equal(false)
    }
  })

  it('are compared even if the socket has no isSessionReused()', () => {
    const headers = { host: '127.0.0.1' }
    expect(assertHostMatchesServername({ headers, socket: { servername: false } })).to.equal(true)
  })

  it('are answered with 421 if they differ and there is no next', () => {
    const calls: unknown[][] = []
    const res = {
      writeHead: (...args: unknown[]) => calls.push(args),
      end: (...args: unknown[]) => calls.push(args),
    }
    const good = requestOf({ servername: 'a.example', host: 'a.example' })
    const bad = requestOf({ servername: 'a.example', host: 'b.example' })
    expect(assertHostMatchesServername(good, res)).to.equal(true)
    expect(calls).to.deep.equal([])
    expect(assertHostMatchesServername(bad, res)).to.equal(false)
    expect(calls).to.deep.equal([[421, { 'content-type': 'text/plain' }], ['Misdirected Request']])
    for (const none of [undefined, {}]) {
      expect(assertHostMatchesServername(bad, none)).to.equal(false)
    }
  })
})
