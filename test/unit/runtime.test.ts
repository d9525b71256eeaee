import { expect } from 'chai'
import { assertDirectTls, describeRuntime, RUNTIME } from '../../src/runtime.js'

describe('the runtime', () => {
  const node = { node: '26.3.0', v8: '14.6.202.34-node.20' }
  const runtimes: [name: string, versions: object, hasDirectTls: boolean, hasNodeNames: boolean][] =
    [
      ['Node', node, true, true],
      ['Deno, which has the version of a Node', { ...node, deno: '2.9.6' }, false, false],
      ['Deno, whatever version of Node it has', { node: '', deno: '2.9.6' }, false, false],
      ['Deno, without a version of Node', { deno: '2.9.6' }, false, false],
      ['Bun', { ...node, bun: '1.4.5' }, true, false],
      ['Electron', { ...node, electron: '40.0.0' }, true, true],
      ['workerd', { node: '22.23.4', v8: '' }, true, true],
    ]
  for (const [name, versions, hasDirectTls, hasNodeNames] of runtimes) {
    it(`is told by its versions: ${name}`, () => {
      expect(describeRuntime({ ...versions })).to.deep.equal({ hasDirectTls, hasNodeNames })
    })
  }

  it('of these tests is the one of the process', () => {
    expect(RUNTIME).to.deep.equal(describeRuntime(process.versions))
  })

  it('without direct TLS throws where it is needed', () => {
    const deno = describeRuntime({ node: '26.3.0', deno: '2.9.6' })
    expect(() => {
      assertDirectTls('mtlsServerOptions()', deno)
    })
      .to.throw(TypeError, /mtlsServerOptions\(\): direct TLS isn't supported on Deno; put a proxy/)
      .with.property('code', 'ERR_UNSUPPORTED_RUNTIME')
    assertDirectTls('mtlsServerOptions()', describeRuntime({ node: '26.3.0' }))
  })
})
