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
    ['Deno, which also reports a version of Node', { ...node, deno: '2.9.6' }, asDeno],
    ['Deno, with an empty version of Node', { node: '', deno: '2.9.6' }, asDeno],
    ['Deno, without a version of Node', { deno: '2.9.6' }, asDeno],
    ['Bun', { ...node, bun: '1.4.5' }, asBun],
    ['Electron', { ...node, electron: '40.0.0' }, asNode],
    ['workerd', { node: '22.23.4', v8: '' }, asNode],
  ]
  for (const [name, versions, runtime] of runtimes) {
    it(`is recognized by its versions: ${name}`, () => {
      expect(describeRuntime({ ...versions })).to.deep.equal(runtime)
    })
  }

  it('is determined from the current process', () => {
    expect(RUNTIME).to.deep.equal(describeRuntime(process.versions))
  })

  it('throws if direct TLS is needed but not supported', () => {
    const deno = describeRuntime({ node: '26.3.0', deno: '2.9.6' })
    expect(() => {
      assertDirectTls('mtlsServerOptions()', deno)
    })
      .to.throw(TypeError, /mtlsServerOptions\(\): direct TLS isn't supported on Deno; put a proxy/)
      .with.property('code', 'ERR_UNSUPPORTED_RUNTIME')
    assertDirectTls('mtlsServerOptions()', describeRuntime({ node: '26.3.0' }))
  })

  it('throws if Unix-domain sockets are needed but cannot be recognized', () => {
    expect(() => {
      assertUnixSockets('option "trustedProxies"', describeRuntime({ bun: '1.4.5' }))
    })
      .to.throw(TypeError, /option "trustedProxies": 'unix' isn't supported on Bun/)
      .with.property('code', 'ERR_UNSUPPORTED_RUNTIME')
    assertUnixSockets('option "trustedProxies"', describeRuntime({ deno: '2.9.6' }))
  })
})
