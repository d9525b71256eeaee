import { expect } from 'chai'
import { runAtOnce, runInSlices, type Sliced } from '../../../../src/path/crl/slices.js'

function* count(steps: number, done: number[]): Sliced<string> {
  for (let step = 0; step < steps; step += 1) {
    done.push(step)
    yield
  }
  return 'done'
}

describe('work in slices', () => {
  it('is done at once', () => {
    const done: number[] = []
    expect(runAtOnce(count(3, done))).to.equal('done')
    expect(done).to.deep.equal([0, 1, 2])
  })

  it('lets the event loop do other work between two slices', async () => {
    const done: number[] = []
    const seen: number[] = []
    const look = (): void => {
      seen.push(done.length)
      if (done.length < 3) setImmediate(look)
    }
    setImmediate(look)
    expect(await runInSlices(count(3, done))).to.equal('done')
    expect(seen).to.deep.equal([1, 2, 3])
  })

  it('passes an error on', async () => {
    function* fail(): Sliced<void> {
      yield
      throw new Error('no')
    }
    const error = await runInSlices(fail()).catch((thrown: unknown) => thrown)
    expect(error).to.have.property('message', 'no')
  })
})
