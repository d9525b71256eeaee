import { expect } from 'chai'
import { parseServerAddress } from '../../../../src/cli/inspect/address.js'

describe('parseServerAddress()', () => {
  const servers: [text: string, host: string, port: number, path?: string][] = [
    ['example.org:443', 'example.org', 443],
    ['10.0.0.1:1', '10.0.0.1', 1],
    ['localhost:65535', 'localhost', 65_535],
    ['[::1]:8443', '::1', 8443],
    ['[fe80::1%eth0]:8443', 'fe80::1%eth0', 8443],
    ['https://example.org', 'example.org', 443],
    ['HTTPS://example.org:8443/a/b?c', 'example.org', 8443, '/a/b'],
    ['https://[::1]:8443', '::1', 8443],
  ]
  for (const [text, host, port, path = '/'] of servers) {
    it(`reads ${text}`, async () => {
      expect(await parseServerAddress(text)).to.deep.equal({ host, port, path })
    })
  }

  for (const text of [
    '',
    '-',
    'client.pem',
    'a:b',
    'a:',
    ':443',
    'a b:1',
    'a/b:1',
    '::1:443',
    'a:123456',
    '[x]:1',
    'ftp://a:1',
  ]) {
    it(`leaves ${JSON.stringify(text)} to files`, async () => {
      expect(await parseServerAddress(text)).to.equal(undefined)
    })
  }
})
