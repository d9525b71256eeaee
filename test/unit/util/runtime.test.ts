import { expect } from 'chai'
import {
  assertDirectTls,
  assertUnixSockets,
  describeRuntime,
  type Runtime,
  RUNTIME,
} from '../../../src/util/runtime.js'

describe('the runtime', () => {
  const node = { node: '26.3.0', v8: '14.6.202.34-node.20' }
  const asNode = { hasDirectTls: true, hasUnixSockets: true, hasNodeNames: true }
  const asDeno = { hasDirectTls: false, hasUnixSockets: true, hasNodeNames: false }
  const asBun = { hasDirectTls: true, hasUnixSockets: false, hasNodeNames: false }
  const runtimes: [name: string, versions: object, runtime: Runtime][] = [
    ['Node', node, asNode],
    ['Deno, which has the version of a Node', { ...node, deno: '2.9.6' }, asDeno],
    ['Deno, whatever version of Node it has', { node: '', deno: '2.9.6' }, asDeno],
    ['Deno, without a version of Node', { deno: '2.9.6' }, asDeno],
    ['Bun', { ...node, bun: '1.4.5' }, asBun],
    ['Electron', { ...node, electron: '40.0.0' }, asNode],
    ['workerd', { node: '22.23.4', v8: '' }, asNode],
  ]
  for (const [name, versions, runtime] of runtimes) {
    it(`is told by its versions: ${name}`, () => {
      expect(describeRuntime({ ...versions })).to.deep.equal(runtime)
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

  it("whose connections don't show what they are throws where that is needed", () => {
    expect(() => {
      assertUnixSockets('option "trustedProxies"', describeRuntime({ bun: '1.4.5' }))
    })
      .to.throw(TypeError, /option "trustedProxies": 'unix' isn't supported on Bun/)
      .with.property('code', 'ERR_UNSUPPORTED_RUNTIME')
    assertUnixSockets('option "trustedProxies"', describeRuntime({ deno: '2.9.6' }))
  })
})
